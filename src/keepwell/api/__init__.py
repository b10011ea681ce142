"""Machines at the door: health, and later webhooks and launches."""
