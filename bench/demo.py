"""Generate the demo group's waiting period and say how good the roster is: `python -m bench.demo --seconds 60`.

Builds the made-up group in a folder of its own, asks for a roster as a coordinator would and lets this process be
the worker. Prints a table and one line of JSON. Ends with 1 when a place stayed open that could have been filled.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app import create_app, jobs, migrate
from app.database import db, reading
from app.demo import build
from app.roster.facts import Facts, Keep, read_problem
from app.roster.models import Draft, Run
from app.roster.queries import waiting_period
from app.roster.runs import request_run
from scheduling import Gap, Status, missing_on, preflight, why_open

KIBIBYTES = 1024


@dataclass(frozen=True)
class Found:
    """What one generation came to. `fillable` are the places that pre-flight finds somebody for."""

    status: str
    objective: int
    bound: int
    gap_percent: float
    filled: int
    fillable: int
    places: int
    could_still_be_filled: int
    seconds: float
    peak_memory_mib: int
    seed: int
    workers: int


def main() -> int:
    """Build, generate, tell."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as folder:
        app = create_app(
            {
                "EVENHAND_DATA": str(Path(folder) / "data"),
                "EVENHAND_KEYS": str(Path(folder) / "keys"),
                "EVENHAND_SOLVER_SECONDS": str(asked.seconds),
                "EVENHAND_SOLVER_WORKERS": str(asked.workers),
            }
        )
        with app.app_context():
            found = _measure(asked.seconds, asked.seed)
            db.engine.dispose()
    for name, value in vars(found).items():
        print(f"{name.replace('_', ' '):24} {value}")
    print(json.dumps(vars(found)))
    return int(found.filled < found.fillable or found.could_still_be_filled > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="the longest the solver may take (60)")
    parser.add_argument("--workers", type=int, default=2, help="the solver's threads (2)")
    parser.add_argument("--seed", type=int, default=1, help="the solver's seed (1)")
    return parser.parse_args()


def _measure(seconds: int, seed: int) -> Found:
    migrate.upgrade()
    build.build()
    period_id = waiting_period()
    if period_id is None:
        raise SystemExit("The demo group has no period that waits for a roster.")
    run = request_run(period_id, seconds=seconds, keep=Keep.PUBLISHED, seed=seed)
    if run is None:
        raise SystemExit("The period is gone.")
    began = time.monotonic()
    jobs.run_due(jobs.SOLVE)
    took = time.monotonic() - began
    db.session.rollback()
    draft_id = db.session.scalar(sa.select(Run.draft_id).where(Run.id == run.run_id))
    if draft_id is None:
        raise SystemExit("No roster was made; the log above says why.")
    with reading():
        db.session.rollback()
        facts = read_problem(period_id, draft_id)
        result = db.session.scalar(sa.select(Draft.result).where(Draft.id == draft_id))
        db.session.rollback()
    if facts is None or result is None:
        raise SystemExit("The draft is gone.")
    gaps = preflight(facts.problem)
    return Found(
        status=str(Status(result["status"])),
        objective=result["objective"],
        bound=result["bound"],
        gap_percent=round(100 * result["gap"], 2),
        filled=result["filled"],
        fillable=result["wanted"] - _beyond_anyone(gaps),
        places=result["wanted"],
        could_still_be_filled=_could_still(facts),
        seconds=round(took, 1),
        peak_memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIBIBYTES,
        seed=result["seed"],
        workers=result["workers"],
    )


def _beyond_anyone(gaps: list[Gap]) -> int:
    """Places that nobody can fill whatever the roster: for each shift, of the line that lacks most."""
    lacking: dict[str, int] = {}
    for gap in gaps:
        lacking[gap.shift] = max(lacking.get(gap.shift, 0), gap.target - gap.able)
    return sum(lacking.values())


def _could_still(facts: Facts) -> int:
    """Open places that somebody could take right now without breaking a rule."""
    problem, roster = facts.problem, facts.roster
    count = 0
    for shift in problem.shifts:
        there = roster.workers_on(shift.id)
        missing = missing_on(problem, shift, there)
        if missing:
            able = [each.worker for each in why_open(problem, roster, shift.id) if each.could]
            count += any(missing_on(problem, shift, there | {each}) < missing for each in able)
    return count


if __name__ == "__main__":
    sys.exit(main())
