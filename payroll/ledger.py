"""The ledger as values: entries whose postings sum to zero, reversals, balances, and the chain that shows tampering."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from payroll.money import Money

FIRST = "0" * 64
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount on one account: what comes in is above zero, what goes out below."""

    account: str
    amount: Money

    def __post_init__(self) -> None:
        if not self.amount:
            raise ValueError("a posting of nothing says nothing")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to money: postings that sum to zero in each currency, at least two."""

    kind: str
    on: dt.date
    postings: tuple[Posting, ...]
    reason: str = ""

    def __post_init__(self) -> None:
        if len(self.postings) < 2:  # noqa: PLR2004 - from somewhere to somewhere
            raise ValueError("an entry has two postings or more")
        sums: dict[str, int] = {}
        for each in self.postings:
            sums[each.amount.currency] = sums.get(each.amount.currency, 0) + each.amount.minor
        if any(sums.values()):
            raise ValueError(f"the postings of an entry sum to zero, not {sums}")


def transfer(kind: str, on: dt.date, from_: str, to: str, amount: Money) -> Entry:
    """An entry that moves an amount from one account to another."""
    return Entry(kind, on, (Posting(to, amount), Posting(from_, -amount)))


def reversal(entry: Entry, on: dt.date, reason: str) -> Entry:
    """The entry that undoes another; a correction without a reason is refused."""
    if not reason.strip():
        raise ValueError("a reversal needs a reason")
    return Entry("reversal", on, tuple(Posting(each.account, -each.amount) for each in entry.postings), reason)


def balances(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """The balance (minor units) of each account and currency after some entries."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        for each in entry.postings:
            key = each.account, each.amount.currency
            found[key] = found.get(key, 0) + each.amount.minor
    return found


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as the chain sees it: its number, everything it says as plain values, and its seal."""

    number: int
    says: tuple[str | int | None, ...]
    postings: tuple[tuple[str, int, str], ...]
    seal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What going along the chain found: how far it holds, its sums, and in words what is wrong (None when nothing)."""

    entries: int
    postings: int
    head: str
    sums: dict[str, int]
    problem: str | None = None


def seal(key: bytes, before: str, number: int, says: tuple[object, ...], postings: tuple[object, ...]) -> str:
    """The seal (64 hex digits) over an entry and the seal before it."""
    return hmac.digest(key, _ENCODE([before, number, says, postings]).encode(), "sha256").hex()


def verify(key: bytes, links: Iterator[Link], head: tuple[int, str] | None = None) -> Verdict:
    """Go along the chain; `head` is a number and seal written down earlier that must still be on it."""
    before, number, postings, is_met = FIRST, 0, 0, head is None
    sums: dict[str, int] = {}
    for link in links:
        problem = _problem(key, before, number, link)
        if problem:
            return Verdict(number, postings, before, sums, problem)
        for _, minor, currency in link.postings:
            sums[currency] = sums.get(currency, 0) + minor
        before, number, postings = link.seal, link.number, postings + len(link.postings)
        is_met = is_met or (number, before) == head
    problem = None
    if any(sums.values()):
        problem = f"the ledger does not sum to zero: {sums}"
    elif not is_met and head is not None:
        problem = f"entry {head[0]} is not what it was when its seal was written down"
    return Verdict(number, postings, before, sums, problem)


def _problem(key: bytes, before: str, number: int, link: Link) -> str | None:
    if link.number != number + 1:
        return f"after entry {number} comes {link.number}: something is missing"
    if not hmac.compare_digest(seal(key, before, link.number, link.says, link.postings), link.seal):
        return f"entry {link.number} was changed after it was written"
    sums: dict[str, int] = {}
    for _, minor, currency in link.postings:
        sums[currency] = sums.get(currency, 0) + minor
    return f"entry {link.number} does not sum to zero" if any(sums.values()) or len(link.postings) < 2 else None  # noqa: PLR2004
