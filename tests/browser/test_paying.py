"""A Friday night: a treasurer pays people in cash, another says yes on a telephone, a person sees their statement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.app.pay.purse import Purse

pytestmark = pytest.mark.browser


@pytest.fixture
def purse(bare_app, clock):
    """Ana and Bo have worked."""
    with bare_app.app_context():
        made = Purse(clock)
        for each in (made.ana, made.bo):
            made.work(each, ended=timedelta(hours=26))
    return made


@pytest.mark.parametrize(("size", "javascript"), [("desktop", True), ("phone", True), ("phone", False)])
def test_a_treasurer_pays_in_cash_with_two_others(visit, axe, purse, size, javascript):
    page = visit("/pay/", as_=purse.toni, size=size, javascript=javascript)
    other = visit("/pay/approve", as_=purse.robin, size="phone", javascript=javascript)

    def looked_at(seen) -> None:
        if javascript:
            axe(seen)

    looked_at(page)
    page.get_by_role("button", name="Pay all 2 in cash").click()
    page.get_by_role("heading", name="Needs approval").wait_for()
    looked_at(page)
    other.reload()
    looked_at(other)
    other.get_by_role("button", name="Approve these 2").click()
    other.get_by_role("heading", name="Nothing waits for you").wait_for()
    for name in ("Ana", "Bo"):
        page.goto("/pay/payments")
        page.get_by_role("link", name=name).first.click()
        looked_at(page)
        page.get_by_role("button", name="Count out $100.00").click()
        page.get_by_role("heading", name="Take $100.00").wait_for()
        looked_at(page)
        page.get_by_label("Their initials").fill(name[0])
        page.get_by_label("Who saw it?").select_option(label="Robin")
        page.get_by_role("button", name="They have it").click()
        page.get_by_text(f"{name} has $100.00").wait_for()
    page.goto("/pay/")
    page.get_by_role("heading", name="Nobody is owed anything").wait_for()
    looked_at(page)
    ana = visit("/pay/mine/statement", as_=purse.ana, size="phone", javascript=javascript)
    assert "Got" in ana.inner_text("main")
    looked_at(ana)


def test_a_wrong_rate_is_refused_beside_its_field(visit, axe, purse):
    page = visit("/pay/rates/add", as_=purse.toni, size="phone")
    page.get_by_label("How much?").fill("a lot")
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("Type an amount like 12.50.").first.wait_for()
    axe(page)
    assert page.get_by_label("How much?").input_value() == "a lot"
