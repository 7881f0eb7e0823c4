"""The money of the made-up group: rates, a cash box, what was worked of late, some of it paid and some not yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db, new_id
from app.editing import Outcome, Saved
from app.pay import accounts, accrual, floats, ledger, payouts, queries, services
from app.pay.currency import currency, money
from app.pay.models import AccrualMark, EntryKind, Honorarium, Payout
from app.pay.owed import owed_list
from app.people.services import months_after
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
DAYS = 2
PAID = 6
FUNDS = (
    ("City health grant", ["honoraria", "training", "travel"]),
    ("Orchard Trust", ["honoraria", "food", "childcare"]),
)
BUDGETS = (60_000_000, 40_000_000)


def fill(people: Mapping[str, str], since: date) -> None:
    """Fill the purse; `people` are ids by name. Each step is the service a page would call."""
    toni, robin, noor = (people[name] for name in ("Toni", "Robin", "Noor"))
    _funds(since, toni)
    floats.open_float("Night box", toni, BOX, floats.Hands(new_id(), toni, robin))
    db.session.execute(sa.delete(AccrualMark))  # its work is noted with moments that are long past
    db.session.commit()
    accrual.accrue()
    _paid_before(toni, robin)
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


def _paid_before(toni: str, robin: str) -> None:
    """What was worked longer ago was paid by transfer, once a month; all at once, so that the demo starts fast."""
    until = clock.now() - timedelta(days=DAYS)
    sums: dict[tuple[str, date], int] = {}
    worked = sa.select(Honorarium).where(Honorarium.entry_id.is_not(None), Honorarium.ends_at < until)
    for row in db.session.scalars(worked):
        key = row.person_id, min(months_after(row.day_on.replace(day=1), 1), clock.today() - timedelta(days=1))
        sums[key] = sums.get(key, 0) + row.minor
    writings = [
        ledger.Writing(
            transfer(EntryKind.PAYOUT, day, accounts.BANK, accounts.payable(person_id), money(minor)),
            f"demo-{person_id}-{day}",
            by_id=toni,
        )
        for (person_id, day), minor in sums.items()
        if person_id not in {toni, robin}
    ]
    paid = [key for key in sums if key[0] not in {toni, robin}]
    for (person_id, day), entry_id in zip(paid, ledger.post_all(writings), strict=True):
        at = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
        minor = sums[person_id, day]
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
                approver_id=robin,
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
