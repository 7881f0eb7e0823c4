"""What is read for import and export: waiting files, what they would do, and what goes out."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.database import db, is_sqlite
from app.transfer.files import Sheet, Unreadable, read_sheet, read_zip, write_csv, write_zip
from app.transfer.kinds import BY_NAME, KINDS, Kind, Rights
from app.transfer.models import Upload
from app.transfer.plan import Plan, make_plan, open_world
from app.transfer.world import World

EVERYTHING = "everything"
LIFE = timedelta(days=1)


def importable(rights: Rights) -> list[Kind]:
    """The kinds of file this person may bring in."""
    return [kind for kind in KINDS if kind.importers & rights.roles]


def exportable(rights: Rights) -> list[Kind]:
    """The kinds of file this person may take out."""
    return [kind for kind in KINDS if kind.exporters & rights.roles]


def pack(data: bytes) -> str:
    """A file as it is kept."""
    return base64.b64encode(zlib.compress(data)).decode()


def unpack(content: str) -> bytes:
    """The file that `pack` kept."""
    return zlib.decompress(base64.b64decode(content))


def upload_of(person_id: str, upload_id: str) -> Upload | None:
    """A file of this person's that is not a day old; nobody else's is ever found."""
    young = Upload.created_at > clock.now() - LIFE
    return db.session.scalar(sa.select(Upload).where(Upload.id == upload_id, Upload.person_id == person_id, young))


def waiting_uploads(person_id: str) -> list[Upload]:
    """This person's files that wait for a yes, newest first."""
    young = Upload.created_at > clock.now() - LIFE
    query = sa.select(Upload).where(Upload.person_id == person_id, Upload.done_at.is_(None), young)
    return list(db.session.scalars(query.order_by(Upload.created_at.desc(), Upload.id)))


def expires_at(upload: Upload) -> datetime:
    """When a waiting file is thrown away."""
    return upload.created_at + LIFE


def read_file(kind_name: str, filename: str, data: bytes, rights: Rights) -> tuple[list[tuple[Kind, Sheet]], list[str]]:
    """A file's sheets with their kinds, and names of files in a ZIP that were passed over; raises `Unreadable`."""
    if kind_name != EVERYTHING:
        kind = BY_NAME[kind_name]
        sheet = read_sheet(data, filename, kind.knows)
        if not sheet.rows:
            raise Unreadable("This file has a header and no rows under it.")
        return [(kind, sheet)], []
    sheets: dict[str, tuple[Kind, Sheet]] = {}
    passed: list[str] = []
    for name, content in read_zip(data):
        known = BY_NAME.get(name.casefold().removesuffix(".csv"))
        if known is None or not name.casefold().endswith(".csv"):
            passed.append(name[:80])
            continue
        if known.name in sheets:
            raise Unreadable(f"This ZIP holds two files called {known.name}.csv.")
        if not known.importers & rights.roles:
            raise Unreadable(f"Only an admin can import {known.name}.csv. Leave it out of the ZIP.")
        try:
            sheets[known.name] = known, read_sheet(content, name, known.knows)
        except Unreadable as error:
            raise Unreadable(f"{known.name}.csv: {error}") from None
    if not sheets:
        names = ", ".join(f"{kind.name}.csv" for kind in KINDS)
        raise Unreadable(f"This ZIP holds none of the files that are known here: {names}.")
    return list(sheets.values()), passed


def plan_upload(upload: Upload, rights: Rights) -> tuple[Plan, list[str]]:
    """What a waiting file would do now, and names that were passed over; raises `Unreadable`."""
    sheets, passed = read_file(upload.kind, upload.filename, unpack(upload.content), rights)
    return make_plan(db.session, sheets, rights, upload.date_order), passed


def _still() -> None:
    """See everything that follows as it was at one moment (SQLite does so by itself)."""
    if not is_sqlite():
        db.session.rollback()
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _world(kinds: list[Kind], rights: Rights) -> World:
    """Everything that files of these kinds speak of, read at once."""
    world = open_world(db.session, rights)
    for kind in kinds:
        for name in (kind.name, *kind.after):
            for needed in (name, *BY_NAME[name].after):
                world[needed]
    return world


def export_file(kind: Kind, rights: Rights) -> tuple[int, Iterator[str]]:
    """How many things of a kind there are, and the lines of a file with all of them."""
    _still()
    world = _world([kind], rights)
    header = [column.name for column in kind.columns_for(rights)]
    return len(world[kind.name].entries), write_csv(header, kind.export(world, rights))


def export_everything(rights: Rights) -> tuple[dict[str, int], bytes]:
    """How many things of each kind there are, and a ZIP of all files; wishes stay in."""
    _still()
    kinds = exportable(rights)
    world = _world(kinds, rights)
    return {kind.name: len(world[kind.name].entries) for kind in kinds}, write_zip(
        (f"{kind.name}.csv", _whole(kind, world, rights)) for kind in kinds
    )


def _whole(kind: Kind, world: World, rights: Rights) -> bytes:
    header = [column.name for column in kind.columns_for(rights)]
    return "".join(write_csv(header, kind.export(world, rights))).encode()


def own_wishes(rights: Rights) -> Iterator[str]:
    """The lines of a file with one person's own wishes."""
    _still()
    kind = BY_NAME["wishes"]
    world = _world([kind], rights)
    own = [entry for entry in world[kind.name].entries if entry.values["person"] == rights.person_id]
    return write_csv([column.name for column in kind.columns], kind.export(world, rights, own))


def template(kind: Kind) -> Iterator[str]:
    """The lines of a file with the header and one made-up row."""
    columns = [column for column in kind.columns if not column.is_shown]
    return write_csv([column.name for column in columns], [[column.example for column in columns]])
