"""Changing things that someone else may be changing: what a save answers, and codes made from names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import has_request_context
from flask_login import current_user
from sqlalchemy.orm import InstrumentedAttribute

from app.database import Model, db
from app.fields import Difference, EditForm, differences

CODE_LENGTH = 32
TAIL_LENGTH = 4

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Saved:
    """The change is kept; `id` names what was changed, `words` say what a person should know about it."""

    id: str
    words: str = ""


@dataclass(frozen=True)
class Refused:
    """Nothing was changed; `problems` has plain words by field, "" for the whole form."""

    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outdated:
    """Nothing was changed, because someone else changed it since the page was shown; `version` is theirs."""

    version: int


Outcome = Saved | Refused | Outdated


def actor_id() -> str | None:
    """The id of the person signed in, None in jobs and commands."""
    return current_user.id if has_request_context() and current_user.is_authenticated else None


def locked(model: type[Row], row_id: str) -> Row | None:
    """A row that nobody else changes until this transaction ends, read anew, or None when it is gone."""
    return db.session.get(model, row_id, with_for_update=True, populate_existing=True)


def refuse(**problems: str) -> Refused:
    """Undo what the transaction did and say why, by field (`form=` for the whole form)."""
    db.session.rollback()
    return Refused({"" if name == "form" else name: words for name, words in problems.items()})


def outdated(version: int) -> Outdated:
    """Undo what the transaction did and say that someone was quicker."""
    db.session.rollback()
    return Outdated(version)


def kept(row_id: str) -> Outcome:
    """Commit; when someone else took the same name, code or address in this very moment, say so instead."""
    try:
        db.session.commit()
    except sa.exc.IntegrityError:
        return refuse(form="Someone else saved the same just now. Please look at the list and try again.")
    return Saved(row_id)


def settle(form: EditForm, outcome: Outcome, as_kept: Callable[[], EditForm]) -> list[Difference] | None:
    """Show a refusal in the form; after someone else's change, the fields that differ from what `as_kept` shows."""
    if isinstance(outcome, Refused):
        form.take(outcome.problems)
    if isinstance(outcome, Outdated):
        form.show(outcome.version)
        return differences(form, as_kept())
    return None


def code_from(name: str) -> str:
    """A short code of small letters, digits and hyphens made from a name; "x" when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: CODE_LENGTH - TAIL_LENGTH].strip("-") or "x"


def free_code(column: InstrumentedAttribute[str], name: str) -> str:
    """A code made from a name that no row has yet: "ana", else "ana-2", "ana-3" ..."""
    stem = code_from(name)
    taken = set(db.session.scalars(sa.select(column).where(sa.func.lower(column).startswith(stem, autoescape=True))))
    taken = {code.lower() for code in taken}
    number = 1
    while (code := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return code


def is_taken(column: InstrumentedAttribute[str], value: str, row_id: str | None = None) -> bool:
    """Whether another row has this value, however it is capitalised."""
    identity: Any = column.class_.id
    query = sa.select(identity).where(sa.func.lower(column) == value.lower())
    if row_id is not None:
        query = query.where(identity != row_id)
    return db.session.scalar(query.limit(1)) is not None


def changed_names(row: Model, facts: Mapping[str, Any]) -> list[str]:
    """The columns whose value in `facts` differs from the row's, for the log: names only, never values."""
    return sorted(name for name, value in facts.items() if getattr(row, name) != value)
