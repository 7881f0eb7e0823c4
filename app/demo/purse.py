"""The money of the made-up group: rates, a cash box, what was worked of late, some of it paid and some not yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db, new_id
from app.demo.past import as_of
from app.editing import Outcome, Saved
from app.pay import accounts, accrual, floats, ledger, payouts, queries, services
from app.pay.currency import currency, money
from app.pay.models import AccountKind, AccrualMark, EntryKind, Payout
from app.pay.owed import owed_list
from app.people.services import months_after
from app.walltime import instant_of
from payroll.ledger import transfer
from payroll.payout import Method, Share, State

# In an order in which none lowers what a shift pays: a rate for a service holds before one for a level.
RATES: tuple[tuple[int, dict[str, str]], ...] = (
    (2200, {}),
    (2400, {"service_id": "outreach"}),
    (2600, {"level": "lead"}),
    (2600, {"level": "mentor"}),
    (2000, {"activity": "training"}),
)
PREMIUMS = (
    ("night", "hour", 300),
    ("weekend", "percent", 10),
    ("late_change", "shift", 1500),
    ("demanding", "hour", 200),
)
BOX = {2000: 220, 1000: 90, 500: 60, 200: 40, 100: 40, 25: 40, 10: 20, 5: 20}
LAST_MINUTES = timedelta(minutes=10)  # of a month: what ends after is written down in the next
DAYS = 2
PAID = 6
FUNDS = (
    ("City health grant", ["honoraria", "training", "travel"]),
    ("Orchard Trust", ["honoraria", "food", "childcare"]),
)
BUDGETS = (60_000_000, 40_000_000)


def fill(people: Mapping[str, str], since: date) -> None:
    """Fill the purse; `people` are ids by name. Each step is the service a page would call."""
    toni, robin, noor, ada = (people[name] for name in ("Toni", "Robin", "Noor", "Ada"))
    _funds(since, toni)
    _months(since, toni, ada)  # who approves is not paid by it, and Ada works no shifts
    floats.open_float("Night box", toni, BOX, floats.Hands(new_id(), toni, robin))
    _accrue()
    _some_payouts(toni, robin, noor)
    facts = {"category": "travel", "minor": 650, "spent_on": clock.today(), "note": "Two bus tickets"}
    services.ask_expense(people["Uli"], facts, None, new_id())


def agree(service_ids: Mapping[str, str], since: date, by_id: str) -> None:
    """Agree what work pays from a day on; `service_ids` are by code. Each rate has to be taken."""
    for amount, narrowed in RATES:
        facts: dict[str, Any] = {"activity": None, "level": None, "service_id": None} | narrowed
        facts["service_id"] = service_ids.get(facts["service_id"]) if facts["service_id"] else None
        rate = facts | {"premium": None, "basis": "hour", "amount": amount, "from_on": since}
        taken(services.add_rate(rate, by_id))
    for premium, basis, amount in PREMIUMS:
        found = {"premium": premium, "basis": basis, "amount": amount, "from_on": since}
        taken(services.add_premium(found, by_id))


def taken(outcome: Outcome) -> None:
    """Go on only with what was taken: a made-up group that lacks something would show it to nobody."""
    if not isinstance(outcome, Saved):
        raise TypeError(f"a service refused the made-up group: {outcome}")


def _funds(since: date, by_id: str) -> None:
    weights = {}
    for number, (name, categories) in enumerate(FUNDS):
        facts = {"name": name, "starts_on": since, "ends_on": since + timedelta(days=364), "budget": BUDGETS[number]}
        outcome = services.add_fund(facts | {"categories": categories}, by_id)
        if isinstance(outcome, Saved):
            weights[outcome.id] = 60 - 20 * number
    services.share_costs(since, None, weights, by_id)


def _months(since: date, toni: str, ada: str) -> None:
    """What was worked longer ago was written down in its month, and paid by transfer on the first day of the next."""
    until, month = clock.now() - timedelta(days=DAYS), since.replace(day=1)
    while month <= clock.local(until).date():
        after = months_after(month, 1)
        ended = min(instant_of(after, time(), clock.zone()) - LAST_MINUTES, until)
        with as_of(ended):
            _accrue(ended)
        day = min(after, clock.today() - timedelta(days=1))
        with as_of(datetime(day.year, day.month, day.day, 20, tzinfo=UTC)):
            _pay_by_transfer(toni, ada)
        month = after


def _accrue(until: datetime | None = None) -> None:
    db.session.execute(sa.delete(AccrualMark))  # its work is noted with moments that are long past
    db.session.commit()
    accrual.accrue(until)


def _pay_by_transfer(toni: str, ada: str) -> None:
    """Pay everyone all they are owed, at once, so that the demo starts fast."""
    at, day = clock.now(), clock.today()
    owed = queries.balances(AccountKind.PAYABLE)
    sums = {who: minor for who, minor in sorted(owed.items()) if minor > 0 and who not in {toni, ada}}
    writings = [
        ledger.Writing(
            transfer(EntryKind.PAYOUT, day, accounts.BANK, accounts.payable(person_id), money(minor)),
            f"demo-{person_id}-{day}",
            by_id=toni,
        )
        for person_id, minor in sums.items()
    ]
    for (person_id, minor), entry_id in zip(sums.items(), ledger.post_all(writings), strict=True):
        db.session.add(
            Payout(
                id=new_id(),
                key=new_id(),
                request_hash="",
                person_id=person_id,
                share=Share.ALL,
                method=Method.TRANSFER,
                minor=minor,
                refund_minor=0,
                currency=currency(),
                state=State.PAID,
                second_above=max(minor, queries.second_above(day)),
                payer_id=toni,
                approver_id=ada,
                asked_at=at,
                approved_at=at,
                sent_at=at,
                settled_at=at,
                receipt="reference",
                receipt_name="Bank list",
                entry_id=entry_id,
            )
        )
    db.session.commit()


def _some_payouts(toni: str, robin: str, witness: str) -> None:
    """Those who waited longest have their cash; one payment waits for its second person."""
    box = queries.boxes()[0].row.id
    due = [each for each in owed_list() if each.total.minor > 0 and each.person_id not in {toni, robin, witness}]
    for number, each in enumerate(due[: PAID + 1]):
        outcome = payouts.ask_payout(payouts.Ask(each.person_id, Share.ALL, Method.CASH, box), new_id(), toni)
        if not isinstance(outcome, Saved) or number == PAID:
            continue
        payouts.approve_payouts([outcome.id], robin)
        payouts.start_payout(outcome.id, toni)
        payouts.finish_payout(outcome.id, payouts.Receipt("initials", each.name[0], witness), toni)
