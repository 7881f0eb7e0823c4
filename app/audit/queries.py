"""What the log tells: a page of entries, newest first, with names instead of ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEntry
from app.audit.words import SENTENCES, Act, Group, acts_of, details, sentence
from app.database import db
from app.people.models import Person, Skill
from app.roster.models import Draft, Period, Run, Shift
from app.roster.words import ShiftLabel
from app.rules.catalogue import shown_rules
from app.rules.settings import NAME
from app.sites.models import Pattern, Service, Site

PAGE_SIZE = 50
GONE = {
    "person": "someone who is gone",
    "shift": "a shift that is gone",
    "period": "a period that is gone",
    "draft": "a draft that is gone",
    "run": "a period that is gone",
}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the log is narrowed to; what is empty narrows nothing. `person_id` acted, or was acted on."""

    person_id: str = ""
    group: Group | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One act, told."""

    at: datetime
    words: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the log, by local day, the newest first."""

    days: Sequence[tuple[date, Sequence[Line]]]
    page: int
    pages: int
    total: int


def log_page(narrowed: LogFilter, page: int) -> LogPage:
    """A page of the log; one beyond the last is the last."""
    where = _where(narrowed)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*where)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    newest = sa.select(AuditEntry).where(*where).order_by(AuditEntry.at.desc(), AuditEntry.id)
    rows = db.session.scalars(newest.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    names = _names_for(rows)
    days: defaultdict[date, list[Line]] = defaultdict(list)
    for row in rows:
        days[clock.local(row.at).date()].append(_line(row, names))
    return LogPage(list(days.items()), page, pages, total)


def actors_of(object_id: str, acts: Iterable[str], since: datetime) -> set[str]:
    """Who did one of these acts on something, since a moment that is not long ago."""
    asked = sa.select(AuditEntry.actor_id).where(
        AuditEntry.at >= since, AuditEntry.object_id == object_id, AuditEntry.act.in_(list(acts))
    )
    return {each for each in db.session.scalars(asked) if each is not None}


def people_to_choose() -> Sequence[sa.Row[str, str]]:
    """Everyone who is or was in the group, by name: id and name."""
    return db.session.execute(sa.select(Person.id, Person.name).order_by(sa.func.lower(Person.name))).all()


def _where(narrowed: LogFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if narrowed.person_id:
        about = sa.and_(AuditEntry.object_kind == "person", AuditEntry.object_id == narrowed.person_id)
        found.append(sa.or_(AuditEntry.actor_id == narrowed.person_id, about))
    if narrowed.group:
        found.append(AuditEntry.act.in_(acts_of(narrowed.group)))
    if narrowed.day:
        start = datetime.combine(narrowed.day, datetime.min.time(), clock.zone())
        end = datetime.combine(narrowed.day + timedelta(days=1), datetime.min.time(), clock.zone())
        found += [AuditEntry.at >= start, AuditEntry.at < end]
    return found


@dataclass(frozen=True, slots=True)
class LogNames:
    """Names by kind and id for the entries of one page."""

    by_kind: Mapping[tuple[str, str], str]

    def of(self, kind: str, row_id: str) -> str:
        """The name of a thing, or words for one that is gone."""
        return self.by_kind.get((kind, row_id)) or GONE.get(kind, f"a {kind} that is gone")

    def person(self, person_id: str) -> str:
        """The person's chosen name."""
        return self.of("person", person_id)

    def shift(self, shift_id: str) -> str:
        """As in "Tue 24 Nov 22:00-06:00, Harbour House, Outreach"."""
        return self.of("shift", shift_id)

    def rule(self, name: str) -> str:
        """The title of a rule; what people wished in private has none."""
        return self.of("rule", name)


def _line(row: AuditEntry, names: LogNames) -> Line:
    act = Act(
        act=row.act,
        who=None if row.actor_id is None else names.person(row.actor_id),
        is_own=row.object_kind == "person" and row.object_id == row.actor_id,
        what=_what(row, names),
        details=row.details,
    )
    return Line(row.at, sentence(act), details(act, names))


def _what(row: AuditEntry, names: LogNames) -> str:
    if row.object_id is None or row.object_kind is None:
        return ""
    if row.object_kind == "export":
        return row.object_id.replace("_", " ").replace("-", " ")
    return names.of(row.object_kind, row.object_id)


def _names_for(rows: Iterable[AuditEntry]) -> LogNames:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.object_kind and row.object_id:
            wanted[row.object_kind].add(row.object_id)
        if row.actor_id:
            wanted["person"].add(row.actor_id)
        for key in ("person", "shift"):
            wanted[key] |= {row.details[each] for each in (key, f"to_{key}") if isinstance(row.details.get(each), str)}
    found = {("rule", rule.name): rule.title for rule in shown_rules()} | {("rule", NAME): "Rosters as a whole"}
    found |= {(row.kind, row.id): row.name for row in db.session.execute(_named(wanted))}
    if wanted["shift"]:
        found |= {("shift", shift_id): words for shift_id, words in _shifts(wanted["shift"])}
    return LogNames(found)


def _named(wanted: Mapping[str, set[str]]) -> sa.CompoundSelect[tuple[str, str, str]]:
    """One question for all things that have a name."""
    draft = sa.literal("Draft ") + sa.cast(Draft.number, sa.String) + " of " + Period.name
    parts = [
        sa.select(sa.literal(kind).label("kind"), model.id.label("id"), name.label("name")).where(
            model.id.in_(wanted.get(kind, set()))
        )
        for kind, model, name in (
            ("person", Person, Person.name),
            ("skill", Skill, Skill.name),
            ("site", Site, Site.name),
            ("service", Service, Service.name),
            ("pattern", Pattern, Pattern.code),
            ("period", Period, Period.name),
        )
    ]
    parts += [
        sa.select(sa.literal(kind), model.id, name)
        .join(Period, Period.id == model.period_id)
        .where(model.id.in_(wanted.get(kind, set())))
        for kind, model, name in (("draft", Draft, draft), ("run", Run, Period.name))
    ]
    return sa.union_all(*parts)


def _shifts(shift_ids: set[str]) -> Iterable[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Site.name, Service.name)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.id.in_(shift_ids))
    )
    for shift_id, day_on, starts_at, ends_at, site, service in rows:
        yield shift_id, str(ShiftLabel(day_on, clock.local(starts_at), clock.local(ends_at), site, service))


def is_known(act: str) -> bool:
    """Whether an act has words of its own."""
    return any(act in acts for acts in SENTENCES.values())
