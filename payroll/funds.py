"""Funds: what a grant may pay for and when, how costs are shared out among funds, and reports without names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from payroll.money import Money

LEAST_PEOPLE = 5


class Category(StrEnum):
    """What money is spent on, as funders count it."""

    HONORARIA = "honoraria"
    TRAINING = "training"
    TRAVEL = "travel"
    FOOD = "food"
    CHILDCARE = "childcare"
    SUPPLIES = "supplies"
    OTHER = "other"


TRAINING_ACTIVITIES = frozenset({"training", "debrief", "meeting"})


def category_of(activity: str) -> Category:
    """The category that an honorarium for some activity belongs to."""
    if activity == "travel":
        return Category.TRAVEL
    return Category.TRAINING if activity in TRAINING_ACTIVITIES else Category.HONORARIA


@dataclass(frozen=True, slots=True)
class Fund:
    """Money with a purpose: the days it may be used for (both included), its budget, what it may pay for."""

    id: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    budget: Money
    categories: frozenset[str]

    def refuses(self, day: dt.date, category: str) -> str | None:
        """In plain words why a cost of that day and category may not be posted to this fund; None when it may."""
        if day < self.starts_on:
            return f"{self.name} begins only on {day_text(self.starts_on)}."
        if day > self.ends_on:
            return f"{self.name} ended on {day_text(self.ends_on)}."
        if category not in self.categories:
            return f"{self.name} does not pay for {category}."
        return None


def day_text(day: dt.date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%B} {day.year}"


@dataclass(frozen=True, slots=True)
class Sharing:
    """Which funds share the costs of a service from a day on, by weight; None is every service."""

    from_on: dt.date
    number: int
    service: str | None
    weights: tuple[tuple[str, int], ...]


def weights_for(
    sharings: Iterable[Sharing], funds: Mapping[str, Fund], day: dt.date, service: str | None, category: str
) -> tuple[tuple[str, int], ...]:
    """The funds that pay a cost, with their weights: of the sharing in force, those that may.

    Empty when none may: then the cost waits, unassigned, for somebody to find it a fund.
    """
    fitting = [each for each in sharings if each.from_on <= day and each.service in {None, service}]
    found = max(fitting, key=lambda each: (each.service is not None, each.from_on, each.number), default=None)
    if found is None:
        return ()
    return tuple(
        (fund, weight)
        for fund, weight in found.weights
        if weight > 0 and fund in funds and funds[fund].refuses(day, category) is None
    )


def shared_out(amount: Money, weights: Sequence[tuple[str, int]]) -> list[tuple[str, Money]]:
    """An amount shared out among funds without losing a minor unit; shares of nothing are left out."""
    parts = amount.split([weight for _, weight in weights])
    return [(fund, part) for (fund, _), part in zip(weights, parts, strict=True) if part]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a fund stands: budget, spent, what the published roster will cost, and what then is left."""

    budget: Money
    spent: Money
    coming: Money

    @property
    def left(self) -> Money:
        """What is left after everything that is published has been worked; below zero it does not suffice."""
        return self.budget - self.spent - self.coming


@dataclass(frozen=True, slots=True)
class Spending:
    """Money that one person (None: nobody in particular) was paid from a fund; `month` is its first day."""

    fund: str
    category: str
    month: dt.date
    person: str | None
    minor: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a report. `months` are those merged into it, so that it rests on enough people."""

    fund: str
    category: str
    months: tuple[dt.date, ...]
    minor: int
    is_merged: bool = False


SEVERAL = "several"
PATIENCE = 3
"""For how many months a figure on too few people waits for more of its own kind."""


def report(spending: Iterable[Spending], least: int = LEAST_PEOPLE) -> list[Cell]:
    """Fund by category by month without names: no figure about people rests on fewer than `least` of them.

    A figure on too few people waits and goes with the following months of its fund and category, until it rests on
    enough. What has waited for `PATIENCE` months goes with other such rests of the fund under "several" kinds
    together, and if need be with the smallest figure of that month. Months are gone through in their order, and no
    figure is ever made anew by what comes after it: whoever lays two reports beside each other finds the difference
    to be whole figures again, and so on enough people. What still waits is in no figure.
    """
    cells: list[Cell] = []
    rows = list(spending)
    for fund in sorted({each.fund for each in rows}):
        cells += _fund_cells(fund, [each for each in rows if each.fund == fund], least)
    return cells


@dataclass(frozen=True, slots=True)
class _Group:
    category: str
    months: tuple[dt.date, ...]
    people: frozenset[str]
    minor: int
    has_names: bool

    def and_(self, other: _Group) -> _Group:
        return _Group(
            self.category if self.category == other.category else SEVERAL,
            tuple(sorted({*self.months, *other.months})),
            self.people | other.people,
            self.minor + other.minor,
            self.has_names or other.has_names,
        )

    def is_enough(self, least: int) -> bool:
        return not self.has_names or len(self.people) >= least


def _fund_cells(fund: str, rows: list[Spending], least: int) -> list[Cell]:
    done: list[_Group] = []
    waiting: dict[str, _Group] = {}
    for month in sorted({each.month for each in rows}):
        here: list[_Group] = []
        for group in _groups([each for each in rows if each.month == month]):
            known = waiting.pop(group.category, None)
            grown = group if known is None else known.and_(group)
            if grown.is_enough(least):
                here.append(grown)
            else:
                waiting[group.category] = grown
        _end_waiting(waiting, here, month, least)
        done += here
    return [
        Cell(fund, each.category, each.months, each.minor, len(each.months) > 1 or each.category == SEVERAL)
        for each in sorted(done, key=lambda each: (each.category == SEVERAL, each.category, each.months))
    ]


def _groups(rows: list[Spending]) -> list[_Group]:
    """The costs of a month by category."""
    found = []
    for category in sorted({each.category for each in rows}):
        here = [each for each in rows if each.category == category]
        people = frozenset(each.person for each in here if each.person is not None)
        found.append(_Group(category, (here[0].month,), people, sum(each.minor for each in here), bool(people)))
    return found


def _end_waiting(waiting: dict[str, _Group], here: list[_Group], month: dt.date, least: int) -> None:
    """Let what has waited long enough go together, with the smallest figure of this month where it must."""
    old = [each for each in waiting.values() if _months_between(each.months[0], month) >= PATIENCE]
    if not old:
        return
    for each in old:
        del waiting[each.category]
    rest = old[0]
    for each in old[1:]:
        rest = rest.and_(each)
    if not rest.is_enough(least) and here:
        smallest = min(here, key=lambda each: (len(each.people), each.category, each.months))
        here.remove(smallest)
        rest = rest.and_(smallest)
    if rest.is_enough(least):
        here.append(rest)
    else:
        waiting[rest.category] = rest


def _months_between(first: dt.date, last: dt.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
