"""Going along a long ledger: `python -m bench.ledger [--db sqlite|postgresql] [--postings 100000]`; one JSON line."""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.database import db, reading
from app.pay import accounts, ledger
from app.pay.ledger import Writing
from bench.payouts import app_at, environ_of
from bench.served import KINDS
from payroll.ledger import transfer
from payroll.money import Money
from tests.support.people import add_person

SEED = 3
CHUNK = 5_000
TARGET = 2.0


def measure(kind: str, postings: int) -> dict[str, Any]:
    """Write so many postings, then verify them all."""
    chance = random.Random(SEED)
    with (
        TemporaryDirectory(prefix="evenhand-bench-") as name,
        environ_of(kind, Path(name)) as environ,
        app_at(environ),
    ):
        people = [add_person(f"Peer {number}") for number in range(40)]
        started = time.perf_counter()
        entries = postings // 2
        for first in range(0, entries, CHUNK):
            numbers = range(first, min(first + CHUNK, entries))
            ledger.post_all([_writing(number, people, chance) for number in numbers])
            db.session.commit()
        written = time.perf_counter() - started
        with reading():
            started, before = time.perf_counter(), time.process_time()
            verdict = ledger.verify_ledger()
            verified, processor = time.perf_counter() - started, time.process_time() - before
    return {
        "db": kind,
        "postings": verdict.postings,
        "write_seconds": round(written, 2),
        "verify_seconds": round(verified, 2),
        "verify_processor_seconds": round(processor, 2),
        "ledger": verdict.problem or "whole",
    }


def _writing(number: int, people: list[str], chance: random.Random) -> Writing:
    day = date(2026, 1, 1) + timedelta(days=number % 365)
    amount = Money(chance.randrange(1, 50_000), "CAD")
    owed = accounts.payable(chance.choice(people))
    return Writing(transfer("honorarium", day, owed, accounts.cost(None, "honoraria"), amount), f"bench-{number}")


def main() -> int:
    """Measure as asked on the command line."""
    parser = argparse.ArgumentParser(description="Verify a long ledger.")
    parser.add_argument("--db", choices=KINDS, default="sqlite")
    parser.add_argument("--postings", type=int, default=100_000)
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    result = measure(asked.db, asked.postings)
    print(json.dumps(result))
    return int(result["ledger"] != "whole" or result["verify_seconds"] > TARGET)


if __name__ == "__main__":
    sys.exit(main())
