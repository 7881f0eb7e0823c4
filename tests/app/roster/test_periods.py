"""Periods and their shifts: made from patterns, brought up to date, changed by hand, copied."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from app.database import db
from app.editing import Outdated, Refused, Saved, locked
from app.people.models import Skill
from app.roster import planning, queries
from app.roster.models import Assignment, Period, Shift, as_told
from app.roster.patterns import Line, Step
from app.roster.planning import ShiftFacts
from app.sites.models import Pattern, Service, Site
from tests.app.roster.planned import FIRST, LAST, pattern
from tests.support.pages import Page


def shifts_of(period_id):
    db.session.expire_all()
    return queries.period_shifts(queries.period_of(period_id), with_cancelled=True)


def facts(town, day=date(2026, 12, 2), **changes):
    given = {
        "site_id": town.site,
        "service_id": town.service,
        "day_on": day,
        "starts_at": time(18),
        "ends_at": time(21),
        "trainee_seats": 0,
        "note": None,
        "lines": (Line(None, 1, 2, None),),
    }
    return ShiftFacts(**given | changes)


def follow(period_id, *pattern_ids):
    difference = queries.pattern_difference(queries.period_of(period_id))
    return planning.follow_patterns(period_id, pattern_ids, difference.fingerprint)


def test_a_period_gets_the_shifts_of_its_patterns(period):
    rows = shifts_of(period)
    assert [row.day_on.isoweekday() for row in rows] == [1, 3, 5, 6, 1, 3, 5, 6]
    night = rows[3]
    assert (night.starts_at, night.ends_at) == (
        datetime(2026, 12, 6, 6, tzinfo=UTC),
        datetime(2026, 12, 6, 14, tzinfo=UTC),
    )
    assert queries.period_of(period).name == "30 Nov to 13 Dec 2026"


def test_patterns_that_were_not_chosen_make_no_shifts(town):
    saved = planning.add_period("Quiet", FIRST, LAST, [town.night])
    assert {row.pattern_id for row in shifts_of(saved.id)} == {town.night}


def test_night_shifts_keep_their_wall_times_when_clocks_change(town):
    spring = planning.add_period(None, date(2027, 3, 8), date(2027, 3, 21), [town.night])
    lengths = [(row.ends_at - row.starts_at) / timedelta(hours=1) for row in shifts_of(spring.id)]
    assert lengths == [7, 8]  # the clocks go forward in the first night
    autumn = planning.add_period(None, date(2027, 11, 1), date(2027, 11, 14), [town.night])
    lengths = [(row.ends_at - row.starts_at) / timedelta(hours=1) for row in shifts_of(autumn.id)]
    assert lengths == [9, 8]


def test_cycles_of_patterns_are_followed(town):
    second = pattern(town, "second", "1", time(10), time(12), every_weeks=2)
    monthly = pattern(town, "monthly", "0", time(18), time(20), cycle="monthly", nth=1)
    saved = planning.add_period(None, FIRST, LAST, [second, monthly])
    assert [row.day_on for row in shifts_of(saved.id)] == [date(2026, 12, 7), date(2026, 12, 8)]


def test_two_periods_never_share_a_day(period):
    answer = planning.add_period(None, LAST, LAST + timedelta(days=7), [])
    assert isinstance(answer, Refused)
    assert "belong to the period" in answer.problems["starts_on"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Period)) == 1


def test_the_next_period_is_offered_after_the_last_one(period):
    assert queries.next_span() == (LAST + timedelta(days=1), LAST + timedelta(days=28))


def test_changed_patterns_are_shown_and_followed_only_when_asked(town, period):
    assert queries.pattern_difference(queries.period_of(period)).changes == ()
    day = db.session.get_one(Pattern, town.day)
    day.ends_at, day.weekdays = time(16), "02"
    db.session.commit()
    difference = queries.pattern_difference(queries.period_of(period))
    assert [change.step for change in difference.changes] == [
        Step.CHANGE, Step.CHANGE, Step.DROP, Step.CHANGE, Step.CHANGE, Step.DROP,
    ]  # fmt: skip
    assert difference.changes[0].what == ("times",)
    db.session.rollback()
    answer = follow(period, town.day)
    assert isinstance(answer, Saved)
    assert answer.words == "0 added, 4 changed, 2 taken out."
    assert [row.day_on.isoweekday() for row in shifts_of(period)] == [1, 3, 6, 1, 3, 6]
    assert queries.pattern_difference(queries.period_of(period)).changes == ()


def test_a_difference_that_changed_meanwhile_is_shown_again(town, period):
    pattern(town, "more", "1", time(9), time(12))
    seen = queries.pattern_difference(queries.period_of(period)).fingerprint
    pattern(town, "yet-more", "3", time(9), time(12))
    answer = planning.follow_patterns(period, [town.day], seen)
    assert isinstance(answer, Refused)
    assert len(shifts_of(period)) == 8


def test_what_a_person_changed_or_called_off_stays_when_patterns_are_followed(town, period):
    edited, off = shifts_of(period)[0], shifts_of(period)[1]
    version = db.session.get_one(Shift, edited.id).version
    changed = facts(town, edited.day_on, starts_at=time(8), ends_at=time(12))
    assert isinstance(planning.edit_shift(period, edited.id, changed, version), Saved)
    assert isinstance(planning.call_off(period, off.id), Saved)
    difference = queries.pattern_difference(queries.period_of(period))
    assert difference.changes == ()
    assert (difference.kept_edited, difference.kept_off) == (1, 1)
    planning.bring_back(period, off.id)
    assert all(row.cancelled_at is None for row in shifts_of(period))


def test_a_change_by_hand_in_the_same_moment_is_not_overwritten_by_a_pattern(town, period, make_app):
    db.session.get_one(Pattern, town.day).ends_at = time(16)
    db.session.commit()
    shift_id = next(row.id for row in shifts_of(period) if row.pattern_id == town.day)
    seen = queries.pattern_difference(queries.period_of(period)).fingerprint
    db.session.rollback()
    app, held, answers = make_app(), threading.Event(), []

    def by_hand():
        with app.app_context():
            locked(Shift, shift_id).note = "Bring the key"
            db.session.flush()
            held.set()
            changed = facts(town, FIRST, starts_at=time(8), ends_at=time(12))
            answers.append(planning.edit_shift(period, shift_id, changed, db.session.get_one(Shift, shift_id).version))

    hand = threading.Thread(target=by_hand)
    hand.start()
    assert held.wait(20)
    answer = planning.follow_patterns(period, [town.day], seen)
    hand.join(20)
    assert isinstance(answers[0], Saved)
    assert isinstance(answer, Refused)
    db.session.expire_all()
    assert db.session.get_one(Shift, shift_id).is_edited


def test_a_dropped_shift_that_people_know_of_is_called_off_and_kept(town, period, clock):
    night = next(row for row in shifts_of(period) if row.pattern_id == town.night)
    db.session.add(Assignment(shift_id=night.id, person_id=town.people[0], assigned_at=clock(), **as_told(night)))
    db.session.get_one(Pattern, town.night).is_active = False
    db.session.commit()
    assert isinstance(follow(period, town.night), Saved)
    left = [row for row in shifts_of(period) if row.pattern_id == town.night]
    assert [(row.id, row.cancelled_at is not None) for row in left] == [(night.id, True)]


def test_shifts_that_have_begun_are_left_alone(town, period, clock):
    clock.set(datetime(2026, 12, 8, 18, tzinfo=UTC))
    db.session.get_one(Pattern, town.day).ends_at = time(16)
    db.session.commit()
    days = {change.day_on for change in queries.pattern_difference(queries.period_of(period)).changes}
    assert days == {date(2026, 12, 9), date(2026, 12, 11)}


def test_single_shifts_are_added_changed_and_guarded_against_a_second_hand(town, period):
    saved = planning.add_shift(period, facts(town, ends_at=time(2), note="Bring the van key"))
    shift = db.session.get_one(Shift, saved.id)
    assert shift.ends_at - shift.starts_at == timedelta(hours=8)
    assert shift.pattern_id is None
    version = shift.version
    assert isinstance(planning.edit_shift(period, saved.id, facts(town), version), Saved)
    assert isinstance(planning.edit_shift(period, saved.id, facts(town), version), Outdated)
    assert isinstance(planning.add_shift(period, facts(town, day=LAST + timedelta(days=1))), Refused)


def test_single_shifts_of_the_period_before_are_copied_once(town, period):
    planning.add_shift(period, facts(town))
    later = planning.add_period(None, LAST + timedelta(days=1), LAST + timedelta(days=14), [])
    now, before = queries.period_of(later.id), queries.period_of(period)
    copies = planning.copies_of(now, before)
    assert [copy.day_on for copy in copies] == [date(2026, 12, 16)]
    assert planning.copy_one_offs(later.id, [copy.shift_id for copy in copies]).words == "1 shift copied."
    assert planning.copy_one_offs(later.id, [copy.shift_id for copy in copies]).words == "0 shifts copied."
    assert len(shifts_of(later.id)) == 1


def test_a_period_is_deleted_with_its_shifts_but_never_a_published_one(period, clock):
    db.session.get_one(Period, period).published_at = clock()
    db.session.commit()
    assert isinstance(planning.delete_period(period), Refused)
    db.session.get_one(Period, period).published_at = None
    db.session.commit()
    assert isinstance(planning.delete_period(period), Saved)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Shift)) == 0


def test_a_kind_of_work_out_of_use_makes_no_shifts(town, period):
    db.session.get_one(Service, town.service).is_active = False
    db.session.commit()
    steps = {change.step for change in queries.pattern_difference(queries.period_of(period)).changes}
    assert steps == {Step.DROP}
    assert queries.pattern_cards() == []


def test_a_shift_saved_as_it_was_shown_keeps_its_instants(town, period):
    # The second 01:30 of the night when clocks go back; and the shift is longer than a day.
    saved = planning.add_period(None, date(2027, 11, 1), date(2027, 11, 14), [])
    starts, ends = datetime(2027, 11, 7, 9, 30, tzinfo=UTC), datetime(2027, 11, 8, 20, tzinfo=UTC)
    shift = Shift(site_id=town.site, service_id=town.service, day_on=date(2027, 11, 7), starts_at=starts, ends_at=ends)
    db.session.add(shift)
    db.session.commit()
    shown = dict(zip(("starts_at", "ends_at"), planning.wall_times(shift), strict=True))
    assert shown == {"starts_at": time(1, 30), "ends_at": time(12)}
    again = facts(town, date(2027, 11, 7), note="Bring a torch", **shown)
    assert isinstance(planning.edit_shift(saved.id, shift.id, again, shift.version), Saved)
    assert (shift.starts_at, shift.ends_at, shift.note) == (starts, ends, "Bring a torch")


def test_two_who_rename_one_period_lose_nothing(period):
    seen = planning.mark_of(queries.period_of(period))
    assert isinstance(planning.edit_period(period, "Advent", FIRST, LAST, seen), Saved)
    assert isinstance(planning.edit_period(period, "Winter", FIRST, LAST, seen), Outdated)
    assert queries.period_of(period).name == "Advent"


def test_who_stands_on_a_shift_called_off_or_moved_is_not_told_until_publishing(town, period, clock):
    off, moved, same = shifts_of(period)[:3]
    for number, each in enumerate((off, moved, same, moved)):
        place = {"shift_id": each.id, "person_id": town.people[number], "assigned_at": clock()}
        db.session.add(Assignment(**place, **as_told(each)))
    db.session.commit()
    assert not queries.untold_changes(queries.period_of(period))
    planning.call_off(period, off.id)
    version = db.session.get_one(Shift, moved.id).version
    planning.edit_shift(period, moved.id, facts(town, moved.day_on), version)
    assert queries.untold_changes(queries.period_of(period)) == queries.Untold(off=1, moved=1, people=3)
    assert queries.untold_changes(queries.period_of(period), off.id) == queries.Untold(off=1, moved=0, people=1)


class TestPages:
    def test_a_coordinator_plans_a_period(self, town, as_):
        robin = as_(town.robin)
        assert "No period yet" in robin.get("/rosters/").text
        form = robin.page("/rosters/add").form()
        made = robin.post("/rosters/add", data=form.filled(), follow_redirects=True)
        assert "The period is there. 16 shifts made from patterns." in made.text
        assert "Check what can be filled" in made.text
        again = robin.post("/rosters/add", data=form.filled())
        assert again.status_code == 422
        assert "belong to the period" in again.text

    def test_days_in_the_wrong_order_are_told_beside_the_field(self, town, as_):
        robin = as_(town.robin)
        form = robin.page("/rosters/add").form()
        answer = robin.post("/rosters/add", data=form.filled(starts_on="2026-12-20", ends_on="2026-12-01"))
        assert answer.status_code == 422
        assert "The last day comes before the first." in answer.text

    def test_a_single_shift_with_a_wrong_line_is_refused_in_words(self, town, period, as_):
        robin = as_(town.robin)
        path = f"/rosters/{period}/shifts/add"
        form = robin.page(path).form()
        filled = form.filled(day_on="2026-12-03", starts_at="18:00", ends_at="21:00", minimum="3", target="2")
        answer = robin.post(path, data=filled)
        assert answer.status_code == 422
        assert "Fewer than needed to run." in answer.text
        good = robin.post(path, data=filled | {"target": "3"}, follow_redirects=True)
        assert "The shift is added." in good.text

    def test_a_shift_is_changed_called_off_and_brought_back(self, town, period, as_):
        robin = as_(town.robin)
        shift = shifts_of(period)[0]
        path = f"/rosters/{period}/shifts/{shift.id}"
        form = robin.page(path).form("")
        changed = robin.post(path, data=form.filled(ends_at="16:30"), follow_redirects=True)
        assert "The shift is changed." in changed.text
        assert "16:30" in changed.text
        late = robin.post(path, data=form.filled(ends_at="17:30"))
        assert late.status_code == 409
        off = robin.submit(path, f"{path}/call-off")
        assert "Called off" in off.text
        back = robin.submit(f"/rosters/{period}/shifts", f"{path}/bring-back")
        assert "Called off" not in back.text

    def test_a_shift_keeps_what_is_out_of_use_when_something_else_is_changed(self, town, period, as_):
        skill = Skill(code="van", name="Van driver")
        db.session.add(skill)
        db.session.commit()
        line = (Line(None, 1, 2, None), Line(skill.id, 1, 1, None))
        saved = planning.add_shift(period, facts(town, lines=line))
        for model, row_id in ((Skill, skill.id), (Site, town.site), (Service, town.service)):
            db.session.get_one(model, row_id).is_active = False
        db.session.commit()
        done = as_(town.robin).submit(f"/rosters/{period}/shifts/{saved.id}", "", note="Key is with Ana")
        assert "The shift is changed." in done.body_text
        shift = db.session.get_one(Shift, saved.id)
        assert [each.skill_id for each in shift.demands] == [None, skill.id]
        assert (shift.site_id, shift.service_id) == (town.site, town.service)

    def test_whoever_saves_a_shift_second_sees_what_differs_and_may_keep_theirs(self, town, period, as_):
        one, other = as_(town.robin), as_(town.sam)
        path = f"/rosters/{period}/shifts/{shifts_of(period)[0].id}"
        form = one.page(path).form("")
        other.submit(path, "", note="Theirs")
        late = one.post(path, data=form.filled(note="Mine"))
        assert late.status_code == 409
        assert "theirs is “Theirs”, yours is “Mine”" in Page(late.text).body_text
        done = one.post(path, data=Page(late.text).form("").filled(), follow_redirects=True)
        assert "The shift is changed." in done.text

    def test_whoever_renames_a_period_second_sees_what_differs_and_may_keep_theirs(self, town, period, as_):
        one, other = as_(town.robin), as_(town.sam)
        path = f"/rosters/{period}/edit"
        form = one.page(path).form()
        other.submit(path, name="Theirs")
        late = one.post(path, data=form.filled(name="Mine"))
        assert late.status_code == 409
        assert "theirs is “Theirs”, yours is “Mine”" in Page(late.text).body_text
        assert one.post(path, data=Page(late.text).form().filled()).status_code == 302

    def test_a_shift_called_off_after_publishing_says_who_must_still_be_told(self, town, period, as_, clock):
        shift = shifts_of(period)[0]
        db.session.get_one(Period, period).published_at = clock()
        db.session.add(Assignment(shift_id=shift.id, person_id=town.people[0], assigned_at=clock(), **as_told(shift)))
        db.session.commit()
        robin = as_(town.robin)
        off = robin.submit(f"/rosters/{period}/shifts/{shift.id}", f"/rosters/{period}/shifts/{shift.id}/call-off")
        assert "1 person is on it and not told yet" in off.body_text
        assert "The person on it was not told." in robin.page(f"/rosters/{period}").body_text

    def test_changed_patterns_are_followed_from_the_page(self, town, period, as_):
        pattern(town, "more", "1", time(9), time(12))
        robin = as_(town.robin)
        path = f"/rosters/{period}/patterns"
        form = robin.page(path).form()
        assert "patterns" in form.values
        done = robin.post(path, data=form.filled(), follow_redirects=True)
        assert "2 added, 0 changed, 0 taken out." in done.text
