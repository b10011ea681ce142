"""The room as Django knows it."""

from django.apps import AppConfig


class EhrConfig(AppConfig):
    """Labels the room `ehr`."""

    name = "keepwell.ehr"
    label = "ehr"
