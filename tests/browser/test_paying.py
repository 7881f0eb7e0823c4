"""A Friday night: a treasurer pays people in cash, another says yes on a telephone, a person sees their statement."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.pay import accrual
from tests.app.pay.purse import FULL, Purse
from tests.support.people import add_person

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
        page.get_by_role("main").get_by_role("link", name=re.compile(rf"^{name}\b")).first.click()
        looked_at(page)
        page.get_by_role("button", name="Count out $100.00").click()
        page.get_by_role("heading", name="Take $100.00").wait_for()
        looked_at(page)
        page.get_by_label("Their initials").fill(name[0])
        page.get_by_label("Who saw it?").select_option(label="Kim")
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


@pytest.fixture(params=[("desktop", True), ("phone", False)], ids=["desktop", "phone-plain"])
def opened(request, visit, axe):
    """Open a page for somebody; `seen` looks it over once more, where JavaScript is on."""
    size, javascript = request.param

    def opened(path, as_):
        return visit(path, as_=as_, size=size, javascript=javascript)

    opened.seen = axe if javascript else lambda page: None
    return opened


def count_down(page, pieces) -> None:
    """Write down how many of each note and coin are in a box."""
    for piece, number in pieces.items():
        page.locator(f"[name=piece_{piece}]").fill(str(number))


def test_a_box_is_closed_one_note_short_and_nobody_is_blamed(opened, purse, bare_app):
    with bare_app.app_context():
        purse.pay(purse.ana)
    page = opened(f"/pay/boxes/{purse.box}", purse.toni)
    page.get_by_role("link", name="Count it").first.click()
    page.get_by_label("Close the box").check()
    count_down(page, FULL | {2000: FULL[2000] - 6})
    page.get_by_label("Who is with you").select_option(label="Robin")
    page.get_by_role("button", name="Write the count down").click()
    expect(page.get_by_text("$20.00 is missing").first).to_be_visible()
    page.get_by_label("If it does not agree").fill("Perhaps one too many on Tuesday.")
    page.get_by_role("button", name="Write the count down").click()
    expect(page.get_by_text("$20.00 off").first).to_be_visible()
    opened.seen(page)


def test_a_wrong_payment_is_taken_back_with_a_reason(opened, purse, bare_app):
    with bare_app.app_context():
        payout_id = purse.pay(purse.ana)
    page = opened(f"/pay/payments/{payout_id}", purse.toni)
    page.get_by_role("link", name="This was wrong").click()
    page.get_by_label("Why?").fill("It was not hers.")
    page.get_by_label("Who saw that the money is there?").select_option(label="Kim")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back").first).to_be_visible()
    page.goto("/pay/")
    expect(page.get_by_role("main").get_by_text("$100.00").first).to_be_visible()
    opened.seen(page)


def test_a_rate_changes_in_the_middle_of_a_period_and_not_before(opened, purse, bare_app):
    with bare_app.app_context():
        accrual.accrue()
    page = opened("/pay/rates/add", purse.toni)
    page.get_by_label("How much?").fill("31")
    page.get_by_label("From which day?").fill("2026-11-19")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("cannot change the past").first).to_be_visible()
    page.get_by_label("From which day?").fill("2026-12-01")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("To come").first).to_be_visible()
    opened.seen(page)


def test_a_funder_is_shown_every_cent_and_no_name(opened, purse, bare_app, clock):
    page = opened("/pay/funds/add", purse.toni)
    page.locator("[name=name]").fill("City grant")
    page.locator("[name=starts_on]").fill("2026-01-01")
    page.locator("[name=ends_on]").fill("2026-12-31")
    page.locator("[name=budget]").fill("5,000")
    for each in ("training", "honoraria"):
        page.locator(f"[name=categories][value={each}]").check()
    page.get_by_role("main").locator("form button").last.click()
    page.wait_for_url(re.compile("/pay/funds"))
    page.goto("/pay/funds/share")
    page.get_by_label("City grant").fill("1")
    page.locator("[name=from_on]").fill("2026-11-01")
    page.get_by_role("main").locator("form button").last.click()
    with bare_app.app_context():
        for number in range(3):
            purse.work(add_person(f"Peer {number}"))
        accrual.accrue()
    clock.move(days=10)  # the month is over
    page.goto("/pay/report")
    expect(page.get_by_role("heading", name="City grant: $500.00")).to_be_visible()
    assert not re.search(r"\b(Ana|Bo|Peer \d)\b", page.inner_text("main"))
    opened.seen(page)


def test_a_person_reads_what_they_earned_and_got(opened, purse, bare_app):
    with bare_app.app_context():
        purse.pay(purse.ana)
        purse.work(purse.ana)
        accrual.accrue()
    page = opened("/pay/mine", purse.ana)
    expect(page.get_by_text("$100.00").first).to_be_visible()
    page.get_by_role("link", name="Statement").click()
    statement = page.get_by_role("main")
    for words in ("Owed before", "Earned", "Got", "Owed after"):
        expect(statement.get_by_text(words, exact=True).first).to_be_visible()
    assert "$200.00" in statement.inner_text()
    opened.seen(page)


BESIDE = """list => list.map(each => {
  const [words, amount] = [each.previousElementSibling, each].map(one => one.getBoundingClientRect());
  return [Math.round(amount.right), amount.top < words.bottom && amount.left >= words.right];
})"""


def test_on_a_phone_all_amounts_stand_in_one_column_beside_their_words(visit, purse, bare_app, clock):
    with bare_app.app_context():
        purse.pay(purse.ana)
        purse.work(purse.ana, activity="stand_down")
        purse.pay(purse.ana, method="transfer")
        purse.work(purse.ana)
        accrual.accrue()
    clock.move(days=40)  # a day of another month takes more words
    page = visit("/pay/mine", as_=purse.ana, size="phone")
    page.set_viewport_size({"width": 360, "height": 740})
    found = page.locator("main .links .num").evaluate_all(BESIDE)
    assert len(found) > 4
    assert {tuple(each) for each in found} == {(found[0][0], True)}
