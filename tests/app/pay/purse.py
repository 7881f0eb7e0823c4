"""The group whose money the tests move: short ways to let time be worked and people be paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from app.access import Role
from app.attendance.models import Attendance
from app.database import db, new_id
from app.editing import Saved
from app.pay import accrual, floats, ledger, owed, payouts, queries, services
from app.pay.models import AccountKind
from app.people.models import Person
from app.sites.models import Service, Site
from payroll.money import worth
from payroll.payout import Method, Share
from tests.support.people import add_person

if TYPE_CHECKING:
    from tests.support.clock import Clock

LONG_AGO = date(2026, 1, 1)
FULL = {2000: 40, 1000: 20, 500: 20, 200: 20, 100: 20, 25: 20, 10: 20, 5: 20}


class Purse:
    """Made in an empty database."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.toni, self.tess = add_person("Toni", Role.TREASURER), add_person("Tess", Role.TREASURER)
        self.robin, self.kim = add_person("Robin", Role.COORDINATOR), add_person("Kim", Role.SUPERVISOR)
        self.ana, self.bo, self.cy = (add_person(name) for name in ("Ana", "Bo", "Cy"))
        self.vi = add_person("Vi", is_volunteer=True)
        site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies")
        db.session.add_all([site, service])
        db.session.flush()
        self.site, self.service = site.id, service.id
        db.session.commit()
        self.number = count()
        self.rate(2500)
        self.box = saved(floats.open_float("Night box", self.toni, FULL, self.hands()))

    def rate(self, amount: int, from_on: date = LONG_AGO, **facts: Any) -> str:
        """Agree a rate by the hour."""
        plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None}
        return saved(services.add_rate(plain | {"amount": amount, "from_on": from_on} | facts, self.toni))

    def hands(self, by_id: str | None = None, witness_id: str | None = None) -> floats.Hands:
        """Two people at a cash box."""
        return floats.Hands(new_id(), by_id or self.toni, witness_id or self.robin)

    def work(self, person_id: str, minutes: int = 240, ended: timedelta = timedelta(hours=1), **facts: Any) -> str:
        """Let someone have worked until some time ago; the worked record's id."""
        ends_at = self.clock() - ended
        row = Attendance(
            id=new_id(),
            person_id=person_id,
            site_id=self.site,
            service_id=self.service,
            level=db.session.get_one(Person, person_id).level,
            demanding=db.session.get_one(Service, self.service).demanding,
            day_on=queries.clock.local(ends_at - timedelta(minutes=minutes)).date(),
            arrived_at=ends_at - timedelta(minutes=minutes),
            left_at=ends_at,
            state="left",
            is_exact=True,
            noted_via="coordinator",
            created_at=self.clock(),
            changed_at=self.clock(),
            **({"activity": "training"} | facts),
        )
        db.session.add(row)
        db.session.commit()
        return row.id

    def correct(self, record_id: str, **facts: Any) -> None:
        """Correct a worked record."""
        row = db.session.get_one(Attendance, record_id)
        for name, value in facts.items():
            setattr(row, name, value)
        row.changed_at = self.clock()
        db.session.commit()

    def ask(self, person_id: str, share: Share = Share.ALL, by_id: str | None = None, **facts: Any) -> Any:
        """Ask for a payment from the box."""
        method = facts.pop("method", Method.CASH)
        asked = payouts.Ask(person_id, share, method, self.box if method == Method.CASH else None, facts.get("minor"))
        return payouts.ask_payout(asked, facts.get("key", f"key-{next(self.number)}"), by_id or self.toni)

    def receipt(self, **facts: Any) -> payouts.Receipt:
        """A receipt with initials and a witness."""
        return payouts.Receipt(**({"kind": "initials", "name": "A.", "witness_id": self.kim} | facts))

    def pay(self, person_id: str, share: Share = Share.ALL, **facts: Any) -> str:
        """Pay someone from the first step to the last; the payout's id."""
        payout_id = saved(self.ask(person_id, share, **facts))
        assert payouts.approve_payouts([payout_id], self.robin) == (1, [])
        saved(payouts.start_payout(payout_id, self.toni))
        saved(payouts.finish_payout(payout_id, self.receipt(), self.toni))
        return payout_id

    def owed(self, person_id: str) -> int:
        """What the ledger owes someone."""
        accrual.accrue()
        found = owed.owed_to(person_id)
        assert found is not None
        return found.pay + found.refund

    def cash(self) -> int:
        """What is in the box; by slips, by the ledger and by notes it is one number."""
        box = queries.box(self.box)
        assert box is not None
        assert box.minor == worth(box.stock) == queries.float_balance(self.box)
        return box.minor

    def paid(self, person_id: str) -> int:
        """What someone was paid, by the ledger's balances of all accounts but theirs being what they are."""
        return -queries.balances(AccountKind.PAYABLE, person_id).get(person_id, 0)

    def whole(self) -> None:
        """The ledger is whole and sums to zero."""
        verdict = ledger.verify_ledger()
        assert verdict.problem is None, verdict.problem
        assert not any(verdict.sums.values())


def saved(outcome: Any) -> str:
    """The id of what was saved; anything else is a failure."""
    assert isinstance(outcome, Saved), outcome
    return outcome.id


def noon(day: date) -> datetime:
    """Noon of a day in the tests' zone, in winter."""
    return datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
