"""Files about the roster: single shifts, and who works them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import clock
from app.attendance.queries import with_notes
from app.database import ID_LENGTH
from app.fields import is_within_reach
from app.roster.models import Assignment, Period, Shift, ShiftDemand
from app.roster.planning import FAR, OVER, WORKED, span_problem
from app.roster.queries import promised_shifts
from app.transfer.columns import Column
from app.transfer.kinds.kind import Kind, Line, Rights, person_name
from app.transfer.kinds.people import NAME, PERSON, SERVICE, SITE
from app.transfer.kinds.sites import DEMAND, LINES, DemandedKind
from app.transfer.values import (
    NO,
    YES,
    BadValue,
    Choice,
    Clock,
    ClockTime,
    Day,
    Hours,
    Reading,
    Reference,
    Text,
    Type,
    Whole,
    YesNo,
)
from app.transfer.world import Entry, Table, Values, World
from app.walltime import instant_of

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
AN_ID = re.compile(f"[{ALPHABET}]{{{ID_LENGTH}}}")
DAY = timedelta(days=1)
SPAN = ("date", "starts", "ends", "ends_on")
START, END = "start instant", "end instant"
TOLD = {"told_starts": START, "told_ends": END, "told_site": "site"}
ACCEPTED, WAITING, DECLINED = "yes", "no", "declined"
SAID = {ACCEPTED: "said yes", WAITING: "has not said yes", DECLINED: "said no"}
ANSWER = Choice(
    (ACCEPTED, WAITING, DECLINED),
    dict.fromkeys(YES, ACCEPTED) | dict.fromkeys(NO, WAITING) | {"said no": DECLINED},
)


class ShiftWord(Type):
    """The id of a shift, or any word that tells shifts of one file apart: the same word is always the same shift."""

    words = "any word of at most 40 letters, the same on all rows of one shift"

    def parse(self, text: str, reading: Reading) -> str:
        """The id; another word becomes an id of its own, always the same one."""
        del reading
        word = Text(40).parse(text, None)  # type: ignore[arg-type]
        return word if AN_ID.fullmatch(word) else shift_id_of(word)


def shift_id_of(word: str) -> str:
    """The id that another system's name for a shift becomes: drawn from its SHA-256."""
    number = int.from_bytes(hashlib.sha256(f"shift:{word}".encode()).digest(), "big")
    letters = []
    for _ in range(ID_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def span(values: Values) -> tuple[datetime, datetime]:
    """The instants a row's wall times mean; raises `BadValue`.

    Without an offset a time that comes twice means its first coming, one that is left out the instant the clocks
    jump. The end is on the next day when it is at or before the start and nothing else is said.
    """
    day, starts, ends, ends_on = (values[name] for name in SPAN)
    start = _instant(day, starts, "starts")
    end_day = ends_on or (day + DAY if ends.at <= starts.at else day)
    end = _instant(end_day, ends, "ends")
    if end <= start:
        raise BadValue("It ends before it begins.", "ends")
    return start, end


def _new_span(values: Values) -> tuple[datetime, datetime]:
    """The instants of a shift whose hours a file gives; raises `BadValue` when no page would take them."""
    start, end = span(values)
    day, starts, ends, ends_on = (values[name] for name in SPAN)
    if not is_within_reach(day):
        raise BadValue(FAR, "date")
    if ends_on is not None and ends_on > (day + DAY if ends.at <= starts.at else day):
        raise BadValue("A shift ends at the latest a day later, at the time at which it begins.", "ends_on")
    return start, end


def _instant(day: date, at: Clock, column: str) -> datetime:
    zone = clock.zone()
    if at.offset is None:
        return instant_of(day, at.at, zone)
    for turn in (0, 1):
        wall = datetime.combine(day, at.at.replace(fold=turn), zone)
        if wall.utcoffset() == timedelta(minutes=at.offset):
            return wall.astimezone(instant_of(day, at.at, zone).tzinfo)
    raise BadValue("Clocks here are not at this offset at that time.", column)


def wall(day: date, start: datetime, end: datetime) -> Values:
    """The shortest wall times that mean these instants and no others."""
    first, last = clock.local(start), clock.local(end)
    plain: Values = {
        "date": day,
        "starts": Clock(first.time().replace(fold=0, tzinfo=None)),
        "ends": Clock(last.time().replace(fold=0, tzinfo=None)),
        "ends_on": None,
    }
    exact_start = plain | {"starts": replace(plain["starts"], offset=_offset(first))}
    exact_end = {"ends": replace(plain["ends"], offset=_offset(last))}
    for values in (plain, exact_start, plain | exact_end, exact_start | exact_end):
        for ends_on in (None, last.date()):
            tried = values | {"ends_on": ends_on}
            try:
                if span(tried) == (start, end):
                    return tried
            except BadValue:
                continue
    return exact_start | exact_end | {"ends_on": last.date()}


def _offset(local: datetime) -> int:
    return int((local.utcoffset() or timedelta()).total_seconds()) // 60


class Moment(Type):
    """An instant, written as a day and a time on the organisation's clock."""

    words = "a date and a time: 2026-03-31 21:30"
    _day, _clock = Day(), ClockTime()

    def parse(self, text: str, reading: Reading) -> datetime:
        """Read a day and a time."""
        found = re.fullmatch(r"(\S+?)(?: +|[Tt])(\S.*)", text)
        if found is None:
            raise BadValue("Write a date and a time like 2026-03-31 21:30.")
        return _instant(self._day.parse(found[1], reading), self._clock.parse(found[2], reading), "")

    def text(self, value: Any, world: World) -> str:
        """Write the shortest day and time that mean this instant, to the second."""
        value = value.replace(microsecond=0)
        local = clock.local(value)
        at = Clock(local.time().replace(fold=0, tzinfo=None))
        if _instant(local.date(), at, "") != value:
            at = replace(at, offset=_offset(local))
        return f"{self._day.text(local.date(), world)} {self._clock.text(at, world)}"


class Periods(Kind):
    """The stretches of days that are rostered together."""

    name, title, one, plural = "periods", "Roster periods", "period", "periods"
    words = "The days that are rostered together, and whether their roster is published."
    model = Period
    keys = (("first_day",),)
    columns = (
        Column("first_day", Day(), "Its first day. This tells it from all others.", "2026-03-02", "starts_on", is_needed=True, also=("starts on", "from")),
        Column("last_day", Day(), "Its last day.", "2026-03-29", "ends_on", is_needed=True, also=("ends on", "until")),
        Column("name", NAME, "What it is called.", "Example: March", "name", is_needed=True),
        Column("published", YesNo(), "Yes when its roster is known to all, as that of the past is. Blank means no.", "no", default=False),
        Column("published_at", Moment(), "When it was last published. Blank: when it comes in.", ""),
    )  # fmt: skip
    notes = ("Only a new period can come in as published. A roster that is here already is published on its own page.",)

    def besides(self, session: Session) -> dict[str, Values]:
        """Which of them are published, and since when."""
        published = session.execute(sa.select(Period.id, Period.published_at))
        return {period_id: {"published": at is not None, "published_at": at} for period_id, at in published}

    def nothing_besides(self) -> Values:
        """A period that is not published."""
        return {"published": False, "published_at": None}

    def key(self, values: Values) -> Any:
        """Its first day: no two periods share a day."""
        return values.get("first_day")

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The period that begins on this day."""
        found = reading.world[self.name].with_key(self.key(line.values))
        return found[0] if found else None

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """The days follow one another, and what is published stays as it is."""
        del given, reading, rights
        values, stored = entry.values, entry.stored
        days = values["first_day"], values["last_day"]
        if (not stored or days[1] != stored["last_day"]) and (words := span_problem(*days)):
            raise BadValue(words, "last_day")
        if stored and stored["published"] and values["last_day"] != stored["last_day"]:
            raise BadValue("This period is published: its days stay as they are.", "last_day")
        if stored and stored["published"] != values["published"]:
            raise BadValue("A roster that is here already is published on its own page, not by a file.", "published")
        if stored:
            _keep_moment(values, stored)
        elif values["published_at"] is not None and not values["published"]:
            raise BadValue("It is not published: leave this blank.", "published_at")
        elif values["published_at"] is not None and values["published_at"] > clock.now():
            raise BadValue("This time is still to come.", "published_at")

    def review(self, table: Table, reading: Reading, rights: Rights) -> Iterator[tuple[Entry, str, str]]:
        """No two periods share a day."""
        del reading, rights
        last: Entry | None = None
        days = [each for each in table.entries if each.values.get("last_day") is not None]
        for entry in sorted(days, key=lambda each: (each.values["first_day"], each.values["last_day"])):
            if last is not None and entry.values["first_day"] <= last.values["last_day"]:
                late, other = (entry, last) if entry.line else (last, entry)
                name, begins = other.values["name"], other.values["first_day"]
                yield late, "first_day", f"This shares days with {name}, which begins on {begins}."
            if last is None or entry.values["last_day"] > last.values["last_day"]:
                last = entry

    def label(self, entry: Entry, world: World) -> str:
        """What it is called."""
        del world
        return str(entry.values["name"])

    def begin(self, thing: Any) -> None:
        """Note when it was made."""
        thing.created_at = clock.now()

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """A published one counts its first publication."""
        del session, world
        if entry.is_new and entry.values["published"]:
            thing.published_at, thing.version = entry.values["published_at"] or clock.now(), 1


def _keep_moment(values: Values, stored: Values) -> None:
    """Hold a row to when the period was published, which a file tells to the second; raises `BadValue`."""
    said, known = values["published_at"], stored["published_at"]
    if said is not None and (known is None or said != known.replace(microsecond=0)):
        raise BadValue("When it was published stays as it is.", "published_at")
    values["published_at"] = known


THEIRS = "People are on this shift. Change it on its page: then they are told, and paid what they lose."
THEN = "This shift is over: it cannot move to a time to come."


def _moved(entry: Entry) -> list[str]:
    """The columns in which a stored shift differs in what people said yes to."""
    if not entry.line or entry.stored is None:
        return []
    columns = (("starts", START), ("ends", END), ("site", "site"), ("service", "service"), ("cancelled", "cancelled"))
    return [column for column, name in columns if entry.values[name] != entry.stored[name]]


def _kept(entries: list[tuple[Entry, list[str]]]) -> Iterator[tuple[Entry, str, str]]:
    """What speaks against changes of shifts that people are on.

    The times of one that is over may be put right while nothing rests on them: nothing is noted about anybody, and
    all came on it when it was over already, with a history.
    """
    ids, now = [entry.id for entry, _ in entries], clock.now()
    noted, promised = (with_notes(ids), promised_shifts(ids)) if ids else (set[str](), set[str]())
    for entry, columns in entries:
        for column in columns:
            is_time = column in {"starts", "ends"}
            if entry.id in noted and (is_time or column == "service"):
                yield entry, column, WORKED
            elif not is_time or (entry.stored or {})[END] > now:
                yield entry, column, THEIRS
            elif entry.id in promised:
                yield entry, column, OVER
            elif entry.values[END] > now:
                yield entry, column, THEN
            else:
                continue
            break


class Shifts(DemandedKind):
    """Single shifts."""

    name, title, one, plural = "shifts", "Shifts", "shift", "shifts"
    words = "Shifts on their dates, with what they need. One row for each demand line."
    model = Shift
    demand_model = ShiftDemand
    owner = "shift_id"
    keys = (("shift",), ("date", "starts", "ends", "site", "service"))
    after = ("sites", "services", "skills", "patterns")
    columns = (
        Column("shift", ShiftWord(), "Tells this shift from all others. Blank: its date, times, site and service do.", "example-1", also=("shift id", "id")),
        Column("date", Day(), "The day it begins.", "2026-03-31", is_needed=True, also=("day",)),
        Column("starts", ClockTime(), "When it begins, on your wall clock.", "21:30", is_needed=True, also=("starts at", "start")),
        Column("ends", ClockTime(), "When it ends. At or before the start: on the next day.", "07:30", is_needed=True, also=("ends at", "end")),
        Column("ends_on", Day(), "The day it ends, only where the times alone do not say it.", ""),
        Column("site", SITE, "Where.", "EXAMPLE", "site_id", is_needed=True),
        Column("service", SERVICE, "What.", "EXAMPLE-WALK", "service_id", is_needed=True),
        Column("trainee_seats", Whole(0, 100), "Seats that do not count as cover. Blank means 0.", "1", "trainee_seats", default=0),
        Column("note", Text(200), "Shown to who works it.", "", "note"),
        Column("pattern", Reference("patterns", "pattern", "patterns"), "The pattern it was made from, if any.", "", "pattern_id"),
        Column("edited", YesNo(), "Yes when it differs from its pattern on purpose.", "no", "is_edited", default=False),
        Column("cancelled", YesNo(), "Yes when it is called off.", "no", default=False),
        *DEMAND,
    )  # fmt: skip
    notes = (
        (
            "Times are those of the clock on the wall where the group is. When clocks go back, a time that comes twice "
            "means its first coming; write 01:30-08:00 to mean the one with that offset. When clocks go forward, a "
            "time that is left out means the moment the clocks jump."
        ),
        "The demand lines in the file replace those the shift had.",
    )

    def load(self, session: Session, rights: Rights) -> Iterator[tuple[Entry, Any]]:
        """Every shift, its instants as wall times."""
        fields = (Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.cancelled_at)
        times = {row.id: row for row in session.execute(sa.select(*fields))}
        for entry, _ in super().load(session, rights):
            row = times[entry.id]
            entry.values |= wall(row.day_on, row.starts_at, row.ends_at)
            entry.values |= {"shift": entry.id, "cancelled": row.cancelled_at is not None}
            entry.values |= {START: row.starts_at, END: row.ends_at}
            entry.stored = dict(entry.values)
            yield entry, self.key(entry.values)

    def key(self, values: Values) -> Any:
        """When, where and what."""
        return values.get("date"), values.get(START), values.get(END), values.get("site"), values.get("service")

    def group(self, line: Line) -> Any:
        """Rows of one shift."""
        return line.values.get("shift") or tuple(line.values.get(name) for name in (*SPAN, "site", "service"))

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The shift of this id, else the one at this time and place."""
        table = reading.world[self.name]
        if line.values.get("shift"):
            return table.by_id.get(line.values["shift"])
        for name in self.keys[1]:
            if line.values.get(name) is None:
                raise BadValue("A shift needs this, or the word in the column shift.", name)
        start, end = span({name: line.values.get(name) for name in SPAN})
        found = table.with_key(self.key(line.values | {START: start, END: end}))
        if len(found) > 1:
            ids = ", ".join(entry.id for entry in found[:5])
            raise BadValue(f"{len(found)} shifts are at this time and place: say which ({ids}).", "shift")
        return found[0] if found else None

    def new_id(self, line: Line, reading: Reading) -> str:
        """The id its word stands for, or else its time and place: the same whenever the file is read."""
        table, word = (
            reading.world[self.name],
            "|".join(line.cells.get(name, "") for name in (*SPAN, "site", "service")),
        )
        made = line.values.get("shift") or shift_id_of(word)
        while made in table.by_id:
            made = shift_id_of(made)
        return str(made)

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """Find out the instants; a shift that now differs from its pattern stays so."""
        del rights
        values, stored = entry.values, entry.stored
        if stored is not None and all(values[name] == stored[name] for name in SPAN):
            start, end = stored[START], stored[END]
        else:
            start, end = _new_span(values)
            for column, instant in (("starts", start), ("ends", end)):
                if clock.local(instant).replace(tzinfo=None, fold=0).time() != values[column].at:
                    reading.notes.append(
                        f"Line {entry.line}: clocks go forward that night and leave {values[column].at:%H:%M} out; "
                        f"it is taken as {clock.local(instant):%H:%M}."
                    )
        values |= wall(values["date"], start, end) | {START: start, END: end, "shift": entry.id}
        watched = ("date", START, END, "site", "service", "trainee_seats", LINES)
        differs = stored is not None and any(values[name] != stored[name] for name in watched)
        if differs and values["pattern"] and "edited" not in given:
            values["edited"] = True

    def review(self, table: Table, reading: Reading, rights: Rights) -> Iterator[tuple[Entry, str, str]]:
        """A pattern makes one shift a day; what people said yes to is changed on its page, which tells and pays them."""
        del rights
        moved = [(entry, columns) for entry in table.entries if (columns := _moved(entry))]
        held = {each.values["shift"] for each in reading.world["assignments"].entries} if moved else set()
        yield from _kept([(entry, columns) for entry, columns in moved if entry.id in held])
        taken: dict[Any, Entry] = {}
        for entry in sorted(table.entries, key=lambda each: each.line):
            if entry.values.get("pattern") is not None:
                other = taken.setdefault((entry.values["pattern"], entry.values.get("date")), entry)
                if other is not entry and entry.line:
                    yield entry, "pattern", "There is another shift of this pattern on this day."

    def label(self, entry: Entry, world: World) -> str:
        """When and where."""
        cells = {name: self.cell(entry.values, self.by_name[name], world) for name in ("date", "starts", "ends")}
        site = world["sites"].by_id[entry.values["site"]].values["name"]
        first, last = (clock.local(entry.values[name]).date() for name in (START, END))
        ends_on = f" on {last}" if last != first else ""
        return f"{cells['date']} {cells['starts']}-{cells['ends']}{ends_on}, {site}"

    def order(self, entry: Entry, world: World) -> Any:
        """By time."""
        return entry.values[START], [self.cell(entry.values, column, world) for column in self.columns]

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """Write the instants, and when it was called off."""
        super().write_more(session, thing, entry, world)
        stored = entry.stored or {}
        for column, attribute in (("date", "day_on"), (START, "starts_at"), (END, "ends_at")):
            if entry.values[column] != stored.get(column):
                setattr(thing, attribute, entry.values[column])
        if stored and any(entry.values[name] != stored[name] for name in (START, END)):
            _tell(session, entry)
        if entry.values["cancelled"] != stored.get("cancelled", False):
            thing.cancelled_at = clock.now() if entry.values["cancelled"] else None

    def _step_aside(self, session: Session, entries: list[Entry]) -> None:
        for entry in entries:
            stored = entry.stored
            if stored and any(stored[name] != entry.values[name] for name in ("pattern", "date")):
                # Two shifts of one pattern may change days; the pattern is written again with the rest.
                session.execute(sa.update(Shift).where(Shift.id == entry.id).values(pattern_id=None))
                stored["pattern"] = None


def _tell(session: Session, entry: Entry) -> None:
    """Whoever is on a shift that a file may move knows it as it is then: it is over, and nobody was promised it."""
    told = {"told_starts_at": entry.values[START], "told_ends_at": entry.values[END]}
    theirs = sa.update(Assignment).where(Assignment.shift_id == entry.id)
    session.execute(theirs.values(**told, version=Assignment.version + 1).execution_options(synchronize_session=False))


class Assignments(Kind):
    """Who works which shift."""

    name, title, one, plural = "assignments", "Who works when", "assignment", "assignments"
    words = "Published shifts and their people: to bring a history from another system, and to add up hours."
    model = Assignment
    keys = (("person", "shift"), ("person", "date", "starts", "site"))
    after = ("people", "shifts", "sites", "services")
    columns = (
        Column("person", PERSON, "Who.", "example-sam", "person_id", also=("code", "person code"), is_needed=True),
        Column("person_name", NAME, "For reading only.", "Sam Example", is_shown=True, also=("name",)),
        Column("shift", ShiftWord(), "Which shift, by the word in the file of shifts. Blank: its date, start and site say it.", "example-1", also=("shift id",)),
        Column("date", Day(), "The day the shift begins.", "2026-03-31", is_pointer=True, also=("day",)),
        Column("starts", ClockTime(), "When the shift begins.", "21:30", is_pointer=True, also=("starts at", "start")),
        Column("ends", ClockTime(), "When it ends.", "07:30", is_pointer=True, also=("ends at", "end")),
        Column("site", SITE, "Where.", "EXAMPLE", is_pointer=True),
        Column("service", SERVICE, "What.", "EXAMPLE-WALK", is_pointer=True),
        Column("hours", Hours(1000), "For reading only: true hours, clock changes counted.", "10", is_shown=True),
        Column("accepted", ANSWER, "No while a late change awaits the person's yes, declined when they said no to it. Blank means yes.", "yes", default=ACCEPTED),
        Column("taken_late", YesNo(), "Yes when they filled an open place at short notice. Blank means no.", "no", "is_taken_late", default=False),
        Column("told_starts", Moment(), "The start they were last told. Blank: as the shift is now.", ""),
        Column("told_ends", Moment(), "The end they were last told. Blank: as the shift is now.", ""),
        Column("told_site", SITE, "The site they were last told. Blank: as the shift is now.", ""),
    )  # fmt: skip
    notes = (
        "The shifts must be there already: import them first, or both in one ZIP.",
        "Rows are added to what is there, and nobody is told by mail. To take someone off a shift, use the board.",
        "Rows that are there stay: people themselves say yes or no, and they are told by publishing the roster.",
        "A draft that was begun before the import is told, when it is published, that the roster has changed.",
    )

    def load(self, session: Session, rights: Rights) -> Iterator[tuple[Entry, Any]]:
        """Every published assignment."""
        del rights
        told = Assignment.told_starts_at, Assignment.told_ends_at, Assignment.told_site_id
        query = (
            sa.select(Assignment.id, Assignment.person_id, Assignment.shift_id, Assignment.is_taken_late)
            .add_columns(Assignment.accepted_at, Assignment.declined_at)
            .add_columns(*told, Shift.starts_at, Shift.ends_at, Shift.site_id)
            .join(Shift, Shift.id == Assignment.shift_id)
        )
        for row in session.execute(query):
            answer = ACCEPTED if row.accepted_at else DECLINED if row.declined_at else WAITING
            values: Values = {"person": row.person_id, "shift": row.shift_id, "accepted": answer}
            values |= {"taken_late": row.is_taken_late}
            for column, known, now in zip(TOLD, row[6:9], row[9:12], strict=True):
                values[column] = None if known == now else known
            yield Entry(row.id, values, dict(values)), self.key(values)

    def key(self, values: Values) -> Any:
        """A person is on a shift once."""
        return values.get("person"), values.get("shift")

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The assignment, its shift being found by word or by time and place."""
        line.values["shift"] = self._shift(line, reading).id
        found = reading.world[self.name].with_key(self.key(line.values))
        return found[0] if found else None

    def _shift(self, line: Line, reading: Reading) -> Entry:
        shifts, values = reading.world["shifts"], line.values
        if values.get("shift"):
            shift = shifts.by_id.get(values["shift"])
            if shift is None:
                raise BadValue("There is no such shift. Import the shifts first.", "shift")
            for column in ("date", "starts", "ends", "site", "service"):
                if values.get(column) is not None and values[column] != shift.values.get(column):
                    right = shifts_cell(shift, column, reading.world)
                    raise BadValue(f"The shift says otherwise here: {right}.", column)
            return shift
        for column in ("date", "starts", "site"):
            if values.get(column) is None:
                raise BadValue("Say which shift: by its word, or by date, start and site.", column)
        given = {c: values[c] for c in ("date", "starts", "ends", "site", "service") if values.get(c) is not None}
        if ("by day", line.values["date"]) not in (cache := _by_day(shifts, reading)):
            raise BadValue("There is no shift on this day. Import the shifts first.", "date")
        day = cache["by day", line.values["date"]]
        found = [shift for shift in day if all(shift.values.get(c) == v for c, v in given.items())]
        if not found:
            raise BadValue("There is no shift at this time and place. Import the shifts first.", "starts")
        if len(found) > 1:
            raise BadValue(f"{len(found)} shifts are at this time and place: give the word of the shift.", "shift")
        return found[0]

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """Whoever is on a shift already said and was told what they did: no file says otherwise."""
        del given, rights
        if entry.stored:
            _keep_said(entry, reading.world)
            return
        told = _told(entry, reading.world)
        if told["told_ends"] <= told["told_starts"]:
            raise BadValue("It ends before it begins.", "told_ends")

    def label(self, entry: Entry, world: World) -> str:
        """Who, and when."""
        shift = world["shifts"].by_id[entry.values["shift"]]
        when = " ".join(shifts_cell(shift, column, world) for column in ("date", "starts"))
        return f"{person_name(world, entry.values['person'])}: {when}"

    def shown(self, entry: Entry, world: World) -> Values:
        """What the reader wants to know of the shift."""
        shift = world["shifts"].by_id[entry.values["shift"]]
        cells = {column: shifts_cell(shift, column, world) for column in ("date", "starts", "ends", "site", "service")}
        minutes = int((shift.values[END] - shift.values[START]).total_seconds()) // 60
        return cells | {
            "person_name": person_name(world, entry.values["person"]),
            "hours": Hours().text(minutes, world),
        }

    def order(self, entry: Entry, world: World) -> Any:
        """By time, then by person."""
        shift = world["shifts"].by_id[entry.values["shift"]]
        return shift.values[START], shift.id, PERSON.text(entry.values["person"], world)

    def write(self, session: Session, entries: list[Entry], world: World) -> None:
        """Write assignments; periods they fall into count as changed."""
        super().write(session, entries, world)
        days = {world["shifts"].by_id[entry.values["shift"]].values["date"] for entry in entries}
        for period in session.scalars(sa.select(Period)):
            if any(period.starts_on <= day <= period.ends_on for day in days):
                period.version += 1
        session.flush()

    def begin(self, thing: Any) -> None:
        """Note when it was assigned."""
        thing.assigned_at = clock.now()

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """Write the shift, what a new person on it knows of it, and what the person said."""
        del session
        if entry.is_new:
            thing.shift_id, told = entry.values["shift"], _told(entry, world)
            thing.told_starts_at, thing.told_ends_at = told["told_starts"], told["told_ends"]
            thing.told_site_id = told["told_site"]
            answer = entry.values["accepted"]
            thing.accepted_at = clock.now() if answer == ACCEPTED else None
            thing.declined_at = clock.now() if answer == DECLINED else None


def _keep_said(entry: Entry, world: World) -> None:
    """Hold a row to what its person said and was told; raises `BadValue`. A blank says nothing about what was told."""
    values, stored, who = entry.values, entry.stored or {}, person_name(world, entry.values["person"])
    shift = world["shifts"].by_id[values["shift"]].values
    if values["accepted"] != stored["accepted"]:
        raise BadValue(f"{who} {SAID[stored['accepted']]} to this shift. No file changes what people say.", "accepted")
    if values["taken_late"] != stored["taken_late"]:
        raise BadValue(f"How {who} came on this shift stays as it is.", "taken_late")
    for column, name in TOLD.items():
        if values[column] not in {None, stored[column] or shift[name]}:
            raise BadValue(f"What {who} was told stays as it is. Publish the roster to tell them anew.", column)
        values[column] = stored[column]


def _told(entry: Entry, world: World) -> Values:
    """The times and the place that the person of an assignment was last told."""
    shift = world["shifts"].by_id[entry.values["shift"]].values
    return {column: entry.values[column] or shift[name] for column, name in TOLD.items()}


def shifts_cell(shift: Entry, column: str, world: World) -> str:
    """One cell of a shift as its own file has it."""
    found = next(each for each in Shifts.columns if each.name == column)
    value = shift.values.get(column)
    return "" if value is None else found.type.text(value, world)


def _by_day(shifts: Table, reading: Reading) -> dict[Any, list[Entry]]:
    """Shifts by day, made once for one reading."""
    if not reading.cache:
        for shift in shifts.entries:
            reading.cache.setdefault(("by day", shift.values.get("date")), []).append(shift)
    return reading.cache
