"""`keepwell backup`: encrypted copies made, checked and put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .start import setup_django

if TYPE_CHECKING:
    from .backup.contents import Contents

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_KEY_FILE = click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `keepwell backup key` printed where the backup was made. Default: this installation's own.",
)
_EPILOG = """\b
Examples:
  keepwell backup create
  keepwell backup create --to /media/safe
  keepwell backup verify /media/safe/keepwell-20261124T080000Z.backup
  keepwell backup restore /media/safe/keepwell-20261124T080000Z.backup --key-file our-key
  keepwell backup key > our-key          and keep it where the backups are not

\b
The key is a file in the data folder, or a passphrase in KEEPWELL_BACKUP_PASSPHRASE (or the file that
KEEPWELL_BACKUP_PASSPHRASE_FILE names). Without it nobody opens a backup, neither you nor we.

\b
Exit codes:
  0  done
  1  refused, with the reason; everything is as it was"""


@click.group(epilog=_EPILOG)
def backup() -> None:
    """Encrypted copies of everything an installation holds.

    The worker makes one every night and keeps the latest of 7 days, 4 weeks and 12 months.
    """


@backup.command()
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="The folder. Default: KEEPWELL_BACKUPS.")
def create(to: Path | None) -> None:
    """Make a backup now, while Keepwell runs."""
    setup_django()
    from keepwell import clock

    from .backup import places
    from .backup.making import create as make

    had_key = (places.data() / "backup-key").exists()
    with _refusals():
        made = make(now=clock.now(), by=None, to=to)
    click.echo(f"{made.path}  {made.size / 1e6:,.1f} MB, read back whole")
    if not had_key and (places.data() / "backup-key").exists():
        click.echo(
            f"Its key is in {places.data() / 'backup-key'}. When that disk is lost, so is the key, and with it every "
            "backup:\nprint it with `keepwell backup key` and keep it where the backups are not.",
            err=True,
        )


@backup.command()
@_FILE
@_KEY_FILE
def verify(file: Path, key_file: Path | None) -> None:
    """Open a backup completely, as a restore would, and change nothing."""
    setup_django()
    from keepwell import clock

    from .backup.opening import verify as look

    with _refusals():
        found = look(file=file, key_file=key_file, by=None, now=clock.now())
    click.echo(f"{file.name} is whole: {_words(found)}.")


@backup.command()
@_FILE
@_KEY_FILE
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, key_file: Path | None, yes: bool) -> None:
    """Put a backup in the place of the database; what is there now is kept aside.

    Keepwell must be stopped. Everybody signs in again afterwards.
    """
    setup_django()
    from django.core.management import call_command

    from keepwell import clock

    from .backup import restoring

    if not yes:
        click.confirm(f"Put {file.name} in the place of what is here now?", abort=True)
    now = clock.now()
    with _refusals():
        restored = restoring.restore(file=file, key_file=key_file, now=now)
    click.echo(f"Restored: {_words(restored.contents)}.")
    if restored.kept_aside:
        click.echo(f"What was here before is kept as {restored.kept_aside}; remove it when all is well.")
    call_command("migrate", verbosity=0)
    restoring.note(file=file, restored=restored, now=now)


@backup.command()
def key() -> None:
    """Print the key that opens this installation's backups."""
    setup_django()
    from .backup import keys

    with _refusals():
        held = keys.for_making()
    if isinstance(held, keys.Passphrase):
        raise click.ClickException(
            "Backups are made with the passphrase in KEEPWELL_BACKUP_PASSPHRASE, without a key file."
        )
    click.echo(held.text())


def _words(found: "Contents") -> str:
    practices = ", ".join(found.practices) or "no practice yet"
    return f"{practices}, as of {found.made_at[:19].replace('T', ' ')} UTC"


@contextmanager
def _refusals() -> Iterator[None]:
    from .backup.refusal import BackupRefused

    try:
        yield
    except BackupRefused as error:
        raise click.ClickException(str(error)) from error
