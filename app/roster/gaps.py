"""What stays open and why, in words for the pages: before solving, and in a draft."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.roster.facts import Facts
from app.roster.words import ShiftLabel
from scheduling import Gap, Violation, check, is_private, is_untold, places, preflight, rule_named, words

OPEN_RULES = ("cover", "skill")
OPEN_CODES = ("minimum", "under")
CANNOT = "Cannot come then, or not to this shift"
PRIVATE = "What people wished in private"


@dataclass(frozen=True, slots=True)
class Reason:
    """What stops some people from a place, with their names."""

    words: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Short:
    """A place that nobody can fill whatever the roster; `skill` is None for everyone on shift."""

    shift_id: str
    label: ShiftLabel
    skill: str | None
    target: int
    able: int
    cannot_run: bool
    reasons: tuple[Reason, ...]
    holders: int


@dataclass(frozen=True, slots=True)
class Open:
    """A shift of a draft with open places, in words; `cannot_run` below its minimum."""

    shift_id: str
    label: ShiftLabel
    words: tuple[str, ...]
    cannot_run: bool


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What one rule costs a draft: points, and how many things it counts."""

    title: str
    price: int
    count: int


@dataclass(frozen=True)
class DraftFigures:
    """A draft as the rules see it now: places, price, what is forbidden in it, price by rule, open places."""

    filled: int
    wanted: int
    price: int
    forbidden: int
    prices: tuple[RulePrice, ...]
    open: tuple[Open, ...]


def short_places(facts: Facts) -> list[Short]:
    """Every place that no roster can fill, by start of the shift, with what stops whom."""
    return [_short(facts, gap) for gap in preflight(facts.problem)]


def _short(facts: Facts, gap: Gap) -> Short:
    stopped: dict[str, list[str]] = defaultdict(list)
    for each in gap.candidates:
        stopped[_reason(each.stops[0])].append(facts.names.worker(each.worker))
    reasons = [Reason(said, tuple(sorted(people))) for said, people in stopped.items()]
    return Short(
        shift_id=gap.shift,
        label=facts.names.shifts[gap.shift],
        skill=None if gap.skill is None else facts.names.skill(gap.skill),
        target=gap.target,
        able=gap.able,
        cannot_run=gap.able < gap.minimum,
        reasons=tuple(sorted(reasons, key=lambda each: -len(each.people))),
        holders=gap.able + len(gap.candidates),
    )


def _reason(violation: Violation) -> str:
    # A private wish must not be told apart from availability.
    return CANNOT if is_untold(violation) else rule_named(violation.rule).title


def figures_of(facts: Facts) -> DraftFigures:
    """Look at a draft with every rule."""
    problem, roster = facts.problem, facts.roster
    found = check(problem, roster)
    filled, wanted = places(problem, roster)
    return DraftFigures(
        filled=filled,
        wanted=wanted,
        price=sum(each.price or 0 for each in found),
        forbidden=sum(each.is_forbidden for each in found),
        prices=_prices(found),
        open=_open(facts, found),
    )


def _prices(found: Iterable[Violation]) -> tuple[RulePrice, ...]:
    """Price by rule, the dearest first; rules about private wishes are one line."""
    prices: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    for each in found:
        title = PRIVATE if is_private(each) else rule_named(each.rule).title
        prices[title] += each.price or 0
        counts[title] += 1
    return tuple(RulePrice(title, prices[title], counts[title]) for title in sorted(prices, key=lambda t: -prices[t]))


def _open(facts: Facts, found: Iterable[Violation]) -> tuple[Open, ...]:
    by_shift: dict[str, list[Violation]] = defaultdict(list)
    for each in found:
        if each.rule in OPEN_RULES and each.code in OPEN_CODES and each.shifts:
            by_shift[each.shifts[0]].append(each)
    return tuple(
        Open(
            shift_id=shift_id,
            label=facts.names.shifts[shift_id],
            words=tuple(
                _without_shift(words(each, facts.names), facts, shift_id) for each in _gravest(by_shift[shift_id])
            ),
            cannot_run=any(each.code == "minimum" for each in by_shift[shift_id]),
        )
        for shift_id in sorted(by_shift, key=lambda each: facts.problem.shift_order[each])
    )


def _gravest(found: list[Violation]) -> list[Violation]:
    """One violation for each demand line: below the minimum says more than below the target."""
    lines: dict[object, Violation] = {}
    for each in sorted(found, key=lambda one: one.code != "minimum"):
        lines.setdefault((each.rule, dict(each.facts).get("skill")), each)
    return list(lines.values())


def _without_shift(sentence: str, facts: Facts, shift_id: str) -> str:
    """The sentence without the shift's whole label, which stands beside it."""
    label = facts.names.shift(shift_id)
    return sentence.replace(f"{label} has", "Has").replace(label, "This shift")
