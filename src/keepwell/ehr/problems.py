"""What could not be used, with its place: a value that is collected, never an exception that stops the rest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One line, or entry of a Bundle, and what is wrong. line 0 means the whole file.

    warning: something was odd, but nothing was refused.
    """

    file: str
    line: int
    reason: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


class ImportRefused(Exception):
    """The whole import cannot be done; the message is a sentence for the person who asked for it."""
