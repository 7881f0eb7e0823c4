"""What the made-up group noted on its days: who came when, other work, who is out just now, who learns what."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.attendance.models import Activity, Attendance, AttendanceCorrection, AttendanceState, Confirmation, NotedVia
from app.attendance.queries import weight_of
from app.database import db, new_id
from app.growth.models import SignOff
from app.outreach.models import Outing, OutingMember
from app.people.models import Person
from app.roster.models import Assignment, Shift
from app.sites.models import Site

SEED = 2026
ASK_DAYS = 6
TRAINED = ("Sam", "Eli", "Jamie", "Kit", "Oak")
MET = ("Alex", "Jo", "Lou", "Sol", "River")


def note_days(people: Mapping[str, Person], sites: Mapping[str, Site]) -> None:
    """Note everything up to this moment, in the caller's transaction."""
    chance = random.Random(SEED)  # noqa: S311 - a demo wants the same dice every time
    by_id = {person.id: person for person in people.values()}
    rows = db.session.execute(
        sa.select(Shift, Assignment.person_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .order_by(Shift.starts_at, Shift.id, Assignment.person_id)
    ).all()
    for shift, person_id in rows:
        if shift.starts_at <= clock.now():
            _note(shift, by_id[person_id], chance)
        else:
            _ask(shift, by_id[person_id], chance)
    _other_work(people, sites)
    _out_now(people, sites)
    _learning(people)


def _note(shift: Shift, person: Person, chance: random.Random) -> None:
    """Most come as planned, some a little late; a few of the last days are not noted yet."""
    now = clock.now()
    dice = chance.random()
    is_fresh = now - shift.ends_at < timedelta(days=2)
    if is_fresh and shift.ends_at <= now and dice < 0.06:  # noqa: PLR2004 - one in sixteen
        return
    late = timedelta(minutes=chance.randint(12, 35) if 0.06 <= dice < 0.14 else chance.randint(-6, 5))  # noqa: PLR2004
    early = timedelta(minutes=chance.randint(-9, 4))
    row = Attendance(
        id=new_id(),
        person_id=person.id,
        shift_id=shift.id,
        activity=Activity.SHIFT,
        level=person.level,
        demanding=weight_of(shift.service_id),
        day_on=shift.day_on,
        noted_via=NotedVia.PHONE if dice < 0.6 else NotedVia.KIOSK,  # noqa: PLR2004 - the rest at the tablet
        noted_by_id=person.id,
        created_at=shift.starts_at,
        changed_at=min(shift.ends_at, now),
        is_exact=False,
        version=1,
    )
    arrived_at = shift.starts_at + late
    if dice > 0.985:  # noqa: PLR2004 - one in seventy
        row.state, row.noted_via = AttendanceState.ABSENT, NotedVia.LEAD
    elif shift.ends_at > now:
        if arrived_at > now:
            return
        row.state, row.arrived_at, row.changed_at = AttendanceState.HERE, arrived_at, arrived_at
    else:
        row.state, row.arrived_at, row.left_at = AttendanceState.LEFT, arrived_at, shift.ends_at - early
    db.session.add(row)
    if 0.5 < dice < 0.51 and row.state == AttendanceState.LEFT:  # noqa: PLR2004 - a few were mended
        _mend(row, shift)


def _mend(row: Attendance, shift: Shift) -> None:
    db.session.flush()
    db.session.add(
        AttendanceCorrection(
            attendance_id=row.id,
            version=row.version,
            state=row.state,
            arrived_at=row.arrived_at,
            left_at=row.left_at,
            is_exact=False,
            noted_via=row.noted_via,
            noted_by_id=row.noted_by_id,
            reason="Stayed longer to tidy up.",
            by_id=None,
            at=shift.ends_at + timedelta(hours=15),
        )
    )
    row.left_at, row.is_exact = shift.ends_at + timedelta(minutes=30), True
    row.noted_via, row.noted_by_id = NotedVia.COORDINATOR, None


def _ask(shift: Shift, person: Person, chance: random.Random) -> None:
    if (shift.day_on - clock.today()).days > ASK_DAYS:
        return
    asked_at = clock.now() - timedelta(hours=chance.randint(14, 30))
    answered_at = asked_at + timedelta(hours=chance.randint(1, 12)) if chance.random() < 0.8 else None  # noqa: PLR2004
    said = {"for_starts_at": shift.starts_at, "asked_at": asked_at, "answered_at": answered_at}
    db.session.add(Confirmation(shift_id=shift.id, person_id=person.id, **said))


def _other_work(people: Mapping[str, Person], sites: Mapping[str, Site]) -> None:
    for names, activity, days, note in (
        (TRAINED, Activity.TRAINING, 16, "First aid, second day"),
        (MET, Activity.MEETING, 9, "Monthly meeting"),
    ):
        ends_at = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
        for name in names:
            db.session.add(
                Attendance(
                    person_id=people[name].id,
                    activity=activity,
                    site_id=sites["kitchen"].id,
                    level=people[name].level,
                    demanding=0,
                    note=note,
                    day_on=clock.local(ends_at - timedelta(hours=2)).date(),
                    arrived_at=ends_at - timedelta(hours=2),
                    left_at=ends_at,
                    state=AttendanceState.LEFT,
                    is_exact=True,
                    noted_via=NotedVia.COORDINATOR,
                    noted_by_id=people["Robin"].id,
                    created_at=ends_at,
                    changed_at=ends_at,
                )
            )


def _out_now(people: Mapping[str, Person], sites: Mapping[str, Site]) -> None:
    now = clock.now()
    outing = Outing(
        id=new_id(),
        site_id=sites["van"].id,
        route="Wharf Road, the underpass, back along Mill Lane",
        contact_name="Kim",
        contact_email=people["Kim"].email or "",
        contact_phone="555 0134",
        left_at=now - timedelta(minutes=50),
        due_at=now + timedelta(minutes=40),
        opened_by_id=people["Alex"].id,
    )
    outing.members = [OutingMember(person_id=people[name].id) for name in ("Alex", "Pat")]
    db.session.add(outing)


def _learning(people: Mapping[str, Person]) -> None:
    at = clock.now() - timedelta(days=12)
    for name, steps in {"Zia": ("worked-along", "call-help"), "Bo": ("worked-along",), "Max": ("house-rules",)}.items():
        for step in steps:
            db.session.add(SignOff(person_id=people[name].id, step=step, by_id=people["Robin"].id, at=at))
