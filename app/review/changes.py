"""What publishing a draft would change for whom, beside what is live now; and what a publication changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from app import clock
from app.review import moves
from app.review.queries import Live, Review, changes_of, meanwhile, shifts_and_live
from app.roster.models import ChangeKind, PublicationChange, Shift
from app.roster.words import RosterNames, day_words
from scheduling import Assignment, Violation, is_private, is_untold, words

PRIVATE = "Someone on this shift does not fit there after all. Try with someone else."


@dataclass(frozen=True, slots=True)
class Change:
    """What would change for one person on one shift."""

    kind: ChangeKind
    person: str
    shift: Shift
    is_late: bool
    was: tuple[datetime, datetime] | None = None

    @property
    def key(self) -> str:
        """The change as text, so that two lists of changes can be compared."""
        shift = self.shift
        return f"{self.kind}:{self.person}:{shift.id}:{shift.starts_at.isoformat()}:{shift.ends_at.isoformat()}"


Group: TypeAlias = tuple[ChangeKind, bool, list[Change]]
"""A person's changes of one kind, inside the notice period or not."""


@dataclass(frozen=True)
class Plan:
    """Everything the publish page shows, and what publishing would write.

    `broken` is what the draft breaks although it is forbidden, private wishes included; but not what is over or has
    begun, nor that somebody is not available for what they have already: that stays theirs until they give it away.
    `undone` are the changes that would undo what people did themselves since the draft was begun: take a place from
    somebody who took it, or put somebody back who gave theirs to another or said that they cannot come.
    """

    review: Review
    changes: tuple[Change, ...]
    kept: tuple[Live, ...]
    dropped: tuple[Live, ...]
    begun: int
    broken: tuple[Violation, ...] = ()
    undone: tuple[Change, ...] = ()

    @property
    def fingerprint(self) -> str:
        """A hash of the changes: publishing does exactly what the page showed, or says that it is another thing now."""
        text = "\n".join(sorted(each.key for each in self.changes))
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def by_person(self) -> list[tuple[str, list[Group]]]:
        """The changes of each person by kind and notice, and then by time."""
        found: dict[str, dict[tuple[ChangeKind, bool], list[Change]]] = defaultdict(lambda: defaultdict(list))
        for each in sorted(self.changes, key=lambda change: change.shift.starts_at):
            found[each.person][each.kind, each.is_late].append(each)
        names = self.review.names
        return [
            (person, [(kind, is_late, changes) for (kind, is_late), changes in groups.items()])
            for person, groups in sorted(found.items(), key=lambda item: (names.worker(item[0]), item[0]))
        ]

    def label(self, change: Change) -> str:
        """The shift of a change: day, hours, place and work; days and hours when it was called off."""
        shift = change.shift
        is_known = shift.id in self.review.names.shifts
        return self.review.names.shift(shift.id) if is_known else span_words(shift.starts_at, shift.ends_at)

    @property
    def by_shift(self) -> list[tuple[str, list[str], list[str]]]:
        """The shifts whose people change, by time: label, names of who comes on, names of who goes off."""
        names = self.review.names
        found: dict[str, tuple[str, list[str], list[str]]] = {}
        for each in sorted(self.changes, key=lambda change: (change.shift.starts_at, names.worker(change.person))):
            if each.kind is not ChangeKind.MOVED:
                _, on, off = found.setdefault(each.shift.id, (self.label(each), [], []))
                (off if each.kind is ChangeKind.REMOVED else on).append(names.worker(each.person))
        return list(found.values())


def plan_of(review: Review) -> Plan:
    """Compare a draft with what is live. What has begun already stays as it was."""
    now = clock.now()
    late_before = now + timedelta(days=review.facts.settings.notice_days)
    shifts, on = shifts_and_live(review.period)
    live = {(each.assignment.person_id, each.shift.id): each for each in on}
    begun = {each.id for each in shifts.values() if each.starts_at <= now}
    wanted = {(pair.worker, pair.shift) for pair in review.roster if pair.shift not in begun}
    kept = {key: each for key, each in live.items() if key in wanted}
    dropped = [each for key, each in live.items() if key not in wanted and key[1] not in begun]
    changes = [_change(ChangeKind.REMOVED, each.assignment.person_id, each.shift, late_before) for each in dropped]
    changes += [
        _change(ChangeKind.ADDED, person, shifts[shift], late_before)
        for person, shift in wanted
        if (person, shift) not in live
    ]
    changes += [
        _change(ChangeKind.MOVED, person, each.shift, late_before, each)
        for (person, _), each in kept.items()
        if each.is_moved
    ]
    done = meanwhile(review.draft.id, on)
    undone = tuple(
        each
        for each in changes
        if (each.kind is ChangeKind.REMOVED and (each.person, each.shift.id) in done.took)
        or (each.kind is ChangeKind.ADDED and (each.person, each.shift.id) in done.left)
    )
    as_told = {Assignment(*key) for key, each in live.items() if not each.is_moved}
    broken = tuple(each for each in review.violations if each.is_forbidden and _is_open(each, begun, review, as_told))
    return Plan(review, tuple(changes), tuple(kept.values()), tuple(dropped), len(begun), broken, undone)


def _is_open(violation: Violation, begun: set[str], review: Review, as_told: set[Assignment]) -> bool:
    """Whether it can and must be mended: not once all has begun, nor that someone is away from what is theirs.

    Theirs is what they have at the hours and the site they were told.
    """
    if violation.shifts and begun.issuperset(violation.shifts):
        return False
    pairs = {Assignment(worker, shift) for worker in violation.workers for shift in violation.shifts}
    return not (is_untold(violation) and pairs & review.roster.assignments <= as_told)


def hours_kept(plan: Plan) -> dict[tuple[str, str], timedelta]:
    """Places (person, shift) that people are taken off, with the length of the new shifts they get at those hours.

    Each new shift makes up for as much time as it has, and only once: for the first of what it meets, then for the
    next. What was called off is left out: that was paid then.
    """
    got: dict[str, list[Shift]] = defaultdict(list)
    for each in plan.changes:
        if each.kind is ChangeKind.ADDED:
            got[each.person].append(each.shift)
    left = {(person, new.id): new.ends_at - new.starts_at for person, mine in got.items() for new in mine}
    kept = {}
    for live in sorted(plan.dropped, key=lambda each: (each.shift.starts_at, each.shift.id)):
        lost, person = live.shift, live.assignment.person_id
        if lost.cancelled_at is not None:
            continue
        kept[person, lost.id] = timedelta()
        for new in sorted(got[person], key=lambda each: (each.ends_at, each.id)):
            if new.starts_at < lost.ends_at and lost.starts_at < new.ends_at:
                part = min(left[person, new.id], lost.ends_at - lost.starts_at - kept[person, lost.id])
                left[person, new.id] -= part
                kept[person, lost.id] += part
    return kept


def _change(kind: ChangeKind, person: str, shift: Shift, late_before: datetime, live: Live | None = None) -> Change:
    was = None
    first = shift.starts_at
    if live is not None:
        was = live.assignment.told_starts_at, live.assignment.told_ends_at
        first = min(first, was[0])
    return Change(kind, person, shift, first < late_before, was)


def change_words(changes: Iterable[Change]) -> list[tuple[str, list[str]]]:
    """A person's changes as days and times under a heading for each kind: no place, no work, nobody else."""
    headings = {ChangeKind.ADDED: "New", ChangeKind.REMOVED: "No longer", ChangeKind.MOVED: "Changed"}
    found: dict[str, list[str]] = {heading: [] for heading in headings.values()}
    for each in changes:
        words = span_words(each.shift.starts_at, each.shift.ends_at)
        if each.was is not None and each.was != (each.shift.starts_at, each.shift.ends_at):
            words = f"{words} (was {span_words(*each.was)})"
        elif each.kind is ChangeKind.MOVED:
            words = f"{words} (another place)"
        if each.is_late and each.kind is not ChangeKind.REMOVED:
            words = f"{words} - please say yes or no"
        found[headings[each.kind]].append(words)
    return [(heading, lines) for heading, lines in found.items() if lines]


def span_words(starts_at: datetime, ends_at: datetime) -> str:
    """A span on the wall clock, as in Mon 3 Jun, 22:00-06:00."""
    starts, ends = clock.local(starts_at), clock.local(ends_at)
    return f"{day_words(starts.date())}, {starts:%H:%M}-{ends:%H:%M}"


def broken_words(plan: Plan, names: RosterNames) -> list[tuple[Violation, str, bool]]:
    """What is broken, in plain words, and whether a coordinator may set it aside."""
    return [
        (each, PRIVATE if is_private(each) else words(each, names), moves.is_waivable(each)) for each in plan.broken
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """What a publication changed for one person: each change with the shift's time; and whether a mail could go."""

    name: str
    has_address: bool
    changes: list[tuple[PublicationChange, str]]


def published_changes(publication_id: str) -> list[Told]:
    """What a publication changed, by person."""
    found: dict[str, Told] = {}
    for change, name, has_address, shift in changes_of(publication_id):
        words = span_words(shift.starts_at, shift.ends_at)
        found.setdefault(change.person_id, Told(name, has_address, [])).changes.append((change, words))
    return list(found.values())
