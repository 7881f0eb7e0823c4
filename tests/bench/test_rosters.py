"""The public format: read as it stands, judged independently, and told the same by our own law."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from bench import nrp, rosters
from scheduling import Assignment, Roster
from scheduling.solver import price_of

TINY = Path(__file__).with_name("tiny.txt")


@pytest.fixture
def tiny():
    return nrp.read(TINY.read_text(encoding="utf-8"))


def test_the_format_and_our_law_say_the_same_of_any_roster(tiny):
    problem, always = nrp.problem_of(tiny)
    chance = random.Random(5)
    valid = 0
    for _ in range(1500):
        rows = [
            (who, day, chance.choice("EL"))
            for who, often in (("Ann", 0.4), ("Ben", 0.4), ("Cleo", 0.4))
            for first in [chance.randrange(7)]
            for day in range(first, min(7, first + chance.randint(1, 4)))
            if chance.random() < 2 * often
        ]
        cost, faults = nrp.judge(tiny, rows)
        roster = Roster(Assignment(who, nrp.shift_id(day, kind)) for who, day, kind in rows)
        price, forbidden, prices = price_of(problem, roster)
        assert bool(faults) == bool(forbidden or prices["wanted"]), (rows, faults)
        assert cost == price - prices["wanted"] + always, rows
        valid += not faults
    assert valid > 2


def test_the_command_writes_a_valid_roster_and_prints_its_objective(tiny, tmp_path, capsys):
    out = tmp_path / "roster.csv"
    assert rosters.main([str(TINY), "--seconds", "20", "--workers", "1", "--seed", "2", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = [(who, int(day), kind) for who, day, kind in csv.reader(file)]
    assert nrp.judge(tiny, rows) == (told["objective"], [])
    assert told["instance"] == "tiny"
    assert told["status"] == "optimal"
    assert told["bound"] == told["objective"]


def test_windows_line_ends_marks_and_comments_change_nothing(tiny):
    text = TINY.read_text(encoding="utf-8").replace("\n", "\r\n").replace("7\r\n", "7 # days\r\n", 1)
    assert nrp.read("\ufeff" + text) == tiny


def test_a_bad_row_is_named_by_its_line():
    with pytest.raises(nrp.BadFileError, match="line 2: 'seven'"):
        nrp.read("SECTION_HORIZON\nseven\n")
    with pytest.raises(nrp.BadFileError, match="names no days"):
        nrp.read("")


def test_the_judge_names_what_is_wrong_with_a_roster(tiny):
    faults = " ".join(nrp.judge(tiny, [("Ann", 2, "L"), ("Ann", 3, "E"), ("Ben", 0, "E")])[1])
    assert "day 2 is a day off" in faults
    assert "E follows L on day 3" in faults
    assert "1 of E" in faults
    assert nrp.judge(tiny, [("Nobody", 0, "E")])[1] == ["Nobody,0,E is not in the file"]
