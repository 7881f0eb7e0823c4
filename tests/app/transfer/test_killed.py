"""A process that is killed in the middle of an import leaves nothing of it, or all, and the file still waits."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.database import db
from app.people.models import Person
from app.transfer.models import Upload
from tests.app.transfer.test_importing import preview, say_yes
from tests.support.clock import Clock

IMPORT = """
import os, signal, sys
import sqlalchemy as sa
from app import create_app
from app.access import Role
from app.database import db
from app.transfer import services
from app.transfer.kinds import Rights

moment, upload, digest, person = sys.argv[1:]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def at_row(connection, cursor, statement, *_):
    if statement.startswith("INSERT INTO person_role"):
        die()
with create_app().app_context():
    if moment == "in the middle":
        sa.event.listen(db.engine, "after_cursor_execute", at_row)
    elif moment == "before the commit":
        sa.event.listen(db.engine, "commit", die)
    else:
        sa.event.listen(sa.orm.Session, "after_commit", die)
    services.import_upload(upload, digest, Rights(frozenset({Role.COORDINATOR}), person))
"""


@pytest.fixture
def clock():
    """The present: real processes have no other clock."""
    return Clock(datetime.now(UTC))


def state(upload_id):
    found = db.session.scalar(sa.select(sa.func.count()).select_from(Person)), db.session.get_one(Upload, upload_id)
    answer = found[0], found[1].done_at is not None
    db.session.rollback()
    return answer


@pytest.mark.parametrize("moment", ["in the middle", "before the commit", "after the commit"])
def test_a_killed_import_leaves_nothing_or_all(group, as_, processes, environ, moment):
    client = as_(group["robin"])
    rows = "".join(f"new-{number},New {number}\n" for number in range(300))
    path, page = preview(client, f"code,name\n{rows}".encode())
    upload_id, digest = path.rpartition("/")[2], page.form(f"{path}/import").values["digest"][0]
    before, _ = state(upload_id)
    killed = processes.start("-c", IMPORT, moment, upload_id, digest, group["robin"], environ=environ)
    assert killed.wait(60) == -signal.SIGKILL, processes.output(killed)
    if moment == "after the commit":
        assert state(upload_id) == (before + 300, True)
        return
    assert state(upload_id) == (before, False)
    say_yes(client, path, client.page(path))
    assert state(upload_id) == (before + 300, True)
