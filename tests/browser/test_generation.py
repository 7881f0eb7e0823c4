"""A coordinator generates a roster: on a phone and at a desk, with JavaScript and without, by keyboard too."""

from __future__ import annotations

import contextlib
import threading

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app import jobs
from app.database import db
from app.demo import build
from app.people.models import Person
from app.roster import queries

pytestmark = pytest.mark.browser


@pytest.fixture
def extra_settings():
    """Short solves: what is tried here is the way, not the roster."""
    return {"EVENHAND_SOLVER_SECONDS": "8"}


@pytest.fixture
def robin(bare_app):
    """The demo group's coordinator; and its period that waits for a roster."""
    with bare_app.app_context():
        build.build()
        found = db.session.scalars(sa.select(Person.id).where(Person.code == "robin")).one(), queries.waiting_period()
        db.session.rollback()
    return found


@pytest.fixture
def worker(make_app):
    """Starts a worker, in a thread, when the test says so; it ends with the test."""
    app, stop, threads = make_app(), threading.Event(), []

    def work():
        while not stop.wait(0.2):
            with app.app_context(), contextlib.suppress(sa.exc.OperationalError):
                jobs.run_one("worker", jobs.SOLVE)

    def start():
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(60)


def test_a_coordinator_generates_a_roster_on_a_phone(robin, worker, visit, axe):
    person, period = robin
    page = visit("/rosters/", as_=person, size="phone")
    axe(page)
    page.locator(f"a[href='/rosters/{period}']").click()
    axe(page)
    page.get_by_role("link", name="Check what can be filled").click()
    axe(page)
    page.get_by_role("link", name="Go on: generate").click()
    page.get_by_text("Advanced").click()
    axe(page)
    page.get_by_label("Work on it for at most").fill("8")
    page.get_by_role("button", name="Generate").click()
    page.get_by_text("waiting for its turn").first.wait_for()
    axe(page)
    worker()
    page.get_by_text("lower is better").wait_for(timeout=60_000)  # the figures move by themselves
    axe(page)
    page.wait_for_url("**/drafts/*", timeout=90_000)  # and so does the page, when the draft is there
    page.get_by_text("How good is it?").wait_for()
    axe(page)
    page.get_by_role("link", name="Compare").click()
    axe(page)


def test_without_javascript_the_same_by_reloading(robin, worker, visit):
    person, period = robin
    page = visit(f"/rosters/{period}/generate", as_=person, javascript=False)
    page.get_by_role("button", name="Generate").click()
    page.get_by_text("waiting for its turn").first.wait_for()
    worker()
    page.wait_for_url("**/drafts/*", timeout=90_000)
    expect(page.get_by_text("Places filled").first).to_be_visible()


def test_it_is_stopped_by_keyboard_and_keeps_the_best(robin, worker, visit):
    person, period = robin
    page = visit(f"/rosters/{period}/generate", as_=person)
    page.get_by_role("button", name="Generate").press("Enter")
    worker()
    page.get_by_text("lower is better").wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop and keep the best so far").press("Enter")
    page.wait_for_url("**/drafts/*", timeout=60_000)
    expect(page.get_by_text("How good is it?")).to_be_visible()


def test_single_shifts_and_patterns_fit_every_screen(robin, visit, axe):
    person, period = robin
    for size in ("phone", "desktop"):
        page = visit("/rosters/add", as_=person, size=size)
        axe(page)
        for path in ("shifts", "shifts/add", "patterns", "one-offs", "edit", "delete"):
            page.goto(f"/rosters/{period}/{path}")
            axe(page)
