"""Wishes to change shifts with anybody, and the changes among several that came of them, as pages ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.database import Statement, db
from app.exchange.models import SWAP_PENDING, Round, SwapState, Trade, TradeWish
from app.exchange.places import Standing
from app.exchange.queries import to_decide
from app.people.models import Person
from app.roster.models import Shift
from app.roster.words import ShiftLabel
from app.sites.models import Site


def open_wish(person_id: str) -> TradeWish | None:
    """A person's wish, None when they have none."""
    return db.session.scalar(
        sa.select(TradeWish)
        .where(TradeWish.person_id == person_id, TradeWish.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def open_wishes() -> list[TradeWish]:
    """Every wish that has not ended, by person."""
    return list(db.session.scalars(_open_wishes(), execution_options={"populate_existing": True}))


@cache
def _open_wishes() -> Statement:
    return sa.select(TradeWish).where(TradeWish.ended_at.is_(None)).order_by(TradeWish.person_id)


def free_wishes() -> list[TradeWish]:
    """The wishes that no change on its way rests on."""
    wishes = open_wishes()
    taken = set(db.session.scalars(_wishes_in_rounds())) if wishes else set()
    return [each for each in wishes if each.id not in taken]


@cache
def _wishes_in_rounds() -> Statement:
    return sa.select(Trade.wish_id).join(Round, Round.id == Trade.round_id).where(Round.state.in_(SWAP_PENDING))


def is_in_round(wish_id: str) -> bool:
    """Whether a change on its way rests on a wish."""
    return bool(rounds_with(Trade.wish_id == wish_id))


def rounds_with(*conditions: sa.ColumnElement[bool]) -> list[Round]:
    """The changes on their way (with a trade of this kind), the oldest first."""
    of_kind = sa.select(Trade.round_id).where(*conditions)
    return list(
        db.session.scalars(
            sa.select(Round)
            .where(Round.state.in_(SWAP_PENDING), Round.id.in_(of_kind))
            .order_by(Round.asked_at, Round.id)
            .execution_options(populate_existing=True)
        )
    )


def could_give(standing: Standing, person_id: str) -> set[str]:
    """A person's coming shifts."""
    mine = standing.facts.live.shifts_of(person_id)
    return {each.id for each in standing.upcoming if each.id in mine and (person_id, each.id) not in standing.begun}


def could_get(standing: Standing, person_id: str) -> set[str]:
    """Coming shifts of others that no rule forbids this person whatever else they do."""
    worker = standing.problem.worker.get(person_id)
    if worker is None or worker.is_trainee:
        return set()
    mine = standing.facts.live.shifts_of(person_id)
    return {
        each.id
        for each in standing.upcoming
        if each.id not in mine and standing.facts.live.workers_on(each.id) and not standing.problem.bars(worker, each)
    }


@dataclass(frozen=True, slots=True)
class WishPage:
    """What a person can put into a wish, and what they have put into it."""

    gives: tuple[tuple[str, ShiftLabel], ...]
    wants: tuple[tuple[str, ShiftLabel], ...]
    chosen: frozenset[str]
    has_wish: bool


def wish_page(standing: Standing | None, person_id: str) -> WishPage:
    """A person's shifts and those of others, soonest first."""
    wish = open_wish(person_id)
    chosen = frozenset() if wish is None else wish.gives | wish.wants
    if standing is None:
        return WishPage((), (), chosen, wish is not None)
    mine, others = could_give(standing, person_id), could_get(standing, person_id)

    def labels(ids: set[str]) -> tuple[tuple[str, ShiftLabel], ...]:
        return tuple((each.id, standing.facts.names.shifts[each.id]) for each in standing.upcoming if each.id in ids)

    return WishPage(labels(mine), labels(others), chosen, wish is not None)


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part of a change, with what it is about."""

    trade: Trade
    name: str
    gives: Shift
    gives_at: str
    gets: Shift
    gets_at: str


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A change among several with everybody's part."""

    row: Round
    parts: tuple[Part, ...]

    def of(self, person_id: str) -> Part | None:
        """A person's own part."""
        return next((each for each in self.parts if each.trade.person_id == person_id), None)

    def waits_for(self, person_id: str) -> bool:
        """Whether this person has still to say yes or no."""
        mine = self.of(person_id)
        return self.row.state == SwapState.ASKED and mine is not None and mine.trade.agreed_at is None


def round_facts(round_id: str) -> RoundFacts | None:
    """One change by its id."""
    return next(iter(_facts([Round.id == round_id])), None)


def rounds_of(person_id: str) -> list[RoundFacts]:
    """The changes on their way that a person is in."""
    mine = sa.select(Trade.round_id).where(Trade.person_id == person_id)
    return _facts([Round.state.in_(SWAP_PENDING), Round.id.in_(mine)])


def rounds_to_decide() -> list[RoundFacts]:
    """The changes that everybody in them wants and that wait for a coordinator."""
    ids = to_decide("round")
    return _facts([Round.id.in_(ids)]) if ids else []


def _facts(conditions: Iterable[Any]) -> list[RoundFacts]:
    found: dict[str, tuple[Round, list[Part]]] = {}
    for row in db.session.execute(_rounds().where(*conditions)).all():
        found.setdefault(row[0].id, (row[0], []))[1].append(Part(*row[1:]))
    return [RoundFacts(row, tuple(parts)) for row, parts in found.values()]


@cache
def _rounds() -> Statement:
    gives, gets = sa.orm.aliased(Shift), sa.orm.aliased(Shift)
    here, there = sa.orm.aliased(Site), sa.orm.aliased(Site)
    return (
        sa.select(Round, Trade, Person.name, gives, here.name, gets, there.name)
        .join(Trade, Trade.round_id == Round.id)
        .join(Person, Person.id == Trade.person_id)
        .join(gives, gives.id == Trade.gives_id)
        .join(here, here.id == gives.site_id)
        .join(gets, gets.id == Trade.gets_id)
        .join(there, there.id == gets.site_id)
        .order_by(Round.asked_at, Round.id, Person.name)
        .options(sa.orm.lazyload(gives.demands), sa.orm.lazyload(gets.demands), sa.orm.lazyload(Round.trades))
    )
