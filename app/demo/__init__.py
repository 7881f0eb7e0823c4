"""The demo slice: a made-up group with a fixed cast of people."""

from __future__ import annotations

import click
from flask import Flask

from app import migrate


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(demo)


@click.command("demo")
def demo() -> None:
    """Fill an empty database with the made-up group and say how to sign in as each kind of user."""
    from app.demo import build, cast

    migrate.upgrade()
    if build.is_empty():
        build.build()
        click.echo("The demo group has moved in.")
    click.echo("\nSign in with one of these addresses; the passphrase of all is:\n")
    click.echo(f"    {cast.PASSPHRASE}\n")
    seen: set[str] = set()
    for member in cast.CAST:
        role = member.roles[0]
        if role not in seen:
            seen.add(role)
            click.echo(f"    {role:12} {build.address_of(member)}")
    click.echo(f"\nThe private words of Sam, and of Kim and Jo who listen:\n\n    {cast.PRIVATE_WORDS}\n")
