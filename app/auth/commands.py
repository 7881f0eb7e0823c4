"""Commands: the first admin of a real installation."""

from __future__ import annotations

import re

import click

from app import clock
from app.access import Role
from app.audit.services import record
from app.auth.services import make_invitation
from app.database import db, new_id
from app.people.models import Person, PersonRole


@click.command("create-admin")
@click.argument("name")
def create_admin(name: str) -> None:
    """Add an admin called NAME and print a link with which they choose their passphrase, once, within three days."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:  # noqa: PLR2004 - the width of the column
        raise click.BadParameter("a name has 1 to 80 letters", param_hint="NAME")
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:20] or "admin"
    person = Person(
        id=new_id(),
        code=f"{stem}-{new_id()[:4]}",
        name=name,
        created_at=clock.now(),
        role_rows=[PersonRole(role=Role.ADMIN)],
    )
    db.session.add(person)
    db.session.flush()
    address = make_invitation(person.id)
    record(db.session, "create admin", "person", person.id)
    db.session.commit()
    click.echo(f"{name} is an admin. Open this once, within three days, and choose a passphrase:\n\n    {address}\n")
    click.echo("Then add your e-mail address on your own page under People: you sign in with it.")
