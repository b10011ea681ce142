"""`keepwell assess` and `keepwell mark-enrolled`: the rules asked from the command line, and a list of the enrolled."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keepwell.practice.start import setup_django

if TYPE_CHECKING:
    from keepwell.practice.models import Practice


@click.command()
@click.option("--practice", "slug", required=True, help="The practice's short name.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day to ask about. Default: today.")
def assess(slug: str, as_of: datetime | None) -> None:
    """Ask the rules about every patient of the chart now, instead of waiting for the worker."""
    setup_django()
    from keepwell import clock

    from . import actions, queries

    practice = _practice(slug)
    now = clock.now()
    day = as_of.date() if as_of else actions.today(practice, now)
    count = actions.assess(practice=practice, as_of=day, now=now)
    steps = queries.funnel(practice)
    click.echo(f"{count:,} patients assessed as of {day}.")
    for name in ("patients", "living", "covered", "eligible", "enrolled", "complex"):
        click.echo(f"{name:10}{getattr(steps, name):>8,}")


@click.command("mark-enrolled")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--practice", "slug", required=True, help="The practice's short name.")
@click.option("--program", default="ccm", show_default=True, help="ccm, pcm, apcm or bhi.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Enrolled since this day. Default: today.")
def mark_enrolled(file: Path, slug: str, program: str, since: datetime | None) -> None:
    """Mark patients as already enrolled, from a FILE with one id or MRN a line.

    A line that names nobody, or more than one patient, is listed on standard error and skipped; the exit status is
    then 3.
    """
    setup_django()
    from keepwell import clock

    from . import actions
    from .lists import read_list

    practice, now = _practice(slug), clock.now()
    try:
        found, problems = read_list(practice, file)
        count = actions.mark_enrolled(
            practice=practice,
            patients=found,
            program=program,
            since=since.date() if since else actions.today(practice, now),
            source=f"list {file.name}",
            by=None,
            now=now,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{count:,} of {len(found):,} patients marked as enrolled in {program}; the others were already.")
    sys.exit(3 if problems else 0)


def _practice(slug: str) -> "Practice":
    from keepwell.practice.models import Practice

    practice = Practice.objects.filter(slug=slug).first()
    if practice is None:
        raise click.UsageError(f"There is no practice called {slug!r}.")
    return practice
