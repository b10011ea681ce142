"""Encrypted copies of everything an installation holds: database and secret key, in one authenticated file.

Public: `making.create`, `opening.verify`, `restoring.restore`, `nightly.nightly`, `keys` (what opens a backup), and
`refusal.BackupRefused`, the sentence a person is told when something cannot be done. `sqlite` and `postgresql` are two
parties with one interface: copy, check, replace.
"""
