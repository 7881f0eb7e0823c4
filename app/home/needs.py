"""What needs a coordinator, in words and with the way to it: the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from app.exchange.openings import Opening
from app.exchange.queries import SwapFacts
from app.exchange.several import RoundFacts
from app.home.queries import Expiry, Unfinished
from app.outreach.queries import Late
from app.people.words import expiry_badge
from app.shifts.queries import Answer
from app.sites.words import listed
from app.words import day_words, span_words, when

SOON = 7
URGENCY = {"bad": 0, "warn": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a hand: what, more about it, a badge as (words, kind), and where to go."""

    words: str
    more: str
    badge: tuple[str, str]
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Needs of one kind, the most urgent first."""

    title: str
    needs: tuple[Need, ...]

    @property
    def urgency(self) -> int:
        """The urgency of the first need; lower is more urgent."""
        return URGENCY[self.needs[0].badge[1]]


@dataclass(frozen=True, slots=True)
class Business:
    """Everything in which something may need a coordinator; a roster should be published `notice_days` ahead."""

    outings: Sequence[Late]
    answers: Sequence[Answer]
    openings: Sequence[Opening]
    periods: Sequence[Unfinished]
    expiries: Sequence[Expiry]
    swaps: Sequence[SwapFacts]
    rounds: Sequence[RoundFacts]
    notice_days: int


def groups_of(business: Business, today: date) -> list[Group]:
    """What needs a coordinator, by kind, the most urgent kind first; kinds without any are left out."""
    groups = [
        _group("Out and overdue", map(_late, business.outings)),  # someone may need help now
        _group("Open places in the next two weeks", map(_opening, business.openings)),  # what cannot run comes first
        _group("Changes without a yes", map(_answer, business.answers)),
        _group("Swaps", [*map(_swap, business.swaps), *map(_round, business.rounds)]),
        _group("Rosters", (need for each in business.periods for need in _period(each, today, business.notice_days))),
        _group("Certificates", (_expiry(each, today) for each in business.expiries)),
    ]
    return sorted((each for each in groups if each.needs), key=lambda each: each.urgency)


def _group(title: str, needs: Iterable[Need]) -> Group:
    return Group(title, tuple(sorted(needs, key=lambda each: URGENCY[each.badge[1]])))


def _late(outing: Late) -> Need:
    words = f"{listed([*outing.names])} {'are' if len(outing.names) > 1 else 'is'} not back"
    more = f"They were due {when(outing.due_at)}{'. Their contact was mailed' if outing.is_told else ''}"
    return Need(words, more, ("Overdue", "bad"), url_for("outreach.index"))


def _answer(answer: Answer) -> Need:
    said = f"{answer.person} said no" if answer.declined_at else f"{answer.person} has not answered yet"
    more = f"{span_words(answer.starts_at, answer.ends_at)}, {answer.site}"
    badge = ("Said no", "bad") if answer.declined_at else ("Waits", "warn")
    return Need(said, more, badge, url_for("shifts.show", shift_id=answer.shift_id))


def _opening(opening: Opening) -> Need:
    words = span_words(opening.starts_at, opening.ends_at)
    lacking = f", lacks {', '.join(opening.skills)}" if opening.skills else ""
    more = f"{opening.service}, {opening.site}{lacking}"
    return Need(words[:1].upper() + words[1:], more, opening.badge, url_for("exchange.gap", shift_id=opening.shift_id))


def _swap(facts: SwapFacts) -> Need:
    words = f"{facts.name} and {facts.other_name} want to change shifts"
    more = span_words(facts.shift.starts_at, facts.shift.ends_at)
    return Need(words, more, ("Say yes or no", "warn"), url_for("exchange.swap", swap_id=facts.swap.id))


def _round(facts: RoundFacts) -> Need:
    words = f"{listed([each.name for each in facts.parts])} want to change shifts"
    first = min((each.gives for each in facts.parts), key=lambda each: each.starts_at)
    more = f"The first of {len(facts.parts)} shifts: {span_words(first.starts_at, first.ends_at)}"
    return Need(words, more, ("Say yes or no", "warn"), url_for("exchange.round", round_id=facts.row.id))


def _period(period: Unfinished, today: date, notice_days: int) -> Iterable[Need]:
    period_id = period.period_id
    if period.run_id is not None:
        url = url_for("roster.run", period_id=period_id, run_id=period.run_id)
        yield Need(f"The roster of {period.name} is being made", "See how far it is", ("Being made", "note"), url)
    elif period.draft_id is not None:
        url = url_for("roster.draft", period_id=period_id, draft_id=period.draft_id)
        more = f"{period.draft} waits to be looked at and published"
        yield Need(period.name, more, _notice(period, today, notice_days), url)
    elif not period.is_published:
        url = url_for("roster.period", period_id=period_id)
        yield Need(period.name, "Has no roster yet", _notice(period, today, notice_days), url)


def _notice(period: Unfinished, today: date, notice_days: int) -> tuple[str, str]:
    """How long until people should know their shifts."""
    if period.is_published:
        return "Draft", "note"
    left = (period.starts_on - timedelta(days=notice_days) - today).days
    if left < 0:
        return "Late to publish", "bad"
    words = "Publish today" if left == 0 else f"{left} {'day' if left == 1 else 'days'} to publish"
    return words, "warn" if left <= SOON else "note"


def _expiry(expiry: Expiry, today: date) -> Need:
    words, kind = expiry_badge(expiry.expires_on, today) or ("", "note")
    if kind == "warn" and (expiry.expires_on - today).days > SOON:
        kind = "note"
    url = url_for("people.show", person_id=expiry.person_id)
    badge = (words[:1].upper() + words[1:], "warn" if kind == "bad" else kind)
    return Need(f"{expiry.certificate} of {expiry.person}", _last_day(expiry, today), badge, url)


def _last_day(expiry: Expiry, today: date) -> str:
    return f"{'Last day was' if expiry.expires_on < today else 'Last day is'} {day_words(expiry.expires_on)}"
