"""Killing the web process while it pays: `python -m bench.payouts [--db sqlite|postgresql] [--kills 60]`.

A treasurer pays people in cash through the real pages of a real gunicorn, with double taps and a second treasurer
who tries the same. In the middle of it the process is killed with SIGKILL, at a random moment of a random step.
The one who hands over notes knows whether they did; nobody else does. Prints one JSON line, exits 1 when anyone was
paid twice, anything is half written or the ledger is not whole.
"""

from __future__ import annotations

import argparse
import http.client
import json
import logging
import os
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.cookiejar import Cookie
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.database import db, new_id
from app.pay import accrual, floats, ledger, queries
from app.pay.models import AccountKind, CashSlip, LedgerEntry, Payout
from bench.served import KINDS
from payroll.money import worth
from tests.app.pay.purse import Purse
from tests.support.databases import migrate_at, settings
from tests.support.people import add_person, open_session
from tests.support.postgres import Postgres
from tests.support.processes import Processes, answers, children_of, wait_until
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    import subprocess

    from tests.support.clock import Clock

SEED = 5
ENOUGH = {2000: 500, 1000: 500, 500: 500}
LATEST = 0.15  # seconds after a request is sent within which the process is killed
BROKEN = (OSError, http.client.HTTPException)


class Till:
    """Two treasurers and an approver before a web process that keeps dying; `handed` is what only people know."""

    def __init__(self, app: Flask, purse: Purse, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port
        self.toni, self.tess, self.robin = (visitor_of(app, each) for each in (purse.toni, purse.tess, purse.robin))
        self.witness = purse.kim
        self.chance = random.Random(SEED)
        self.handed: Counter[str] = Counter()
        self.kills = 0
        self.wanted = 0

    def pay(self, person_id: str) -> None:
        """Pay one person, step by step, until a page says that they have it."""
        key = new_id()
        deadly = self.chance.randrange(4)  # ask, approve, begin, finish
        for step in range(40):
            try:
                if self._step(person_id, key, is_deadly=step == deadly and self.kills < self.wanted):
                    return
            except BROKEN:
                wait_until(lambda: answers(self.port), 60, "the web process did not come back")
        page = self.toni.visit(self.port, f"/pay/people/{person_id}")
        raise RuntimeError(f"after forty steps the payment has not ended: {page.body_text[:600]}")

    def _step(self, person_id: str, key: str, *, is_deadly: bool) -> bool:
        """Look where the payment stands and do the next thing about it; whether it has ended."""
        page = self.toni.visit(self.port, f"/pay/people/{person_id}")
        found = re.search(r'href="(/pay/payments/[a-z0-9]{12})"', _links(page))
        if "A payment is under way" not in page.body_text:
            if found:
                return True
            token = page.all("input", name="csrf_token")[0]["value"]
            self._send(self.toni, f"/pay/now/{person_id}", {"key": key, "csrf_token": token}, is_deadly=is_deadly)
            return False
        assert found is not None
        path = found[1]
        page = self.toni.visit(self.port, path)
        text = page.body_text
        if "Someone else has to say yes" in text:
            approvals = self.robin.visit(self.port, "/pay/approve")
            form = approvals.form("/pay/approve")
            self._send(self.robin, "/pay/approve", form.filled(), is_deadly=is_deadly)
        elif "Count it out" in text:
            self._send(self.toni, f"{path}/start", page.form(f"{path}/start").filled(), is_deadly=is_deadly)
        else:
            self._finish(page, path, person_id, is_deadly=is_deadly)
        return False

    def _finish(self, page: Any, path: str, person_id: str, *, is_deadly: bool) -> None:
        if not self.handed[person_id]:
            self.handed[person_id] += 1  # here the notes change hands
        elif "Being paid" in page.body_text and self.chance.random() < 0.5:
            form = page.form(f"{path}/doubt").filled()
            self._send(self.toni, f"{path}/doubt", form, is_deadly=False)
            page = self.toni.visit(self.port, path)
        form = page.form(f"{path}/finish").filled(name="P. P.", witness_id=self.witness)
        self._send(self.toni, f"{path}/finish", form, is_deadly=is_deadly)

    def _send(self, who: Visitor, path: str, data: dict[str, Any], *, is_deadly: bool) -> None:
        """Send a form, now and then twice at once, now and then while the process dies."""
        killer = None
        if is_deadly:
            killer = threading.Timer(self.chance.random() * LATEST, self._kill)
            killer.start()
        twin = threading.Thread(target=self._quietly, args=(who, path, data)) if self.chance.random() < 0.5 else None
        if twin:
            twin.start()
        rival = None
        if path.startswith("/pay/now/"):
            rival = threading.Thread(target=self._rival, args=(path,))
            rival.start()
        try:
            who.visit(self.port, path, data)
        finally:
            for thread in (killer, twin, rival):
                if thread:
                    thread.join()
            if is_deadly:
                wait_until(lambda: answers(self.port), 60, "the web process did not come back")

    def _quietly(self, who: Visitor, path: str, data: dict[str, Any]) -> None:
        with suppress(*BROKEN):
            who.visit(self.port, path, data)

    def _rival(self, path: str) -> None:
        """The other treasurer presses the same button at the same moment."""
        with suppress(*BROKEN):
            page = self.tess.visit(self.port, "/pay/")
            token = page.all("input", name="csrf_token")[0]["value"]
            self.tess.visit(self.port, path, {"key": new_id(), "csrf_token": token})

    def _kill(self) -> None:
        for child in children_of(self.process.pid):
            os.kill(child, signal.SIGKILL)
        self.kills += 1


def _links(page: Any) -> str:
    return " ".join(f'href="{link.get("href")}"' for link in page.one("main").all("a"))


def visitor_of(app: Flask, person_id: str) -> Visitor:
    """A browser in which someone is signed in."""
    visitor = Visitor()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = signer.dumps({"_user_id": open_session(person_id), "_fresh": True, "_permanent": True})
    name, host = app.config["SESSION_COOKIE_NAME"], "127.0.0.1"
    plain: Any = (None, False, host, True, False, "/", True, False, None, False, None, None, {})
    visitor._jar.set_cookie(Cookie(0, name, value, *plain))  # noqa: SLF001
    return visitor


@contextmanager
def environ_of(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """Settings of a database of a kind that ends with the block."""
    plain = settings(folder)
    if kind == "sqlite":
        yield plain
    else:
        with Postgres() as server:
            yield plain | {"DATABASE_URL": server.create("evenhand")}


@contextmanager
def app_at(environ: dict[str, str]) -> Iterator[Flask]:
    """An application over a new database, its context pushed; its connections end with the block."""
    migrate_at(environ)
    app = create_app(environ)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.close()
            for engine in db.engines.values():
                engine.dispose()


def measure(kind: str, kills: int) -> dict[str, Any]:
    """Pay as many people as the process is to be killed; what came of it."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="evenhand-bench-") as name, environ_of(kind, Path(name)) as environ:
        processes = Processes(Path(name))
        try:
            with app_at(environ) as app:
                purse = Purse(cast("Clock", lambda: datetime.now(UTC)))
                floats.top_up_float(purse.box, ENOUGH, purse.hands())
                people = [add_person(f"Peer {number}") for number in range(kills)]
                for number, each in enumerate(people):
                    purse.work(each, minutes=12 * (1 + number % 7), ended=timedelta(hours=1 + number % 40))
                accrual.accrue()
                owed = queries.balances(AccountKind.PAYABLE)
                process, port = processes.gunicorn("wsgi:app", environ)
                till = Till(app, purse, process, port)
                till.wanted = kills
                db.session.rollback()
                for each in people:
                    till.pay(each)
                return _result(kind, purse, till, owed) | {"seconds": round(time.monotonic() - started)}
        finally:
            processes.end()


def _result(kind: str, purse: Purse, till: Till, owed: dict[str, int]) -> dict[str, Any]:
    db.session.rollback()
    paid: Counter[str] = Counter()
    for row in db.session.scalars(sa.select(Payout).where(Payout.state == "paid")):
        paid[row.person_id] += row.minor
    entries = set(db.session.scalars(sa.select(LedgerEntry.id).where(LedgerEntry.kind == "payout")))
    written = set(db.session.scalars(sa.select(Payout.entry_id).where(Payout.entry_id.is_not(None))))
    slips = set(db.session.scalars(sa.select(CashSlip.entry_id).where(CashSlip.kind == "payout")))
    left = db.session.scalar(sa.select(sa.func.count()).where(Payout.state.in_(["sending", "unknown"])))
    verdict = ledger.verify_ledger()
    box = queries.box(purse.box)
    return {
        "db": kind,
        "kills": till.kills,
        "payees": len(owed),
        "paid_twice": sum(paid[each] > owed[each] or till.handed[each] > 1 for each in owed),
        "unpaid": sum(paid[each] < owed[each] for each in owed),
        "half_written": len(entries ^ written) + len(entries ^ slips) + int(left or 0),
        "ledger_sum": sum(abs(each) for each in verdict.sums.values()),
        "ledger": verdict.problem or "whole",
        "box_agrees": box is not None and box.minor == worth(box.stock) == queries.float_balance(purse.box),
    }


def main() -> int:
    """Measure as asked on the command line."""
    parser = argparse.ArgumentParser(description="Kill the web process while it pays.")
    parser.add_argument("--db", choices=KINDS, default="sqlite")
    parser.add_argument("--kills", type=int, default=60)
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    result = measure(asked.db, asked.kills)
    print(json.dumps(result))
    is_well = result["ledger"] == "whole" and result["box_agrees"] and result["kills"] == asked.kills
    return int(not is_well or any(result[name] for name in ("paid_twice", "unpaid", "half_written", "ledger_sum")))


if __name__ == "__main__":
    sys.exit(main())
