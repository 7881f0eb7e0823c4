"""What goes out comes in again: into an empty group it makes the same group, into the same it changes nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock as app_clock
from app import migrate
from app.database import db, new_id
from app.fields import can_be_seen
from app.people.models import Availability, Dial, Grade, Level, Person, PersonRole, PersonSkill, Skill
from app.roster.models import Assignment, Period, Shift, ShiftDemand, as_told
from app.sites.models import Cycle, Pattern, PatternDemand, Service, ServiceNeed, Site
from app.transfer import queries
from app.transfer.files import guard, unguard, write_csv
from app.transfer.plan import make_plan, write_plan
from app.transfer.values import clean
from app.vault import vault
from tests.app.transfer.conftest import ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_ONE = date(2026, 10, 19)  # the clocks go back on 1 November
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"))
WORD = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: text == clean(text) and can_be_seen(text))
RISKY = st.sampled_from(["=1+1", "+1", "-1", "@a", "'", "'=x", "|x", "%x", "a,b;c", 'say "so"', "ünï", "= 1"])
NAME = st.one_of(WORD, RISKY)
LONG = st.one_of(st.none(), NAME, st.lists(WORD, min_size=2, max_size=3).map("\n".join))
TIME = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
SMALL = st.integers(0, 4)


def codes(draw: Callable[[Any], Any], most: int) -> list[str]:
    return list(draw(st.lists(NAME, min_size=1, max_size=most, unique_by=lambda text: text.casefold())))


def lines(draw: Callable[[Any], Any], skills: list[Skill]) -> list[dict[str, Any]]:
    made = []
    for position, skill in enumerate(draw(st.lists(st.sampled_from([None, *skills]), max_size=2, unique=True))):
        at_least = st.integers(int(skill is not None), 4)
        minimum, more, most = draw(st.tuples(SMALL, at_least, st.one_of(st.none(), SMALL)))
        target = minimum + more
        maximum = None if most is None else target + most
        skill_id = skill.id if skill else None
        made.append(
            {"position": position, "skill_id": skill_id, "minimum": minimum, "target": target, "maximum": maximum}
        )
    return made


def between(draw: Callable[[Any], Any]) -> tuple[date | None, date | None]:
    first, last = draw(st.tuples(st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS)))
    return (last, first) if first and last and last < first else (first, last)


@st.composite
def groups(draw: Callable[[Any], Any]) -> list[Any]:  # noqa: C901 - a whole group at a glance
    """The rows of a whole group, in an order in which they can be inserted."""
    skills = [
        Skill(
            id=new_id(),
            code=code,
            name=f"{code} n",
            is_certificate=draw(st.booleans()),
            validity_months=draw(st.one_of(st.none(), st.integers(1, 60))),
            is_active=draw(st.booleans()),
        )
        for code in codes(draw, 3)
    ]
    sites = [
        Site(
            id=new_id(),
            code=code,
            name=f"{code} n",
            address=draw(st.one_of(st.none(), NAME)),
            directions=draw(LONG),
            is_active=True,
        )
        for code in codes(draw, 2)
    ]
    services = []
    for code in codes(draw, 2):
        least = draw(st.integers(1, 3))
        lead = draw(st.sampled_from([None, *skills]))
        services.append(
            Service(
                id=new_id(),
                code=code,
                name=f"{code} n",
                demanding=draw(st.integers(0, 3)),
                minimum_company=least,
                maximum_company=draw(st.one_of(st.none(), st.integers(least, 5))),
                lead_skill_id=lead.id if lead else None,
                hazards=draw(LONG),
                is_active=draw(st.booleans()),
                needs=[ServiceNeed(skill_id=each.id) for each in draw(st.sets(st.sampled_from(skills)))],
            )
        )
    people = []
    for number, code in enumerate(codes(draw, 4)):
        email = draw(st.sampled_from([None, f"p{number}@example.org"]))
        wanted = draw(st.one_of(st.none(), st.integers(0, 2400)))
        person = Person(
            id=new_id(),
            code=code,
            name=draw(NAME),
            pronouns=draw(st.one_of(st.none(), NAME)),
            level=draw(st.sampled_from(Level)).value,
            is_volunteer=draw(st.booleans()),
            is_active=draw(st.booleans()),
            is_relief=draw(st.booleans()),
            email=email,
            email_index=vault().index(email, "person.email") if email else None,
            phone=draw(st.sampled_from([None, "+1 604 555 0100", "-"])),
            wanted_minutes=wanted,
            maximum_minutes=draw(st.one_of(st.none(), st.integers(wanted or 0, 6000))),
            hours_dial=draw(st.sampled_from(Dial)).value,
            default_grade=draw(st.sampled_from(Grade)).value,
            created_at=app_clock.now(),
        )
        roles = draw(st.sets(st.sampled_from(["peer", "admin", "coordinator"]), min_size=1))
        person.role_rows = [PersonRole(role=role) for role in roles]
        for skill in draw(st.lists(st.sampled_from(skills), unique=True)):
            first, last = between(draw)
            person.skills.append(PersonSkill(id=new_id(), skill_id=skill.id, obtained_on=first, expires_on=last))
        people.append(person)
    times = []
    for person in people:
        seen = set()
        for _ in range(draw(st.integers(0, 2))):
            first, last = between(draw)
            on_date = draw(st.one_of(st.none(), DAYS))
            facts = {
                "on_date": on_date,
                "weekday": None if on_date else draw(st.integers(0, 6)),
                "every_weeks": 1 if on_date or not first else draw(st.integers(1, 4)),
                "starts_at": draw(TIME),
                "ends_at": draw(TIME),
                "starts_on": None if on_date else first,
                "ends_on": None if on_date else last,
            }
            if tuple(facts.values()) not in seen:
                seen.add(tuple(facts.values()))
                times.append(
                    Availability(id=new_id(), person_id=person.id, grade=draw(st.sampled_from(Grade)).value, **facts)
                )
    patterns = []
    for code in codes(draw, 2):
        nth = draw(st.one_of(st.none(), st.sampled_from([1, 5, -1])))
        first = draw(DAYS)
        weekdays = "".join(map(str, sorted(draw(st.sets(st.integers(0, 6), min_size=1)))))
        made = [PatternDemand(id=new_id(), **line) for line in lines(draw, skills)]
        patterns.append(
            Pattern(
                id=new_id(),
                code=code,
                site_id=draw(st.sampled_from(sites)).id,
                service_id=draw(st.sampled_from(services)).id,
                cycle=Cycle.MONTHLY if nth else Cycle.WEEKLY,
                weekdays=weekdays,
                every_weeks=draw(st.integers(1, 3)),
                nth=nth,
                starts_at=draw(TIME),
                ends_at=draw(TIME),
                starts_on=first,
                ends_on=draw(st.one_of(st.none(), st.dates(first, date(2028, 1, 1)))),
                trainee_seats=draw(SMALL),
                is_active=draw(st.booleans()),
                demands=made,
            )
        )
    published = draw(st.booleans())
    period = Period(
        id=new_id(),
        name=draw(NAME),
        starts_on=DAY_ONE,
        ends_on=DAY_ONE + timedelta(days=27),
        version=int(published),
        published_at=app_clock.now() - timedelta(minutes=draw(st.integers(0, 90 * 24 * 60))) if published else None,
        created_at=app_clock.now(),
    )
    shifts, assigned, taken = [], [], set()
    for _ in range(draw(st.integers(0, 4))):
        # Quarters of an hour in UTC around the hour that comes twice, and of any other day.
        start = draw(
            st.one_of(
                st.integers(0, 90).map(
                    lambda quarter: datetime(2026, 11, 1, 4, tzinfo=UTC) + timedelta(minutes=15 * quarter)
                ),
                st.integers(0, 27 * 24 * 60).map(
                    lambda minute: datetime(2026, 10, 19, 8, tzinfo=UTC) + timedelta(minutes=minute)
                ),
            )
        )
        day = app_clock.local(start).date()
        pattern = draw(st.sampled_from([None, *patterns]))
        if pattern and (pattern.id, day) in taken:
            pattern = None
        taken.add((pattern.id if pattern else None, day))
        made = [ShiftDemand(id=new_id(), **line) for line in lines(draw, skills)]
        shift = Shift(
            id=new_id(),
            site_id=draw(st.sampled_from(sites)).id,
            service_id=draw(st.sampled_from(services)).id,
            pattern_id=pattern.id if pattern else None,
            day_on=day,
            starts_at=start,
            ends_at=start + timedelta(minutes=draw(st.integers(1, 24 * 60))),
            trainee_seats=draw(SMALL),
            note=draw(st.one_of(st.none(), NAME)),
            is_edited=draw(st.booleans()),
            cancelled_at=draw(st.sampled_from([None, app_clock.now()])),
            demands=made,
        )
        shifts.append(shift)
        for person in draw(st.lists(st.sampled_from(people), unique=True, max_size=2)):
            accepted, declined = draw(st.sampled_from([(None, None), (app_clock.now(), None), (None, app_clock.now())]))
            told = as_told(shift)
            if draw(st.booleans()):
                told["told_starts_at"] -= timedelta(minutes=draw(st.integers(0, 120)))
                told["told_ends_at"] += timedelta(minutes=draw(st.integers(0, 120)))
                told["told_site_id"] = draw(st.sampled_from(sites)).id
            assigned.append(
                Assignment(
                    id=new_id(),
                    shift_id=shift.id,
                    person_id=person.id,
                    assigned_at=app_clock.now(),
                    accepted_at=accepted,
                    declined_at=declined,
                    is_taken_late=draw(st.booleans()),
                    **told,
                )
            )
    return [skills, sites, services, people, times, patterns, [period], shifts, assigned]


def empty() -> None:
    """Take every row out of every table, the ledger's too, which would refuse."""
    if db.engine.dialect.name == "sqlite":
        for name in db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    for table in reversed(migrate.metadata().sorted_tables):
        db.session.execute(sa.delete(table))
    db.session.commit()
    db.session.expunge_all()


def export() -> dict[str, str]:
    _, data = queries.export_everything(ADMIN)
    db.session.rollback()
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def bring_in(files: dict[str, str]) -> Any:
    from app.transfer.files import write_zip

    full = [(name, text.encode()) for name, text in files.items() if text.count("\r\n") > 1]
    sheets, passed = queries.read_file("everything", "everything.zip", write_zip(full), ADMIN)
    assert not passed
    return make_plan(db.session, sheets, ADMIN)


def standing() -> list[Any]:
    """Who is on which shift, what they said to it, and what they know of it."""
    query = (
        sa.select(Person.code, Assignment.shift_id, Assignment.accepted_at, Assignment.declined_at)
        .add_columns(Assignment.told_starts_at, Assignment.told_ends_at, Site.code, Assignment.is_taken_late)
        .join(Person, Person.id == Assignment.person_id)
        .join(Site, Site.id == Assignment.told_site_id)
        .order_by(Person.code, Assignment.shift_id)
    )
    return [(*row[:2], bool(row[2]), bool(row[3]), *row[4:]) for row in db.session.execute(query)]


def there_and_back() -> None:
    first, before = export(), standing()
    same = bring_in(first)
    db.session.rollback()
    assert [(file.kind.name, bad) for file, bad in same.bad] == []
    assert [(file.kind.name, change) for file, change in same.changes] == []
    assert not same.is_needed
    empty()
    plan = bring_in(first)
    assert [(file.kind.name, bad) for file, bad in plan.bad] == []
    write_plan(db.session, plan)
    db.session.commit()
    assert export() == first
    assert standing() == before


@settings(max_examples=max(10, settings().max_examples // 8))
@given(data=st.data())
def test_any_group_comes_back_as_it_was(app, data):
    empty()
    for rows in data.draw(groups()):
        db.session.add_all(rows)
        db.session.flush()
    db.session.commit()
    there_and_back()


@pytest.mark.settled
@pytest.mark.parametrize("database", ["sqlite"])
def test_the_demo_group_comes_back_as_it_was(app, database):
    there_and_back()


@given(
    st.lists(
        st.lists(
            st.one_of(NAME, st.text(st.characters(exclude_categories=("Cs",)), max_size=9)), min_size=2, max_size=2
        ),
        max_size=4,
    )
)
def test_no_cell_is_taken_for_a_formula_and_each_reads_back(rows):
    text = "".join(write_csv(["a", "b"], rows)).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[unguard(cell) for cell in row] for row in read] == rows
    for row in read:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(NAME)
def test_guarding_twice_is_undone_twice(cell):
    assert unguard(guard(cell)) == cell
    assert unguard(unguard(guard(guard(cell)))) == cell
