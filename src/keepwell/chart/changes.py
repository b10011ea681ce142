"""News of the chart for the rooms above: a room registers a handler in its `apps.py`, called in the same transaction.

    changes.on_change(handler)     handler(practice, patients, now)

patients: primary keys of the records whose facts changed. Handlers are idempotent and short: they note what must be
done and let the worker do it.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from keepwell.practice.models import Practice

Handler = Callable[[Practice, Collection[int], datetime], None]
_handlers: list[Handler] = []


def on_change(handler: Handler) -> None:
    """Have `handler` told of every change; registering it twice is once."""
    if handler not in _handlers:
        _handlers.append(handler)


def tell(practice: Practice, patients: Collection[int], now: datetime) -> None:
    """Tell every handler that the facts of these records changed."""
    if patients:
        for handler in _handlers:
            handler(practice, patients, now)
