"""The room as Django knows it."""

from django.apps import AppConfig


class ChartConfig(AppConfig):
    """Labels the room `chart`."""

    name = "keepwell.chart"
    label = "chart"
