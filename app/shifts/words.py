"""A person's own shifts in the words and shapes that pages show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import clock
from app.fields import within_reach
from app.roster.models import ChangeKind
from app.roster.words import hours_words
from app.shifts.queries import Change, Companion, OwnShift, ShiftFacts
from app.words import capitalize_first, clock_time, is_night, long_day, span_words

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEK = 7
ON = "\N{EN DASH}"  # a shift goes on past midnight
SATURDAY = 5
CHANGE_WORDS = {ChangeKind.ADDED: "New", ChangeKind.REMOVED: "No longer", ChangeKind.MOVED: "Changed"}
CHANGE_BADGES = {ChangeKind.ADDED: "good", ChangeKind.REMOVED: "", ChangeKind.MOVED: "note"}


@dataclass(frozen=True, slots=True)
class Card:
    """One shift as the agenda shows it."""

    on: date
    time: str
    name: str
    site: str
    url: str
    with_: str
    badges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift in a day of the month.

    `kind` is n (past midnight), o (waits for an answer), x (called off). What goes on past midnight is "over" too,
    and "till" on the next day.
    """

    time: str
    name: str
    url: str
    kind: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month's table."""

    on: date
    is_out: bool
    is_today: bool
    is_weekend: bool
    shifts: tuple[Entry, ...]


def time_words(shift: OwnShift | Change) -> str:
    """A shift's time as a line of its own: "Tonight 22:00 to Saturday 06:00"."""
    return capitalize_first(span_words(shift.starts_at, shift.ends_at))


def card_time(shift: OwnShift, today: date) -> str:
    """A shift's time beside its date: as short as can be, in words when it is near."""
    start, end = clock.local(shift.starts_at).date(), shift.ends_at
    if abs((start - today).days) <= 1:
        return time_words(shift)
    last = clock.local(end - timedelta(microseconds=1)).date()
    until = "midnight" if last == start != clock.local(end).date() else clock_time(end)
    return f"{clock_time(shift.starts_at)} to {f'{last:%A} ' if last != start else ''}{until}"


def date_words(shift: OwnShift | ShiftFacts) -> str:
    """The day a shift begins on, which stays true on paper: "Thursday 26 November"."""
    return long_day(clock.local(shift.starts_at).date())


def length_words(starts_at: datetime, ends_at: datetime) -> str:
    """How long a shift is; when clocks change in it, that too."""
    words = hours_words(round((ends_at - starts_at) / timedelta(minutes=1)))
    start, end = clock.local(starts_at), clock.local(ends_at)
    jump = (end.utcoffset() or timedelta()) - (start.utcoffset() or timedelta())
    if not jump:
        return words
    return f"{words}: the clocks go {'forward' if jump > timedelta() else 'back'} meanwhile"


def name_words(companion: Companion) -> str:
    """A chosen name, with pronouns if they gave any: "Ana (she)"."""
    return f"{companion.name} ({companion.pronouns})" if companion.pronouns else companion.name


def with_words(companions: Sequence[Companion]) -> str:
    """Who else is on, in one line: "with Ana (she) and Bo"."""
    names = [name_words(each) for each in companions]
    if not names:
        return "nobody else yet"
    return f"with {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else f"with {names[0]}"


def badges_of(shift: OwnShift, now: datetime) -> tuple[tuple[str, str], ...]:
    """What is special about a shift of one's own, as (words, kind)."""
    found = []
    if shift.is_off:
        return (("Called off", "bad"),)
    if shift.is_running(now):
        found.append(("Now", "good"))
    if shift.is_awaited(now):
        found.append(("You said no", "warn") if shift.declined_at else ("Please answer", "warn"))
    if shift.was or shift.is_elsewhere:
        found.append(("Changed", "note"))
    if is_night(shift.starts_at, shift.ends_at):
        found.append(("Past midnight", "night"))
    if shift.is_learning:
        found.append(("You learn", ""))
    elif shift.is_lead:
        found.append(("You can lead", ""))
    return tuple(found)


def card(shift: OwnShift, companions: Sequence[Companion], url: str, now: datetime) -> Card:
    """A shift of one's own for the agenda."""
    return Card(
        on=clock.local(shift.starts_at).date(),
        time=card_time(shift, clock.local(now).date()),
        name=shift.service,
        site=shift.site,
        url=url,
        with_="" if shift.is_off or (not companions and shift.ends_at <= now) else with_words(companions),
        badges=badges_of(shift, now),
    )


def change_badge(change: Change) -> tuple[str, str]:
    """What happened to a shift, as (words, kind)."""
    if change.is_off:
        return "Called off", "bad"
    kind = ChangeKind(change.kind)
    return CHANGE_WORDS[kind], CHANGE_BADGES[kind]


def first_of(text: str, today: date) -> date:
    """The first day of the month named in an address as 2026-11; of this month when it names none."""
    try:
        return within_reach(date.fromisoformat(f"{text}-01")).replace(day=1)
    except ValueError:
        return today.replace(day=1)


def month_later(first: date, months: int) -> date:
    """The first day of the month so many months later (negative: before)."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def grid_of(first: date) -> tuple[date, date]:
    """The Monday and the Sunday between which a month lies on paper."""
    last = month_later(first, 1) - DAY
    return first - first.weekday() * DAY, last + (WEEK - 1 - last.weekday()) * DAY


def weeks_of(first: date, shifts: Iterable[tuple[OwnShift, str]], now: datetime) -> list[list[Day]]:
    """The weeks of a month; a shift past midnight stands on both days. `shifts` come with their addresses."""
    entries: dict[date, list[Entry]] = {}
    for shift, url in shifts:
        for on, entry in _entries(shift, url, now):
            entries.setdefault(on, []).append(entry)
    monday, sunday = grid_of(first)
    today = clock.local(now).date()
    days = [
        Day(
            on=on,
            is_out=(on.year, on.month) != (first.year, first.month),
            is_today=on == today,
            is_weekend=on.weekday() >= SATURDAY,
            shifts=tuple(entries.get(on, ())),
        )
        for on in (monday + number * DAY for number in range((sunday - monday).days + 1))
    ]
    return [days[number : number + WEEK] for number in range(0, len(days), WEEK)]


def _entries(shift: OwnShift, url: str, now: datetime) -> Iterable[tuple[date, Entry]]:
    starts, ends = clock.local(shift.starts_at), clock.local(shift.ends_at - timedelta(microseconds=1))
    overnight = is_night(shift.starts_at, shift.ends_at)
    kind = "x" if shift.is_off else "o" if shift.is_awaited(now) else "n" if overnight else ""
    said = f"{long_day(starts.date())} {clock_time(shift.starts_at)} to {clock_time(shift.ends_at)}"
    name = f"{said}, {shift.service}, {shift.site}{', called off' if shift.is_off else ''}"
    if not overnight:
        yield starts.date(), Entry(f"{starts:%H:%M}", name, url, kind, f"to {clock_time(shift.ends_at)}, {shift.site}")
    else:
        yield starts.date(), Entry(f"{starts:%H:%M}{ON}", name, url, f"{kind} over", shift.site)
        yield ends.date(), Entry(f"{ON}{clock_time(shift.ends_at)}", name, url, f"{kind} till")
