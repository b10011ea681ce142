"""The room as Django knows it."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from keepwell.practice.models import Practice


class EnrollmentConfig(AppConfig):
    """Labels the room `enrollment`."""

    name = "keepwell.enrollment"
    label = "enrollment"

    def ready(self) -> None:
        """Hear of every change in the chart."""
        from keepwell.chart import changes

        changes.on_change(_chart_changed)


def _chart_changed(practice: "Practice", patients: Collection[int], now: datetime) -> None:
    from .actions import ask_reassessment

    ask_reassessment(practice, patients, now)
