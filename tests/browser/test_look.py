"""Every component in a real browser: both sizes, light and dark, axe, keyboard, dragging."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.support import styleguide

pytestmark = pytest.mark.browser
PAGES = ["parts", "board/people?rows=6", "board/shifts", "board/day", "agenda"]
LEAST_TARGET = 44


@pytest.fixture
def make_app(make_app: Callable[[], Flask]) -> Callable[[], Flask]:
    """Applications that also serve the pages with every component."""

    def make() -> Flask:
        made = make_app()
        styleguide.add_to(made)
        return made

    return make


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_axe_finds_nothing_serious_in_any_component(visit, axe, size, scheme):
    for path in PAGES:
        page: Page = visit(f"/styleguide/{path}", size=size)
        page.emulate_media(color_scheme=scheme)
        axe(page)


def test_buttons_and_links_of_the_frame_are_large_enough_for_a_thumb(visit):
    page: Page = visit("/styleguide/parts", size="phone")
    for box in page.locator("button:visible, .nav a:visible, summary:visible, .button:visible").all():
        size = box.bounding_box()
        assert size is not None
        assert size["height"] >= LEAST_TARGET - 0.5, box.inner_text()
        assert size["width"] >= LEAST_TARGET - 0.5, box.inner_text()


def test_the_rest_of_the_navigation_opens_on_a_phone_without_javascript(visit):
    page: Page = visit("/styleguide/parts", size="phone", javascript=False)
    rules = page.get_by_role("link", name="Rules")
    expect(rules).not_to_be_visible()
    page.locator("summary", has_text="More").click()
    expect(rules).to_be_visible()


def test_what_is_wrong_in_a_form_is_said_first_and_leads_to_the_field(visit, axe):
    page: Page = visit("/styleguide/parts", javascript=False)
    page.get_by_role("button", name="Save person").click()
    assert page.title().startswith("Please check")
    page.get_by_role("link", name="Wanted hours: Write a number.").click()
    assert page.evaluate("document.activeElement.id || location.hash") in ("hours", "#hours")
    field = page.get_by_label("Wanted hours")
    assert field.get_attribute("aria-invalid") == "true"
    assert "Write a number." in page.locator("#hours-error").inner_text()


def test_everything_is_reached_with_the_keyboard_and_seen_there(visit):
    page: Page = visit("/styleguide/parts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML")


def test_a_pill_dragged_to_another_person_sends_the_form_beside_it(visit):
    page: Page = visit("/styleguide/board/people")
    pill = page.locator("a.s").first
    target = page.locator("tr[data-to]").nth(4).locator("td").nth(1)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        pill.drag_to(target)
    body = sent.value.post_data or ""
    assert "what=shift0000000" in body
    assert "from=person000000" in body
    assert "to=person000004" in body


def test_a_click_on_a_pill_still_opens_it(visit):
    page: Page = visit("/styleguide/board/people")
    page.locator("a.s").first.click()
    page.wait_for_url("**/shifts/shift0000000")


def test_the_board_of_sixty_people_stays_small(bare_app):
    client = bare_app.test_client()
    for view in ("people", "shifts"):
        assert len(client.get(f"/styleguide/board/{view}").data) < 100_000


def test_the_board_prints_on_white_with_every_day(visit):
    page: Page = visit("/styleguide/board/people")
    page.emulate_media(media="print")
    expect(page.locator(".top")).not_to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.board')).overflowX") == "visible"
    assert page.evaluate("getComputedStyle(document.querySelector('a.s')).backgroundColor") == "rgb(255, 255, 255)"
