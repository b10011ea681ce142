"""Patients and what is known of them."""
