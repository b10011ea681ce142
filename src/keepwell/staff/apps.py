"""The room as Django knows it."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Labels the room `staff`."""

    name = "keepwell.staff"
    label = "staff"
