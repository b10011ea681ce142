"""What the import commands say to the person at the terminal."""

import errno

import click

from keepwell.practice.models import Practice

from .models import ImportBatch

_SHOWN = 50
_COLUMNS = ("read", "added", "changed", "unchanged", "absent", "superseded", "refused")


def practice_called(slug: str) -> Practice:
    """The practice with this short name. A usage error names those that there are."""
    practice = Practice.objects.filter(slug=slug).first()
    if practice is None:
        there = ", ".join(Practice.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise click.UsageError(f"There is no practice called {slug!r}; there is: {there}.")
    return practice


def progress(line: str) -> None:
    """A line on standard error."""
    click.echo(line, err=True)


def why_not_written(error: Exception) -> str:
    """A sentence for a database or disk that refused, whose own words help nobody."""
    said = str(error).lower()
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    if full or "disk is full" in said or "no space left" in said or "disk full" in said or "disk i/o" in said:
        return f"The disk is full ({error}). Nothing was imported; the chart is as before. Make room and run it again."
    if "locked" in said:
        return f"The database was busy for too long ({error}). Nothing was imported; run it again."
    return f"The import could not be written ({error}). Nothing was imported; the chart is as before."


def print_batch(batch: ImportBatch) -> None:
    """The counts on standard output, the problems on standard error."""
    for problem in batch.problems.order_by("pk")[:_SHOWN]:
        click.echo(f"{'warning: ' if problem.warning else ''}{problem}", err=True)
    if batch.problems_found > _SHOWN:
        more = batch.problems_found - _SHOWN
        click.echo(f"and {more:,} more; the batch in Settings lists the first 1,000", err=True)
    click.echo(f"Imported from {batch.source} into {batch.practice.name}:")
    click.echo(f"{'':24}" + "".join(f"{column:>12}" for column in _COLUMNS))
    for kind, counts in sorted(batch.counts.items()):
        click.echo(f"{kind:24}" + "".join(f"{counts.get(column, 0):>12,}" for column in _COLUMNS))
