"""Candidates, and later invitations, consent, enrollment and leaving.

Public: `models`, `actions` (assess, mark enrolled), `queries` (funnel, candidates, patients_list), `jobs.reassess`.
"""
