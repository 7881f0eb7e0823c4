"""Solve one public instance: `python -m bench.rosters FILE --seconds 60 --workers 2 --seed 1 --out roster.csv`.

Prints one line of JSON: instance, status, objective, bound, seconds. The objective is what an independent reading of
the format gives for the roster that was written; where our law tells another one, the command ends with an error.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import nrp
from scheduling import solve

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(text: str, *, seconds: float, workers: int, seed: int) -> tuple[dict[str, Any], list[nrp.Row]]:
    """Solve an instance; return what is to be told about it, and the rows of the roster."""
    instance = nrp.read(text)
    problem, always = nrp.problem_of(instance)
    result = solve(problem, seconds=seconds, workers=workers, seed=seed)
    rows = nrp.rows_of(result.roster)
    objective, faults = nrp.judge(instance, rows)
    ours = result.price - result.prices["wanted"] + always
    if objective != ours:
        raise AssertionError(f"the format says {objective}, our law says {ours}")
    if bool(faults) != bool(result.prices["wanted"]):
        raise AssertionError(f"our law overlooks: {faults}")
    told = {
        "status": "invalid" if faults else str(result.status),
        "objective": objective,
        "bound": min(objective, result.bound + always),
        "seconds": round(result.seconds, 1),
        "faults": faults[:10],
        "model_seconds": round(result.size.seconds, 2),
    }
    return told if faults else {key: each for key, each in told.items() if key != "faults"}, rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, solve, write, tell; 1 where no valid roster was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="an instance in the nurse rostering format")
    parser.add_argument("--seconds", type=float, default=60, help="the longest the solve may take (60)")
    parser.add_argument("--workers", type=int, default=2, help="threads (2)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (1)")
    parser.add_argument("--out", type=Path, help="where to write the roster: employee,day,shift")
    asked = parser.parse_args(arguments)
    told, rows = run(
        asked.file.read_text(encoding="utf-8-sig"), seconds=asked.seconds, workers=asked.workers, seed=asked.seed
    )
    if asked.out is not None:
        with asked.out.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    print(json.dumps({"instance": asked.file.stem, **told}))
    return int(told["status"] == "invalid")


if __name__ == "__main__":
    sys.exit(main())
