"""Candidates, and later invitations, consent, enrollment and leaving."""
