"""Whatever is tapped by whom, in any order and with any page however old: one row a place, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attendance import queries, services
from app.attendance.models import Attendance, AttendanceCorrection, AttendanceState, NotedVia
from app.attendance.services import Noting, Times
from app.database import db
from app.editing import Outdated, Refused, Saved
from tests.support.pages import end_transaction

STEPS = {
    "arrive": {None: "here", "void": "here", "absent": "here"},
    "leave": {"here": "left"},
    "absent": {None: "absent", "void": "absent"},
    "take-back": {"left": "here", "here": "void", "absent": "void"},
}
acts = st.tuples(
    st.sampled_from(["arrive", "leave", "absent", "take-back", "correct", "wait", "close"]),
    st.sampled_from([NotedVia.PHONE, NotedVia.LEAD, NotedVia.COORDINATOR]),
    st.sampled_from([0, 0, 0, 1, 2]),
)


def row():
    end_transaction()
    return db.session.scalar(sa.select(Attendance))


def done(town, clock, act, via, age):
    """Do one thing with a page that is `age` versions old; what it answered."""
    now = row()
    noting = Noting(town.robin if via == NotedVia.COORDINATOR else town.lee, via, (now.version if now else 0) - age)
    if act == "correct" and now is not None:
        times = Times(AttendanceState.LEFT, clock() - timedelta(minutes=9), clock())
        return services.correct(now.id, times, "Why not.", noting.version, town.robin)
    if act == "take-back" and now is not None:
        return services.take_back(now.id, noting)
    does = {"arrive": services.arrive, "leave": services.leave, "absent": services.note_absent}
    return does[act](town.day, town.ana, noting) if act in does else None


@settings(max_examples=max(15, settings().max_examples // 4))
@given(st.lists(acts, max_size=12))
def test_one_row_a_place_and_every_version_is_kept_or_made_by_one_act(town, clock, program):
    end_transaction()
    db.session.execute(sa.delete(AttendanceCorrection))
    db.session.execute(sa.delete(Attendance))
    db.session.commit()
    for act, via, age in program:
        before = row()
        was = (before.state, before.version) if before else (None, 0)
        if act == "wait":
            clock.move(minutes=3)
            continue
        if act == "close":
            services.close_forgotten(None)
        answer = done(town, clock, act, via, age)
        after = row()
        now = (after.state, after.version) if after else (None, 0)
        assert now[1] - was[1] in {0, 1}
        if isinstance(answer, Refused | Outdated):
            assert now == was
        if isinstance(answer, Saved) and now != was and act in STEPS:
            assert now[0] == STEPS[act].get(was[0], STEPS[act].get("void"))
        kept = db.session.scalars(sa.select(AttendanceCorrection.version)).all()
        assert len(kept) == len(set(kept))
        assert all(version < now[1] for version in kept)
        assert len(queries.worked_records()) <= (now[0] == "left")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attendance)) <= 1
