"""Generating a roster: asked for once, told while it goes on, stopped, cancelled, taken up again, failed, retried."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import jobs
from app.database import db
from app.people.models import Person, PersonSkill, Skill
from app.roster import drafts, gaps, generation, queries, runs
from app.roster.facts import Keep, read_problem
from app.roster.models import Assignment, Draft, DraftAssignment, DraftState, Period, Run, RunState, Shift, as_told
from app.roster.planning import call_off
from app.sites.models import Service, ServiceNeed
from scheduling import Roster
from tests.app.roster.planned import FIRST
from tests.support.pages import end_transaction


def ask(period_id, **how):
    asked = runs.request_run(period_id, **{"seconds": 5, "keep": Keep.PUBLISHED, "seed": 1} | how)
    assert asked is not None
    return asked.run_id


def work():
    assert jobs.run_due(jobs.SOLVE) >= 1
    db.session.rollback()
    db.session.expire_all()


def pairs_of(draft_id):
    db.session.rollback()
    return {(row.shift_id, row.person_id) for row in queries.draft_assignments(draft_id)}


def test_a_roster_is_generated_as_a_draft_with_all_its_figures(town, period):
    run_id = ask(period)
    work()
    run = db.session.get_one(Run, run_id)
    assert run.state == RunState.DONE
    assert run.best is None
    draft = db.session.get_one(Draft, run.draft_id)
    result = draft.result
    assert (result["filled"], result["wanted"]) == (16, 16)
    assert 0 <= result["bound"] <= result["objective"]
    assert result["objective"] == sum(result["prices"].values())
    assert result["seed"] == 1
    figures = gaps.figures_of(read_problem(period, draft.id))
    assert figures.price == result["objective"]
    assert figures.forbidden == 0
    assert figures.open == ()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 0  # a draft changes nobody's shifts


def test_what_nobody_can_fill_stays_open_and_is_told_before_and_after(town, period):
    for person in db.session.scalars(sa.select(Person).where(Person.id.in_(town.people[1:]))):
        person.is_active = False
    db.session.commit()
    short = gaps.short_places(read_problem(period))
    assert {each.label.site for each in short} == {"Harbour House"}
    assert {(each.target, each.able) for each in short} == {(2, 1)}
    db.session.rollback()
    run_id = ask(period)
    work()
    draft_id = db.session.get_one(Run, run_id).draft_id
    figures = gaps.figures_of(read_problem(period, draft_id))
    assert 0 < figures.filled < figures.wanted == 16
    assert figures.open
    assert all(each.words for each in figures.open)


def test_nobody_without_what_everyone_must_hold_that_day_is_put_on_a_shift(town, period):
    skill = Skill(code="aid", name="First aid", is_certificate=True)
    db.session.add(skill)
    db.session.flush()
    db.session.get_one(Service, town.service).needs = [ServiceNeed(skill_id=skill.id)]
    ends = (None, FIRST + timedelta(days=4))
    held = [
        PersonSkill(person_id=each, skill_id=skill.id, expires_on=end)
        for each, end in zip(town.people, ends, strict=False)
    ]
    db.session.add_all(held)
    db.session.commit()
    reasons = {reason.words for short in gaps.short_places(read_problem(period)) for reason in short.reasons}
    assert reasons == {"Certificates valid on the day"}
    db.session.rollback()
    run_id = ask(period)
    work()
    found = pairs_of(db.session.get_one(Run, run_id).draft_id)
    last = {person: max(db.session.get_one(Shift, s).day_on for s, p in found if p == person) for _, person in found}
    assert set(last) == set(town.people[:2])
    assert last[town.people[1]] <= ends[1]


def test_a_dial_turned_down_or_up_moves_what_a_person_wants(town, period):
    for person_id, dial in zip(town.people, ("fewer", "same", "more", "more"), strict=True):
        db.session.get_one(Person, person_id).hours_dial = dial
    db.session.get_one(Person, town.people[2]).maximum_minutes = 1300
    db.session.get_one(Person, town.people[3]).wanted_minutes = None
    db.session.commit()
    worker = read_problem(period).problem.worker
    wanted = [worker[each].contract.wanted_minutes for each in town.people]
    assert wanted == [2 * 900, 2 * 1200, 2 * 1300, 2 * 1500]  # two weeks


def test_a_second_wish_for_a_roster_meets_the_first(town, period):
    first = runs.request_run(period, seconds=5, keep=Keep.PUBLISHED)
    second = runs.request_run(period, seconds=5, keep=Keep.PUBLISHED)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.run_id == second.run_id
    work()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 1
    assert runs.request_run(period, seconds=5, keep=Keep.PUBLISHED).is_new


def test_many_coordinators_at_once_ask_for_one_roster(town, period, make_app):
    end_transaction()
    app, found, ready = make_app(), [], threading.Barrier(6)

    def one():
        with app.app_context():
            ready.wait(10)
            found.append(runs.request_run(period, seconds=5, keep=Keep.PUBLISHED))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({each.run_id for each in found}) == 1
    assert [each.is_new for each in found].count(True) == 1


def test_cancelling_leaves_nothing(town, period):
    run_id = ask(period)
    assert runs.cancel_run(run_id)
    work()
    assert db.session.get_one(Run, run_id).state == RunState.CANCELLED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0
    assert not runs.cancel_run(run_id)
    assert not runs.stop_run(run_id)


@pytest.fixture
def slow_solver(monkeypatch):
    """A solver that has found a first roster and goes on until it is told to stop; `meanwhile` happens then."""
    real, hook = generation.solve, SimpleNamespace(meanwhile=lambda: None, hints=[], stopped=False)
    monkeypatch.setattr(generation, "TELL_SECONDS", 0.05)

    def solve(problem, *, on_progress, should_stop, hint=None, **how):
        hook.hints.append(hint)
        found = real(problem, hint=hint, on_progress=on_progress, **how | {"seconds": 1})
        hook.meanwhile()
        waited = threading.Event()
        for _ in range(200):
            if should_stop():
                hook.stopped = True
                break
            waited.wait(0.05)
        return found

    monkeypatch.setattr(generation, "solve", solve)
    return hook


def elsewhere(app, act):
    """Do something as another process would, in a context of its own."""

    def done():
        def run():
            with app.app_context():
                act()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(10)

    return done


def test_stopping_keeps_the_best_so_far(town, period, make_app, slow_solver):
    run_id = ask(period)
    slow_solver.meanwhile = elsewhere(make_app(), lambda: runs.stop_run(run_id))
    work()
    assert slow_solver.stopped
    run = db.session.get_one(Run, run_id)
    assert run.state == RunState.DONE
    assert len(pairs_of(run.draft_id)) == 16


def test_cancelling_in_the_middle_ends_the_solver_and_leaves_nothing(town, period, make_app, slow_solver):
    run_id = ask(period)
    slow_solver.meanwhile = elsewhere(make_app(), lambda: runs.cancel_run(run_id))
    work()
    assert slow_solver.stopped
    assert db.session.get_one(Run, run_id).state == RunState.CANCELLED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_whoever_takes_a_run_up_again_goes_on_from_the_saved_best(town, period, slow_solver):
    run_id = ask(period)
    shift = db.session.scalars(sa.select(Shift.id).order_by(Shift.starts_at)).first()
    best = [[shift, town.people[0]]]
    db.session.execute(sa.update(Run).values(attempts=1, state="running", best=best, progress={"seconds": 4.5}))
    db.session.commit()
    slow_solver.meanwhile = lambda: db.session.rollback() or runs.stop_run(run_id)
    work()
    assert slow_solver.hints == [Roster([(town.people[0], shift)])]
    run = db.session.get_one(Run, run_id)
    assert (run.state, run.attempts) == (RunState.DONE, 2)
    assert db.session.get_one(Draft, run.draft_id).result["attempts"] == 2


def test_a_worker_that_lost_its_run_writes_nothing_any_more(town, period, make_app, slow_solver):
    run_id = ask(period)

    def taken_by_another():
        db.session.execute(sa.update(Run).where(Run.id == run_id).values(attempts=Run.attempts + 1))
        db.session.commit()

    slow_solver.meanwhile = elsewhere(make_app(), taken_by_another)
    work()
    assert slow_solver.stopped
    assert db.session.get_one(Run, run_id).state == RunState.RUNNING
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_a_run_that_kills_every_worker_is_given_up_in_words(town, period):
    run_id = ask(period)
    db.session.execute(sa.update(Run).values(attempts=generation.MOST_ATTEMPTS))
    db.session.commit()
    work()
    run = db.session.get_one(Run, run_id)
    assert (run.state, run.error) == (RunState.FAILED, generation.CRASHED)


def test_a_failed_solve_says_so_and_can_be_tried_again(town, period, as_, clock, monkeypatch):
    real = generation.solve
    monkeypatch.setattr(generation, "solve", lambda *_, **__: 1 / 0)
    robin = as_(town.robin)
    robin.submit(f"/rosters/{period}/generate", seconds="3")
    work()
    told = robin.page(f"/rosters/{period}")
    assert "Something went wrong while making this roster." in told.text
    run = queries.latest_run(period)
    assert "could not be made" in robin.page(f"/rosters/{period}/runs/{run.id}").title
    monkeypatch.setattr(generation, "solve", real)
    clock.move(minutes=1)
    robin.submit(f"/rosters/{period}/generate", seconds="3")
    work()
    assert queries.latest_run(period).state == RunState.DONE


def test_generating_again_from_a_draft_keeps_its_pins_and_changes_little(town, period):
    run_id = ask(period)
    work()
    draft_id = db.session.get_one(Run, run_id).draft_id
    before = pairs_of(draft_id)
    gone = next(iter(queries.period_shifts(queries.period_of(period)))).id
    pinned = min(pair for pair in before if pair[0] != gone)
    db.session.execute(
        sa.update(DraftAssignment)
        .where(DraftAssignment.shift_id == pinned[0], DraftAssignment.person_id == pinned[1])
        .values(is_pinned=True)
    )
    db.session.commit()
    call_off(period, gone)
    again = ask(period, keep=Keep.DRAFT, from_draft_id=draft_id)
    work()
    newer = db.session.get_one(Draft, db.session.get_one(Run, again).draft_id)
    assert newer.based_on_id == draft_id
    assert newer.number == 2
    after = pairs_of(newer.id)
    assert pinned in after
    assert after == {pair for pair in before if pair[0] != gone}
    assert db.session.get_one(DraftAssignment, (newer.id, *pinned)).is_pinned


def test_a_deleted_period_ends_its_run(town, period):
    ask(period)
    db.session.execute(sa.delete(Period))
    db.session.commit()
    work()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


class TestPages:
    def test_progress_is_told_and_leads_to_the_draft(self, town, period, as_):
        robin = as_(town.robin)
        waiting = robin.submit(f"/rosters/{period}/generate", seconds="3")
        assert waiting.title.startswith("A roster is being made")
        assert "Nobody works on rosters right now" in waiting.text
        assert waiting.one("noscript").one("meta")["http-equiv"] == "refresh"
        run_id = queries.run_going_on(period).id
        fragment = robin.get(f"/rosters/{period}/runs/{run_id}/progress")
        assert "waiting for its turn" in fragment.text
        work()
        ended = robin.get(f"/rosters/{period}/runs/{run_id}/progress")
        assert ended.headers["HX-Redirect"].endswith(f"/runs/{run_id}")
        draft = robin.page(f"/rosters/{period}/runs/{run_id}")
        assert "16 of 16" in draft.text
        assert "No place is open" in draft.text
        assert "Price by rule" in draft.text

    def test_work_taken_up_again_is_told(self, town, period, as_):
        run_id = ask(period)
        told = {"filled": 3, "wanted": 16, "price": 900, "bound": 100, "gap": 0.5, "seconds": 4.0, "at": 0}
        db.session.execute(sa.update(Run).values(attempts=2, state="running", progress=told))
        db.session.commit()
        page = as_(town.robin).page(f"/rosters/{period}/runs/{run_id}")
        assert "The work was taken up again" in page.text
        assert "3 of 16" in page.text

    def test_a_second_coordinator_is_led_to_the_work_that_goes_on(self, town, period, as_):
        robin, sam = as_(town.robin), as_(town.sam)
        form = sam.page(f"/rosters/{period}/generate").form()
        robin.submit(f"/rosters/{period}/generate")
        answer = sam.post(f"/rosters/{period}/generate", data=form.filled(), follow_redirects=True)
        assert "A roster is being made for this period already." in answer.text
        assert "Asked for by Robin" in answer.text
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Run)) == 1

    def test_the_progress_page_asks_the_database_little(self, town, period, as_):
        robin, run_id = as_(town.robin), ask(period)
        path = f"/rosters/{period}/runs/{run_id}/progress"
        robin.get(path)
        asked = []
        engine = db.engine

        def count(connection, cursor, statement, *_):
            if not statement.startswith(("PRAGMA", "BEGIN", "SET")):
                asked.append(statement)

        sa.event.listen(engine, "before_cursor_execute", count)
        try:
            robin.get(path)
        finally:
            sa.event.remove(engine, "before_cursor_execute", count)
        assert len(asked) <= 5, asked

    def test_stop_and_cancel_are_buttons(self, town, period, as_):
        robin = as_(town.robin)
        robin.submit(f"/rosters/{period}/generate")
        run_id = queries.run_going_on(period).id
        path = f"/rosters/{period}/runs/{run_id}"
        told = robin.submit(path, f"{path}/cancel")
        assert "Cancelled. Nothing of it was kept." in told.text
        assert "This was cancelled" in robin.page(path).text

    def test_drafts_are_named_compared_put_away_and_brought_back(self, town, period, as_):
        for seed in (1, 2):
            ask(period, seed=seed, keep=Keep.NOTHING)
            work()
        _, second = sorted(queries.drafts_of(period), key=lambda each: each.number)
        robin = as_(town.robin)
        path = f"/rosters/{period}/drafts/{second.id}"
        named = robin.submit(path, path, name="With fewer nights")
        assert named.title.startswith("With fewer nights")
        compared = robin.page(f"{path}/compare")
        assert "With fewer nights and Draft 1" in compared.title
        assert "16 of 16" in compared.text
        published = robin.page(f"{path}/compare?with=published")
        assert len(published.all("tr")) > 4
        away = robin.submit(f"/rosters/{period}", f"{path}/put-away")
        assert "Put away (1)" in away.text
        back = robin.submit(f"/rosters/{period}", f"{path}/bring-back")
        assert "Put away (1)" not in back.text

    def test_a_draft_is_begun_by_hand_from_what_is_published(self, town, period, as_, clock):
        shift = db.session.scalars(sa.select(Shift.id)).first()
        told = as_told(db.session.get_one(Shift, shift))
        db.session.add(Assignment(shift_id=shift, person_id=town.people[0], assigned_at=clock(), **told))
        db.session.get_one(Period, period).published_at = clock()
        db.session.commit()
        page = as_(town.robin).submit(f"/rosters/{period}", f"/rosters/{period}/drafts")
        assert page.title.startswith("Draft 1")
        (draft,) = queries.drafts_of(period)
        assert pairs_of(draft.id) == {(shift, town.people[0])}

    def test_nonsense_seconds_are_refused_in_words(self, town, period, as_):
        page = as_(town.robin).submit(f"/rosters/{period}/generate", seconds="soon")
        assert page.title.startswith("Please check")
        assert queries.run_going_on(period) is None

    def test_a_published_draft_is_not_put_away(self, town, period, as_):
        ask(period)
        work()
        (draft,) = queries.drafts_of(period)
        draft.state = DraftState.PUBLISHED
        db.session.commit()
        assert drafts.discard_draft(draft.id).problems
