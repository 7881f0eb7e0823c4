"""Commands: a sealed copy of the check-ins, and opening one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from app import copies
from app.database import is_sqlite

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("copy-check-ins")
@click.argument("to", type=FILE)
def copy_check_ins(to: Path) -> None:
    """Write a sealed copy of the check-ins to the new file TO. It opens for seven days, then never again.

    With PostgreSQL the dump comes in by standard input (the README has the whole line; a dump that would tell who
    asked for help is refused): pg_dump --schema=private ... | flask copy-check-ins TO
    """
    try:
        copies.write_copy(to, None if is_sqlite() else sys.stdin.buffer.read())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"A sealed copy is in {to}. Its key lies in EVENHAND_KEYS and is thrown away in seven days.")


@click.command("open-check-ins")
@click.argument("sealed", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("to", type=FILE)
def open_check_ins(sealed: Path, to: Path) -> None:
    """Open a SEALED copy of the check-ins into the new file TO: private.sqlite, or what pg_dump made."""
    try:
        plain = copies.open_copy(sealed.read_bytes())
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(plain)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{to} cannot be written: {error.strerror}.") from error
    click.echo(f"It is in {to}. Answers in it stay locked with each person's private words.")
