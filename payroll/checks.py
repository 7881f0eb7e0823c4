"""What must hold when money changes hands; each check answers in plain words, None when all is well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from payroll.money import Money, in_words


def three_people(payee: str, payer: str, approver: str | None, second: str | None = None) -> str | None:
    """Payee, payer, approver and second approver are different people."""
    if payer == payee:
        return "Nobody pays themselves. Ask another treasurer to do this one."
    if approver is not None and approver == payee:
        return "Nobody approves their own pay. Ask someone else."
    if approver is not None and approver == payer:
        return "The one who pays cannot approve as well. Ask someone else."
    if second is not None and second in {payee, payer, approver}:
        return "A second approval comes from a fourth person. Ask someone else."
    return None


def float_agrees(expected: Money, counted: Money, note: str) -> str | None:
    """The float holds what it should, or someone wrote down why not."""
    if expected == counted or note.strip():
        return None
    difference = counted - expected
    words = "too much" if difference.minor > 0 else "missing"
    return (
        f"{in_words(Money(abs(difference.minor), difference.currency))} is {words}. Write down what you know about it."
    )


def volunteer_pay(*, is_volunteer: bool) -> str | None:
    """A volunteer is paid expenses at cost, never an honorarium."""
    if is_volunteer:
        return "Volunteers get their expenses back and no honorarium: pay could make them employees before the law."
    return None


def declined_pay(*, is_declined: bool) -> str | None:
    """Who wants no pay is paid nothing ahead of work."""
    if is_declined:
        return "They want no pay, so nothing is paid ahead of the work. Ask them first: they can change this."
    return None


def new_rate_day(from_on: dt.date, last_settled: dt.date | None) -> str | None:
    """A rate holds from the day after the last work it would touch: what was worked stays as it was paid."""
    if last_settled is None or last_settled < from_on:
        return None
    day = last_settled + dt.timedelta(days=1)
    return f"A rate cannot change the past. Choose {day.day} {day:%B %Y} or a later day."


def may_witness(witness: str, others: Collection[str | None]) -> str | None:
    """A witness is somebody else than those whose act they witness."""
    return "Choose a witness who neither pays, nor approved it, nor is paid." if witness in others else None
