"""Places that are open in a draft: what is missing, and who would fill it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.review.board import Board
from app.review.cells import Line
from app.roster.words import RosterNames, ShiftLabel
from scheduling import Problem, Shift, Violation, Worker, fix, words

LEARNER = "{} is in training and does not count."


@dataclass(frozen=True, slots=True)
class Gap:
    """One shift with open places."""

    shift: str
    label: ShiftLabel
    missing: int
    lines: tuple[str, ...]
    is_below: bool


def gaps_of(board: Board) -> list[Gap]:
    """The open places of a board's shifts, by time."""
    found = []
    for shift in board.shifts:
        missing = board.missing(shift)
        if missing:
            found.append(_gap(board.review.names, shift, board.lines[shift.id]))
    return found


def _gap(names: RosterNames, shift: Shift, lines: list[Line]) -> Gap:
    missing = max(line.missing for line in lines)
    words = tuple(_line_words(names, line) for line in lines if line.missing)
    return Gap(shift.id, names.shifts[shift.id], missing, words, any(line.is_below for line in lines))


def _line_words(names: RosterNames, line: Line) -> str:
    what = f"with {names.skill(line.skill)}" if line.skill else ("person" if line.missing == 1 else "people")
    below = f"; needs {line.minimum} to run" if line.is_below else ""
    return f"{line.missing} {what} missing ({line.counted} of {line.target}{below})"


def unfit(
    problem: Problem, names: RosterNames, lines: Iterable[Line], shift: Shift, worker: Worker
) -> tuple[list[str], list[str]] | None:
    """Why a person would fill none of a shift's open places, and what would help; None when they would fill one."""
    missing = [line for line in lines if line.missing]
    on = problem.horizon.date(shift.day)
    if not missing:
        return None
    if worker.is_trainee:
        return [LEARNER.format(names.worker(worker.id))], []
    if any(line.skill is None or worker.holds(line.skill, on) for line in missing):
        return None
    lacking = [
        Violation(
            "certificate",
            "expired" if any(each.skill == line.skill for each in worker.skills) else "missing",
            None,
            (worker.id,),
            (shift.id,),
            (("skill", line.skill or ""), ("date", on)),
        )
        for line in missing
    ]
    return [words(each, names) for each in lacking], [fix(each, names) for each in lacking]
