"""Files as they come in life: each is read, or refused with its line, its column and a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.transfer import files
from app.transfer.files import Unreadable
from tests.app.transfer.conftest import COORDINATOR

FILES = Path(__file__).parent / "files"


@pytest.fixture
def database() -> str:
    """Reading is the same on both databases; writing is tried on both elsewhere."""
    return "sqlite"


def read(name: str) -> bytes:
    return (FILES / name).read_bytes()


# file, encoding, delimiter, names of the new people
READ = [
    ("people-bom-semicolons-crlf.csv", "UTF-8 with a mark", "semicolons", ["Zoë Ångström", "Nour"]),
    ("people-windows-1252.csv", "Windows-1252", "commas", ["Zoë Ångström", "José “Pepe” Núñez"]),
    ("people-utf-16-tabs.csv", "UTF-16", "tabs", ["Łukasz Żak"]),
    ("people-sep-line.csv", "UTF-8", "semicolons", ["Nour"]),
    ("old-mac.csv", "UTF-8", "commas", ["Nour", "Bo"]),
    ("people-formulas.csv", "UTF-8", "commas", ["=1+1", "=2+2"]),
]


@pytest.mark.parametrize(("name", "encoding", "delimiter", "people"), READ)
def test_a_file_is_read_whatever_program_saved_it(group, plan_of, name, encoding, delimiter, people):  # noqa: PLR0913, PLR0917
    plan = plan_of("people", read(name))
    (file,) = plan.files
    assert [bad.reason for bad in file.bad] == []
    assert (file.sheet.encoding, file.sheet.delimiter) == (encoding, delimiter)
    assert [entry.values["name"] for entry in file.entries] == people


REFUSED = [
    ("empty.csv", "This file is empty."),
    ("only-spaces.csv", "This file is empty."),
    ("only-header.csv", "has a header and no rows"),
    ("not-text.csv", "not a text file"),
    ("people-missing-key.csv", 'needs the column "code" or "name" or "email"'),
    ("people-two-columns-alike.csv", 'Two columns are "name"'),
    ("people-open-quote.csv", "line 3 a quotation mark"),
]


@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(group, plan_of, name, reason):
    with pytest.raises(Unreadable, match=reason):
        plan_of("people", read(name))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04....[Content_Types].xml xl/workbook", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"%PDF-1.7", "document or a picture"),
        (b"PK\x03\x04" + b"\0" * 40, "This is a ZIP"),
        (b"name\n" + b"x" * files.MOST_BYTES, "larger than 4 MB"),
        (b"name\n" + b"a\n" * (files.MOST_ROWS + 1), "more than 20,000 rows"),
        (b"name\n" + b"a" * 200_000, "cell that is far too long"),
        (b"boss;worker\n1;2\n", "first line must name the columns"),
    ],
)
def test_what_is_no_csv_or_too_large_is_named(group, plan_of, data, reason):
    with pytest.raises(Unreadable, match=reason):
        plan_of("people", data)


SHIFT = "date,starts,ends,ends on,site,service,skill,minimum,target\n"

# file, kind, findings as (line, column, part of the reason), how many would be new
FOUND = [
    (
        "people-wrong-cells.csv",
        "people",
        [
            (2, "level", "observer, trainee, peer, lead or mentor"),
            (3, "roles", "peer, coordinator"),
            (3, "volunteer", "yes or no"),
            (3, "email", "not an e-mail address"),
            (4, "wanted_hours", "7.5, 7:30 or 7h30"),
            (4, "max_hours", "more than 168"),
            (5, "name", "Say which person"),
            (6, "max_hours", "more than the most"),
            (7, "", "ends early: it has 2 of 7"),
            (8, "", "more cells than there are columns"),
        ],
        None,
    ),
    (
        "people-quoted-newlines.csv",
        "people",
        [(2, "pronouns", "one line")],
        2,
    ),
    (
        "people-duplicate-names.csv",
        "people",
        [
            (2, "name", "Two people are called Sam: give their code"),
            (6, "name", "Line 5 is about the same person"),
            (7, "email", "someone of this name with another address"),
        ],
        3,
    ),
    (
        "certificates-dates.csv",
        "certificates",
        [
            (3, "valid_from", "could be 3 April or 4 March"),
            (4, "valid_until", "before the first"),
            (5, "valid_from", "no such day"),
            (5, "valid_until", "no such day"),
            (5, "person", "Line 2 is about the same"),
            (6, "person", "Two people are called Sam"),
            (6, "valid_from", "year with four digits"),
            (7, "person", "no person with this code or name"),
            (7, "skill", "no skill with this code or name"),
        ],
        1,
    ),
    (
        "availability.csv",
        "availability",
        [
            (5, "from_date", "from when"),
            (6, "weekday", "not both"),
            (7, "grade", "Write preferred"),
            (7, "starts", "morning or evening"),
            (7, "ends", "no such time"),
            (8, "person", "says the same as line 2"),
        ],
        3,
    ),
    (
        "patterns.csv",
        "patterns",
        [
            (5, "target", "below the minimum"),
            (6, "skill", "demand line for this already"),
            (7, "site", "no site with this code"),
        ],
        1,
    ),
    (
        "shifts-clock-changes.csv",
        "shifts",
        [(5, "starts", "not at this offset"), (6, "starts", "morning or evening")],
        3,
    ),
    (
        "sites-mixed.csv",
        "sites",
        [(3, "address", "one line"), (5, "name", "Another site has this already (line 2)")],
        1,
    ),
]


@pytest.mark.parametrize(("name", "kind", "findings", "new"), FOUND, ids=lambda value: str(value)[:30])
def test_every_bad_row_is_listed_with_line_column_and_reason(group, plan_of, name, kind, findings, new):  # noqa: PLR0913, PLR0917
    (file,) = plan_of(kind, read(name)).files
    found = [(bad.line, bad.column, bad.reason) for bad in file.bad]
    assert [each[:2] for each in found] == [each[:2] for each in findings], found
    for (_, _, reason), (_, _, part) in zip(found, findings, strict=True):
        assert part in reason
    if new is not None:
        assert file.new == new, [change.label for change in file.changes]


@pytest.mark.parametrize(
    ("kind", "rows", "column", "reason"),
    [
        ("periods", "first day,last day,name\n2026-10-01,2027-01-01,Long", "last_day", "at most 92 days"),
        ("periods", "first day,last day,name\n1998-10-01,1998-10-28,Old", "last_day", "years 2000 to 2100"),
        ("shifts", SHIFT + "2026-10-02,22:00,06:00,2026-11-20,north,walk,,1,1", "ends_on", "a day later"),
        ("shifts", SHIFT + "2026-10-02,09:00,10:00,2026-10-03,north,walk,,1,1", "ends_on", "a day later"),
        ("shifts", SHIFT + "1998-10-02,09:00,10:00,,north,walk,,1,1", "date", "years 2000 to 2100"),
        ("shifts", SHIFT + "2026-10-02,09:00,10:00,,north,walk,cpr,0,0", "target", "at least one"),
        ("people", "code,roles\nana,", "roles", "at least one role"),
        ("people", f"code,email\nana,{'a' * 60}@{'b.' * 70}org", "email", "longer than 200"),
    ],
)
def test_a_file_is_held_to_what_the_pages_take(group, plan_of, kind, rows, column, reason):  # noqa: PLR0913, PLR0917
    plan = plan_of(kind, rows.encode())
    assert [bad.column for _, bad in plan.bad] == [column]
    assert reason in plan.bad[0][1].reason
    assert not plan.changes


def test_a_shift_that_ends_on_another_day_says_so_and_may_last_a_whole_day(group, plan_of):
    rows = SHIFT + "2026-10-02,22:00,22:00,2026-10-03,north,walk,,1,1\n2026-10-04,09:00,17:00,,north,walk,,1,1"
    said = ["2026-10-02 22:00-22:00 on 2026-10-03, North", "2026-10-04 09:00-17:00, North"]
    assert [change.label for _, change in plan_of("shifts", rows.encode()).changes] == said


def test_a_new_person_without_a_role_is_a_peer_and_only_an_admin_lets_staff_leave(group, plan_of):
    (file,) = plan_of("people", b"name,roles\nNour,\n", COORDINATOR).files
    assert file.entries[0].values["roles"] == {"peer"}
    rows = b"code,active\nrobin,no\nana,no\n"
    assert [(bad.line, bad.column) for _, bad in plan_of("people", rows, COORDINATOR).bad] == [(2, "active")]
    assert not plan_of("people", rows).bad


def test_a_mark_that_nobody_sees_is_named_and_what_joins_letters_is_taken(group, plan_of):
    typed = ("An\u200ba", "\u202eBo", "Cy\u2069", "D\u2028i", "\u3164", "\u200d", "نیک\u200cپی", "🏳\ufe0f\u200d🌈")
    (file,) = plan_of("people", "\n".join(("name", *typed)).encode()).files
    wrong = [(2, "U+200B"), (3, "U+202E"), (4, "U+2069"), (5, "U+2028"), (6, "U+3164"), (7, "U+200D")]
    assert [(bad.line, bad.column) for bad in file.bad] == [(line, "name") for line, _ in wrong]
    assert all(f"({mark}). Type it anew" in bad.reason for bad, (_, mark) in zip(file.bad, wrong, strict=True))
    assert file.bad[-1].reason.startswith("Nothing of this can be seen")
    assert file.new == 2


def test_a_mark_is_named_in_every_kind_of_cell(group, plan_of):
    cells = "\u200e2026-12-21,\u200e21:00,06:00,,no\u2060rth,walk,,1\ufeff,1,y\u200bes"
    (file,) = plan_of("shifts", f"{SHIFT.strip()},cancelled\n{cells}\n".encode()).files
    marks = {"date": "200E", "starts": "200E", "site": "2060", "minimum": "FEFF", "cancelled": "200B"}
    said = "This holds a character that cannot be shown (U+{}). Type it anew."
    assert {bad.column: bad.reason for bad in file.bad} == {name: said.format(mark) for name, mark in marks.items()}


def test_unknown_columns_are_named_with_a_guess(group, plan_of):
    (file,) = plan_of("people", read("people-unknown-columns.csv")).files
    assert file.ignored == [("Shoe size", ""), ("Wanted huors", "wanted_hours")]
    assert not file.bad


def test_saying_which_comes_first_makes_dates_clear(group, plan_of):
    data = b"person,skill,valid from\nana,cpr,3/4/2026\n"
    assert plan_of("certificates", data).has_unclear_dates
    for order, said in (("dmy", "2026-04-03"), ("mdy", "2026-03-04")):
        plan = plan_of("certificates", data, date_order=order)
        assert plan.is_good
        assert ("valid_from", "", said) in plan.changes[0][1].cells


def test_what_everyone_holds_is_given_by_code_or_name(group, plan_of):
    rows = b'code,name,everyone holds\nvan,Van,cpr\nkit,Kit,"First aid; CPR"\nbad,Bad,cpr; boat\n'
    (file,) = plan_of("services", rows).files
    assert [(bad.line, bad.column) for bad in file.bad] == [(4, "everyone_holds")]
    assert [entry.values["everyone_holds"] for entry in file.entries] == [{group["cpr"]}, {group["cpr"]}]


def test_an_address_finds_the_person_and_a_blank_cell_empties(group, plan_of):
    (file,) = plan_of("people", b"email,pronouns,wanted hours\nANA@example.org,,10\n").files
    (change,) = file.changes
    assert not change.is_new
    assert change.cells == (("pronouns", "she/her", ""), ("email", "ana@example.org", "ANA@example.org"))


def test_an_address_belongs_to_one_person(group, plan_of):
    (file,) = plan_of("people", b"code,name,email\nx,X,Ana@example.org\ny,Y,y@example.org\nz,Z,Y@example.org\n").files
    assert [(bad.line, bad.column) for bad in file.bad] == [(2, "email"), (4, "email")]
    assert file.bad[1].reason == "Another person has this already (line 3)."


def test_a_coordinator_gives_no_duties_and_touches_no_address_of_who_has_some(group, plan_of):
    rows = (
        b"code,name,roles,email\nnew,New,peer admin,n@example.org\n"
        b"ada,Ada,admin,mine@example.org\nana,Ana,peer,ana@new.example\n"
    )
    (file,) = plan_of("people", rows, COORDINATOR).files
    assert [(bad.line, bad.column) for bad in file.bad] == [(2, "roles"), (3, "email")]
    assert file.changes[-1].cells == (("email", "(not shown)", "ana@new.example"),)


def test_nobody_takes_the_last_admin_away(group, plan_of):
    (file,) = plan_of("people", b"code,active\nada,no\n").files
    assert "nobody would be admin" in file.bad[0].reason


def test_times_that_come_twice_or_never_are_told(group, plan_of):
    (file,) = plan_of("shifts", read("shifts-clock-changes.csv")).files
    assert any("leave 02:30 out" in note for note in file.notes)
    spans = [(entry.values["start instant"], entry.values["end instant"]) for entry in file.entries]
    hours = [(end - start).total_seconds() / 3600 for start, end in spans]
    assert hours == [3, 9, 2.5]
