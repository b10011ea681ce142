"""`keepwell ehr import` and its like: what an EHR exported, into the chart."""

import sys
from pathlib import Path

import click

from keepwell.practice.start import setup_django

_EPILOG = """\b
Examples:
  keepwell ehr import ./export --practice harbor-lights
  keepwell ehr import ./export --practice harbor-lights --partial

\b
Exit codes:
  0  done
  1  failed, with the reason; the chart is as before
  3  done, but something in the input could not be used; it is listed on standard error"""


@click.group()
def ehr() -> None:
    """Where the chart comes from: exports of an EHR."""


@ehr.command("import", epilog=_EPILOG)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--practice", "slug", required=True, help="The practice's short name.")
@click.option("--source", default="", help="What to call the system it comes from. Default: the manifest's server.")
@click.option("--organization", default="", help="The practice's Organization id. Default: the one most patients name.")
@click.option(
    "--complete/--partial",
    default=None,
    help="Whether it holds all there is: rows that are gone are then marked absent. Default: as the manifest says.",
)
@click.option("--quiet", is_flag=True, help="No progress lines.")
def import_command(folder: Path, slug: str, source: str, organization: str, complete: bool | None, quiet: bool) -> None:
    """Import a FHIR R4 export (Bulk Data NDJSON, plain or gzip, or Bundles) into the chart.

    Whole or not at all: until the last moment the pages show the chart as it was. Importing twice changes nothing.
    """
    setup_django()
    from django.db import DatabaseError

    from keepwell import clock

    from . import report
    from .importing import import_export
    from .problems import ImportRefused

    practice = report.practice_called(slug)
    try:
        batch = import_export(
            practice=practice,
            folder=folder,
            by=None,
            now=clock.now,
            progress=(lambda line: None) if quiet else report.progress,
            complete=complete,
            organization=organization,
            source=source,
        )
    except ImportRefused as error:
        raise click.ClickException(str(error)) from error
    except (DatabaseError, OSError) as error:
        raise click.ClickException(report.why_not_written(error)) from error
    report.print_batch(batch)
    sys.exit(3 if batch.problems_found else 0)
