"""Keepwell: chronic care management for independent practices."""
