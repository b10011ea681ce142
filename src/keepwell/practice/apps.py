"""The room as Django knows it."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """Labels the room `practice`."""

    name = "keepwell.practice"
    label = "practice"
