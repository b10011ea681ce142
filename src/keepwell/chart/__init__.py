"""Patients and what is known of them.

Public: `models`, `actions` (verbs), `queries` (reads, `facts`, `search`), `changes.on_change` (news for the rooms
above), `duplicates` (records that look like one person).
"""
