"""The room as Django knows it."""

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """Labels the room `enrollment`."""

    name = "keepwell.enrollment"
    label = "enrollment"
