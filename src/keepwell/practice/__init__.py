"""Practices, staff, roles and permissions, settings, approved parameters, the audit trail."""
