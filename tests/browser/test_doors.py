"""The first pages in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.access import Role
from tests.support.people import add_person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("javascript", [True, False])
def test_the_doors_open_on_every_device(visit, axe, size, javascript):
    page = visit("/", size=size, javascript=javascript)
    assert page.url.partition("?")[0].endswith("/sign-in")
    expect(page.locator("h1")).to_be_visible()
    if javascript:
        axe(page)


def test_a_person_signed_in_sees_their_name_and_leaves(visit, axe, bare_app):
    with bare_app.app_context():
        ana = add_person("Ana Costa", Role.COORDINATOR)
    page = visit("/", as_=ana)
    assert "Ana Costa" in page.inner_text("body")
    axe(page)
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in*")
    page.goto("/")
    assert "/sign-in" in page.url
