"""A coordinator looks a draft over: drags people about, is told why not, does it by form and keyboard, publishes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app.database import db
from app.mail.models import OutgoingMail
from app.roster import drafts, planning
from app.roster.models import Assignment
from tests.app.review.hands import REASON, allow_few_hours, away, move, pairs_of, put
from tests.app.review.town import build_town, shift_on
from tests.app.roster.planned import FIRST, LAST

pytestmark = pytest.mark.browser

MONDAY, WEDNESDAY = 7, 9
WEEK = "from=2026-12-07"


@pytest.fixture
def town(bare_app):
    """The town with a draft in which Ana and Bo are on Monday and Cy is on Wednesday; Bo cannot come on Wednesday."""
    with bare_app.app_context():
        town = build_town()
        period = planning.add_period(None, FIRST, LAST, [town.day, town.night, town.walk]).id
        town.draft, town.period = drafts.begin_draft(period, drafts.Source.EMPTY).id, period
        town.monday, town.wednesday, town.pair = shift_on(MONDAY), shift_on(WEDNESDAY), shift_on(8)
        put(town.draft, (town.ana, town.monday), (town.bo, town.monday), (town.cy, town.wednesday), by=town.robin)
        away(town.bo, WEDNESDAY)
        db.session.rollback()
    town.there = lambda: _in(bare_app, lambda: pairs_of(town.draft))
    town.run = lambda act: _in(bare_app, act)
    return town


def _in(app, act):
    with app.app_context():
        found = act()
        db.session.rollback()
    return found


def drag(page, what, to):
    """Pick something up with the mouse, carry it, and let it go."""
    to.scroll_into_view_if_needed()
    what.scroll_into_view_if_needed()
    start, end = what.bounding_box(), to.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 6, steps=8)
    page.mouse.up()


def cell(page, name):
    """The cell or row that takes what is dropped on it."""
    return page.locator(f"#board [data-to='{name}']")


def test_a_name_is_dragged_to_the_shift_of_another_day_and_back_by_undo(town, visit):
    page = visit(f"/review/{town.draft}/?view=shifts&{WEEK}", as_=town.robin)
    drag(page, cell(page, town.monday).get_by_role("link", name="Ana"), cell(page, town.wednesday))
    page.get_by_text("Ana is now on Wed 9 Dec").wait_for()
    expect(cell(page, town.wednesday).get_by_role("link", name="Ana")).to_be_visible()
    assert (town.ana, town.wednesday) in town.there()
    page.get_by_role("button", name="Undo the last move").click()
    page.get_by_text("Everything is as it was before").wait_for()
    expect(cell(page, town.monday).get_by_role("link", name="Ana")).to_be_visible()
    drag(page, cell(page, town.monday).get_by_role("link", name="Ana"), cell(page, town.wednesday))  # and once more
    page.get_by_text("Ana is now on Wed 9 Dec").wait_for()


def test_a_drag_that_a_rule_forbids_says_why_and_changes_nothing(town, visit):
    page = visit(f"/review/{town.draft}/?view=shifts&{WEEK}", as_=town.robin)
    before = town.there()
    drag(page, cell(page, town.monday).get_by_role("link", name="Bo"), cell(page, town.wednesday))
    page.get_by_text("Not available for this shift.").wait_for()
    expect(page.get_by_text("It is not done")).to_be_visible()
    assert town.there() == before
    page.get_by_role("link", name="Go back").click()
    expect(cell(page, town.monday).get_by_role("link", name="Bo")).to_be_visible()


def test_a_shift_is_dragged_to_another_person_and_to_the_open_places(town, visit):
    page = visit(f"/review/{town.draft}/?view=people&{WEEK}", as_=town.robin)
    drag(page, cell(page, town.cy).locator("a.s"), cell(page, town.di))
    page.get_by_text("Di has Wed 9 Dec").wait_for()
    assert (town.di, town.wednesday) in town.there()
    drag(page, cell(page, town.di).locator("a.s"), cell(page, "open").locator("td").first)
    page.get_by_text("Di is no longer on Wed 9 Dec").wait_for()
    drag(page, cell(page, "open").locator("a.s").first, cell(page, town.eli))
    page.get_by_text("Eli is now on Tue 8 Dec").wait_for()


def test_a_click_on_a_name_opens_it_and_is_no_drag(town, visit):
    page = visit(f"/review/{town.draft}/?view=shifts&{WEEK}", as_=town.robin)
    cell(page, town.monday).get_by_role("link", name="Ana").click()
    expect(page.get_by_role("heading", name="Why Ana?")).to_be_visible()


def test_without_javascript_the_same_by_form(town, visit):
    page = visit(f"/review/{town.draft}/?view=shifts&{WEEK}", as_=town.robin, javascript=False)
    cell(page, town.monday).get_by_role("link", name="Bo").click()
    page.get_by_label("Move Bo to").select_option(town.wednesday)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Not available for this shift.")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    town.run(allow_few_hours)
    page.goto(f"/review/{town.draft}/shift/{town.wednesday}")
    page.get_by_role("button", name="Put on anyway Di").click()
    expect(page.get_by_text("Di would work 6 h in the week of Mon 7 Dec")).to_be_visible()
    page.get_by_label("Why do it anyway?").fill(REASON)
    page.get_by_role("button", name="Do it anyway").click()
    expect(page.get_by_text("Di is now on Wed 9 Dec")).to_be_visible()
    page.get_by_role("button", name="Undo the last move").click()
    assert (town.di, town.wednesday) not in town.there()
    town.run(lambda: allow_few_hours(week=2880))
    page.goto(f"/review/{town.draft}/at/{town.bo}/{town.monday}")
    page.get_by_role("button", name="Give to Di").click()
    expect(page.get_by_text("Di has Mon 7 Dec")).to_be_visible()
    page.get_by_role("button", name="Take off Di").click()
    expect(page.get_by_text("Di is no longer on")).to_be_visible()
    page.get_by_role("button", name="Put on Eli").click()
    assert town.there() == {(town.ana, town.monday), (town.eli, town.monday), (town.cy, town.wednesday)}


def test_with_the_keyboard_alone(town, visit):
    page = visit(f"/review/{town.draft}/?view=people&{WEEK}", as_=town.robin)
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('tr')?.dataset.to") == town.cy:
            break
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("s ")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Why Cy?").wait_for()
    box = page.get_by_label("Change places with")
    box.focus()
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Cy is now on Mon 7 Dec").wait_for()
    page.get_by_role("button", name="Undo the last move").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Everything is as it was before").wait_for()
    assert (town.cy, town.wednesday) in town.there()


def test_on_a_phone_the_days_are_a_list(town, visit, axe):
    page = visit(f"/review/{town.draft}/?{WEEK}", as_=town.robin, size="phone")
    axe(page)
    page.get_by_role("navigation", name="Days").get_by_role("link", name="Wed").click()
    page.get_by_role("link", name="09:00-15:00 Supplies").click()
    axe(page)
    page.get_by_role("button", name="Put on Di").click()
    page.get_by_text("Di is now on Wed 9 Dec").wait_for()
    page.get_by_role("link", name="Move or swap").first.click()
    axe(page)
    assert (town.di, town.wednesday) in town.there()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_axe_finds_nothing_serious_on_any_page_of_a_draft(town, visit, axe, size):
    town.run(lambda: put(town.draft, (town.ana, town.pair)))
    town.run(lambda: move(town.draft, "assign", town.bo, town.wednesday, town.robin, reason=REASON))
    draft = f"/review/{town.draft}"
    page = visit(f"{draft}/", as_=town.robin, size=size)
    pages = [f"?view={view}&{WEEK}" for view in ("people", "shifts", "day")] + ["?weeks=all", "open", "fairness"]
    pages += ["changes", "publish", f"person/{town.ana}", f"shift/{town.pair}", f"at/{town.bo}/{town.wednesday}"]
    for path in pages:
        page.goto(f"{draft}/{path}")
        for fold in page.locator("details.fold:not([open]) > summary").all():
            fold.click()
        axe(page)
    page.goto(f"{draft}/at/{town.ana}/{town.monday}")
    page.get_by_label("Move Ana to").select_option(town.wednesday)
    town.run(lambda: move(town.draft, "pin", town.cy, town.wednesday, town.sam))
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_text("Sam changed this draft").wait_for()
    axe(page)
    page.get_by_role("button", name="Do it now").click()
    page.get_by_text("Ana is now on Wed 9 Dec").wait_for()


def test_publishing_from_the_board_to_the_person_and_a_second_coordinator_is_told(town, visit, axe):
    late = visit(f"/review/{town.draft}/publish", as_=town.sam)
    page = visit(f"/review/{town.draft}/?{WEEK}", as_=town.robin)
    page.get_by_role("main").get_by_role("link", name="Publish").first.click()
    expect(page.get_by_text("Ana: 1 new")).to_be_visible()
    page.get_by_role("button", name="Publish draft 1").click()
    page.get_by_text("Published: 3 changes for 3 people. 3 mails are on the way.").wait_for()
    axe(page)
    sent = town.run(lambda: {row.recipient for row in db.session.scalars(sa.select(OutgoingMail))})
    assert sent == {f"{name}@example.org" for name in ("ana", "bo", "cy")}
    late.get_by_role("button", name="Publish draft 1").click()
    late.get_by_text("Robin published draft 1").wait_for()
    axe(late)
    late.get_by_role("link", name="See what was published").click()
    expect(late.get_by_text("Ana: 1 change")).to_be_visible()
    page.goto(f"/review/periods/{town.period}/publications")
    axe(page)
    mine = visit(f"/review/why/{town.monday}", as_=town.ana, size="phone")
    expect(mine.get_by_text("You said that you can come")).to_be_visible()
    axe(mine)
    rows = sa.select(Assignment.person_id, Assignment.shift_id)
    live = town.run(lambda: {tuple(row) for row in db.session.execute(rows)})
    assert live == town.there()
