"""Commands: look the ledger over."""

from __future__ import annotations

import click

from app.database import reading
from app.pay.ledger import verify_ledger


@click.group("ledger")
def ledger() -> None:
    """The ledger: what has happened to money."""


@ledger.command("verify")
@click.option("--head", metavar="NUMBER:SEAL", help="a head that was written down earlier and must still be there")
def verify_command(head: str | None) -> None:
    """Check every entry's seal and every sum; exit 1 when something was changed."""
    with reading():
        verdict = verify_ledger(_head(head))
    for currency, minor in sorted(verdict.sums.items()):
        click.echo(f"{currency} sums to {minor}.")
    click.echo(f"{verdict.entries} entries, {verdict.postings} postings. Head: {verdict.entries}:{verdict.head}")
    if verdict.problem:
        click.echo(f"BAD: {verdict.problem}.")
        raise SystemExit(1)
    click.echo("The ledger is whole. Write the head down somewhere else: it proves later that nothing was cut off.")


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, sealed = text.partition(":")
    if not number.isdecimal() or not sealed:
        raise click.BadParameter("write it as it was printed, NUMBER:SEAL")
    return int(number), sealed
