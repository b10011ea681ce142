"""The command `keepwell`: rooms as subcommands.

A room offers its commands in `<room>/commands.py` as click commands; they are imported only when called, so that
`keepwell identify` never loads Django. Commands that need the database begin with `setup_django()`.
"""

import importlib

import click

# command on the line -> (module, attribute, the line that `keepwell --help` prints)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "identify": ("keepwell.population.commands", "identify", "An EHR export in, the eligible population out."),
    "ehr": ("keepwell.ehr.commands", "ehr", "What an EHR exported, into the chart."),
    "assess": ("keepwell.enrollment.commands", "assess", "Ask the rules about every patient of the chart."),
    "mark-enrolled": ("keepwell.enrollment.commands", "mark_enrolled", "Mark patients from a list as enrolled."),
    "import": ("keepwell.ehr.commands", "import_command", "The same as keepwell ehr import."),
}

EPILOG = """\b
Examples:
  keepwell identify ./export                      the funnel, on standard error, and a table
  keepwell identify ./export --format csv --output eligible.csv

\b
Exit codes:
  0  done
  1  failed, with the reason
  2  the call itself was wrong
  3  done, but something in the input could not be used; it is listed on standard error"""


class Rooms(click.Group):
    """Imports a subcommand when it is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.command(cls=Rooms, epilog=EPILOG, context_settings={"max_content_width": 110})
@click.version_option(package_name="keepwell")
def main() -> None:
    """Keepwell runs a practice's Chronic Care Management program."""
