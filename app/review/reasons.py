"""Why: why a place is open, why a person is on a shift, who else could be, and what stops the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from app.review import moves
from app.review.board import Board, hours_of
from app.review.cells import Line, lines_of
from app.review.gaps import Gap, gaps_of, unfit
from app.review.moves import Kind, Move
from app.review.queries import Review, live_problem_of
from app.roster.words import RosterNames, ShiftLabel, hours_words
from scheduling import Assignment, Grade, Problem, Shift, Violation, Worker, check, is_private, words
from scheduling.explain import Candidate, why_open
from scheduling.explain import why_me as explain_me
from scheduling.shares import hour_shares

NEAR_DAYS = 7
MOST_CHECKED = 40

SAID = {
    Grade.PREFERRED: "said that this time suits them well",
    Grade.AVAILABLE: "said that they can come at this time",
    Grade.UNWANTED: "would rather not come at this time",
    Grade.UNAVAILABLE: "said that they cannot come at this time",
}
YOU_SAID = {
    Grade.PREFERRED: "You said that this time suits you well.",
    Grade.AVAILABLE: "You said that you can come at this time.",
    Grade.UNWANTED: "You would rather not come at this time, but can.",
    Grade.UNAVAILABLE: "You said that you cannot come at this time. Please tell a coordinator.",
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person as an answer: who, in what words, what would help."""

    id: str
    name: str
    words: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    hours: str = ""
    may_waive: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is broken on a shift, in words, and whether it may be set aside here."""

    rule: str
    words: str
    is_forbidden: bool
    may_waive: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One choice of another shift, or of a person on it."""

    value: str
    words: str


@dataclass(frozen=True)
class ShiftFacts:
    """Everything the page of one shift shows."""

    shift: Shift
    label: ShiftLabel
    on: tuple[Somebody, ...]
    pinned: frozenset[str]
    lines: tuple[tuple[str, Line], ...]
    missing: int
    broken: tuple[Broken, ...]
    could: tuple[Somebody, ...]
    cannot: tuple[Somebody, ...]


@dataclass(frozen=True)
class PlaceFacts:
    """Everything the page of one person on one shift shows."""

    person: str
    name: str
    shift: Shift
    label: ShiftLabel
    is_pinned: bool
    why: tuple[str, ...]
    broken: tuple[Broken, ...]
    could: tuple[Somebody, ...]
    cannot: tuple[Somebody, ...]
    shifts: tuple[Elsewhere, ...]
    swaps: tuple[Elsewhere, ...]


@dataclass(frozen=True)
class PersonFacts:
    """Everything the page of one person in a draft shows."""

    person: str
    name: str
    shifts: tuple[tuple[str, ShiftLabel, bool], ...]
    broken: tuple[Broken, ...]
    could: tuple[Gap, ...]
    cannot: tuple[tuple[Gap, Somebody], ...]
    is_cut: bool


@dataclass(frozen=True)
class WhyMe:
    """Why a person is on a shift of theirs: about themselves only."""

    label: ShiftLabel
    why: tuple[str, ...]
    others: int


def shift_facts(review: Review, shift_id: str) -> ShiftFacts:
    """Who is on a shift, what it lacks, what it breaks, who else could come and why the others cannot."""
    names, problem = review.names, review.problem
    shift = problem.shift[shift_id]
    on = review.roster.workers_on(shift_id)
    lines = lines_of(problem, on, shift)
    could, cannot = _split(review, why_open(problem, review.roster, shift_id))
    could, cannot = _by_use(review, lines, shift, could, cannot)
    broken = check(problem, review.roster, workers=(), shifts=(shift_id,))
    return ShiftFacts(
        shift=shift,
        label=names.shifts[shift_id],
        on=tuple(
            Somebody(each, names.worker(each), hours=_hours(review, each)) for each in sorted(on, key=names.worker)
        ),
        pinned=frozenset(pair.worker for pair in review.facts.pinned if pair.shift == shift_id),
        lines=tuple((names.skill(line.skill) if line.skill else "Everyone", line) for line in lines),
        missing=max((line.missing for line in lines), default=0),
        broken=_broken(review, [each for each in broken if shift_id in each.shifts]),
        could=could,
        cannot=cannot,
    )


def _split(
    review: Review, found: Iterable[Candidate], without: str = ""
) -> tuple[tuple[Somebody, ...], tuple[Somebody, ...]]:
    """Those who could, with what it would bring; those who cannot, with why and what would help.

    What it brings to the one whom they would replace (`without`) is the same for all, and left out.
    """
    could: list[Somebody] = []
    cannot: list[Somebody] = []
    names = review.names
    for each in found:
        costs = [cost for cost in each.costs if cost.workers != (without,)]
        violations = costs if each.could else each.stops
        person = Somebody(
            each.worker,
            names.worker(each.worker),
            tuple(moves.told(violations, names)),
            tuple(moves.fixes(violations, names)),
            _hours(review, each.worker),
            all(map(moves.is_waivable, each.stops)),
        )
        (could if each.could else cannot).append(person)
    return tuple(could), tuple(cannot)


def _by_use(
    review: Review, lines: list[Line], shift: Shift, could: tuple[Somebody, ...], cannot: tuple[Somebody, ...]
) -> tuple[tuple[Somebody, ...], tuple[Somebody, ...]]:
    """Put those who could come but would fill no open place among those who cannot fill it, first.

    Whoever would fill none reads that before what else stops them: to mend the rest alone would help nobody.
    """
    useful: list[Somebody] = []
    beside: list[Somebody] = []
    stopped: list[Somebody] = []
    for is_able, each in [*((True, each) for each in could), *((False, each) for each in cannot)]:
        why = unfit(review.problem, review.names, lines, shift, review.problem.worker[each.id])
        if is_able and why is None:
            useful.append(each)
        elif is_able and why is not None:
            beside.append(replace(each, words=tuple(why[0]), fixes=tuple(why[1]), may_waive=True))
        elif why is not None:
            told = tuple(dict.fromkeys((*why[0], *each.words))), tuple(dict.fromkeys((*why[1], *each.fixes)))
            stopped.append(replace(each, words=told[0], fixes=told[1]))
        else:
            stopped.append(each)
    return tuple(useful), (*beside, *stopped)


def _hours(review: Review, worker: str) -> str:
    got, wanted = hours_of(review, review.problem.worker[worker])
    return f"{hours_words(got)} of {hours_words(wanted)} wanted" if wanted else hours_words(got)


def _broken(review: Review, violations: Iterable[Violation]) -> tuple[Broken, ...]:
    found = {(each.rule, words(each, review.names)): each for each in violations if not is_private(each)}
    return tuple(
        Broken(rule, said, each.is_forbidden, each.is_forbidden and moves.is_waivable(each))
        for (rule, said), each in found.items()
    )


def place_facts(review: Review, person: str, shift_id: str) -> PlaceFacts:
    """Why a person is on a shift, and every way to change that."""
    names, problem = review.names, review.problem
    shift = problem.shift[shift_id]
    could, cannot = _split(review, explain_me(problem, review.roster, person, shift_id).others, without=person)
    worker = problem.worker[person]
    mine = [each for each in check(problem, review.roster, (person,), (shift_id,)) if person in each.workers]
    why = [
        f"{names.worker(person)} {SAID[problem.grade(worker, shift)]}.",
        *(f"They count as {words}." for words in _counts_as(problem, worker, shift, names)),
        f"They have {_hours(review, person)} in this period.",
        *_share_words(problem, person, "Their fair share"),
        _others_words(could),
    ]
    near = [
        each
        for each in sorted(problem.shifts, key=lambda each: problem.shift_order[each.id])
        if each.id != shift_id and abs(each.day - shift.day) <= NEAR_DAYS
    ]
    return PlaceFacts(
        person=person,
        name=names.worker(person),
        shift=shift,
        label=names.shifts[shift_id],
        is_pinned=Assignment(person, shift_id) in review.facts.pinned,
        why=tuple(why),
        broken=_broken(review, [each for each in mine if shift_id in each.shifts]),
        could=could,
        cannot=cannot,
        shifts=tuple(_elsewhere(review, each) for each in near if Assignment(person, each.id) not in review.roster),
        swaps=tuple(
            Elsewhere(f"{other}/{each.id}", f"{names.worker(other)}: {names.shift(each.id)}")
            for each in near
            for other in sorted(review.roster.workers_on(each.id), key=names.worker)
            if other != person
            and Assignment(other, shift_id) not in review.roster
            and Assignment(person, each.id) not in review.roster
        ),
    )


def _others_words(could: tuple[Somebody, ...]) -> str:
    if not could:
        return "Nobody else could take it as things stand."
    first = ", ".join(each.name for each in could[:3])
    more = f" and {len(could) - 3} more" if len(could) > len(could[:3]) else ""
    return f"Others who could: {first}{more}."


def _counts_as(problem: Problem, worker: Worker, shift: Shift, names: RosterNames) -> list[str]:
    if worker.is_trainee:
        return ["a learner, beside the others"]
    on = problem.horizon.date(shift.day)
    skills = [line.skill for line in shift.demands if line.skill is not None and worker.holds(line.skill, on)]
    return [", ".join(names.skill(each) for each in skills)] if skills else []


def _share_words(problem: Problem, person: str, whose: str) -> list[str]:
    share = hour_shares(problem).get(person)
    return [] if share is None else [f"{whose} of the hours there are is {hours_words(share)}."]


def _elsewhere(review: Review, shift: Shift) -> Elsewhere:
    lines = lines_of(review.problem, review.roster.workers_on(shift.id), shift)
    missing = max((line.missing for line in lines), default=0)
    return Elsewhere(shift.id, f"{review.names.shift(shift.id)}{f' ({missing} missing)' if missing else ''}")


def person_facts(review: Review, person: str) -> PersonFacts:
    """A person's shifts in a draft, what they break, and which open places they could take."""
    names, problem, roster = review.names, review.problem, review.roster
    own = sorted(roster.shifts_of(person), key=problem.shift_order.__getitem__)
    board = Board(review, date.min, 0, problem.horizon.days)
    gaps = [each for each in gaps_of(board) if each.shift not in own]
    could, cannot = [], []
    for gap in gaps[:MOST_CHECKED]:
        verdict = moves.judge(problem, roster, Move(Kind.ASSIGN, put=(Assignment(person, gap.shift),)))
        shift = problem.shift[gap.shift]
        lacking, _ = unfit(problem, names, board.lines[gap.shift], shift, problem.worker[person]) or ([], [])
        why = list(dict.fromkeys([*lacking, *moves.told(verdict.stops, names)]))
        if why:
            cannot.append((gap, Somebody(person, names.worker(person), tuple(why))))
        else:
            could.append(gap)
    return PersonFacts(
        person=person,
        name=names.worker(person),
        shifts=tuple((each, names.shifts[each], Assignment(person, each) in review.facts.pinned) for each in own),
        broken=_broken(review, [each for each in check(problem, roster, (person,), ()) if person in each.workers]),
        could=tuple(could),
        cannot=tuple(cannot),
        is_cut=len(gaps) > MOST_CHECKED,
    )


def why_me(person: str, shift_id: str) -> WhyMe | None:
    """Why a person has a published shift, in words about themselves only; None when it is not theirs."""
    facts = live_problem_of(person, shift_id)
    if facts is None:
        return None
    problem, names = facts.problem, facts.names
    worker, shift = problem.worker[person], problem.shift[shift_id]
    minutes = sum(problem.shift[each].minutes for each in facts.live.shifts_of(person))
    found = explain_me(problem, facts.live, person, shift_id).others
    wanted = worker.contract.wanted_minutes
    why = [
        YOU_SAID[worker.time_grade(shift)],
        *(f"You count as {words}." for words in _counts_as(problem, worker, shift, names)),
        f"You have {hours_words(minutes)}{f' of {hours_words(wanted)} you want' if wanted else ''} in these weeks.",
        *_share_words(problem, person, "Your fair share"),
    ]
    return WhyMe(names.shifts[shift_id], tuple(why), sum(each.could for each in found))
