"""The room as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Labels the room `api`."""

    name = "keepwell.api"
    label = "api"
