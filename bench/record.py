"""Solve all instances of a folder and print how near the record they come: `python -m bench.record DIR --seconds 60`.

For each: what was found, the best value known for it, the gap to that, our own bound and the gap it proves, seconds;
then the means. Each is solved by `python -m bench.rosters` in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

BEST_KNOWN = {
    1: 607,
    2: 828,
    3: 1001,
    4: 1716,
    5: 1143,
    6: 1950,
    7: 1056,
    8: 1300,
    9: 439,
    10: 4631,
    11: 3443,
    12: 4040,
    13: 1348,
    14: 1278,
    15: 3829,
    16: 3225,
    17: 5746,
    18: 4459,
}
"""By number of the instance: the best value published, as far as we know (13, 15, 17, 18 are unsure)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve each, tell each, then the means; 1 where one had no valid roster."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the instances are: files named Instance1.txt and so on")
    parser.add_argument("--seconds", type=float, default=60, help="the longest each solve may take (60)")
    parser.add_argument("--workers", type=int, default=2, help="cores (2)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (1)")
    parser.add_argument("--only", type=_numbers, help="numbers of the instances to solve, with commas (all)")
    asked = parser.parse_args(arguments)
    named = ((re.search(r"(\d+)\.txt$", file.name), file) for file in asked.folder.glob("*.txt"))
    files = {int(found[1]): file for found, file in named if found}
    head = f"{'instance':>8}{'objective':>11}{'best known':>12}{'gap %':>8}{'bound':>9}{'proven %':>10}{'seconds':>9}"
    print(f"{head}  status")
    gaps: list[float] = []
    proven: list[float] = []
    invalid = 0
    for number in sorted(files if asked.only is None else files.keys() & set(asked.only)):
        told = _solve(files[number], asked)
        invalid += told["status"] == "invalid"
        objective, bound, best = told["objective"], told["bound"], BEST_KNOWN.get(number)
        proven.append(100 * (objective - bound) / objective if objective else 0.0)
        if best is not None:
            gaps.append(100 * (objective - best) / best)
        print(
            f"{number:8}{objective:11}{best or '':>12}{f'{gaps[-1]:.2f}' if best is not None else '':>8}"
            f"{bound:9}{proven[-1]:10.2f}{told['seconds']:9}  {told['status']}",
            flush=True,
        )
    if proven:
        mean = f"{sum(gaps) / len(gaps):.2f}" if gaps else ""
        print(f"{'mean':>8}{'':23}{mean:>8}{'':9}{sum(proven) / len(proven):10.2f}")
    return int(invalid > 0)


def _solve(file: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Solve one instance in a process of its own; return what it told."""
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as folder:
        command = [sys.executable, "-m", "bench.rosters", str(file), "--out", str(Path(folder) / "roster.csv")]
        command += ["--seconds", str(asked.seconds), "--workers", str(asked.workers), "--seed", str(asked.seed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"{file}: {done.stderr.strip()[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _numbers(told: str) -> list[int]:
    """Read whole numbers with commas between them."""
    return [int(each) for each in told.split(",")]


if __name__ == "__main__":
    sys.exit(main())
