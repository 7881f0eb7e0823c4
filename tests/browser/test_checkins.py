"""Check-ins in a real browser: on a phone in a few taps, at a shared tablet, by keyboard, and what comes of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.access import Role
from app.checkins import keys, parcels, sealing, services
from app.jobs import Task
from tests.support.people import add_person

pytestmark = pytest.mark.browser

WORDS = "otter lamp cedar quiet train"
COUNT_TAPS = (
    "addEventListener('pointerdown', () => { sessionStorage.taps = 1 + Number(sessionStorage.taps || 0); }, true)"
)


@pytest.fixture
def people(bare_app, monkeypatch):
    """Ana has private words; Kim, a supervisor, may be chosen; there is a number to call."""
    monkeypatch.setattr(sealing, "MEMORY_KIB", 64)
    with bare_app.app_context(), bare_app.test_request_context("/", method="POST"):
        found = {"ana": add_person("Ana", phone="604 555 0100"), "kim": add_person("Kim", Role.SUPERVISOR)}
        for person_id in found.values():
            keys.make_key(person_id, WORDS)
        services.name_listener(found["kim"], "your supervisor")
        services.add_help_line("Crisis line", "1 800 555 0100", "day and night, free")
    return found


def deliver(app):
    with app.app_context():
        parcels.deliver(Task("job", {}, 1))


def open_with_words(page):
    page.get_by_label("Your private words").fill(WORDS)
    page.get_by_role("button", name="Open").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_check_in_takes_seven_taps_on_a_phone(people, visit, axe, javascript):
    page = visit("/", as_=people["ana"], size="phone", javascript=javascript)
    if javascript:
        page.add_init_script(COUNT_TAPS)
        page.evaluate(COUNT_TAPS)
    taps = [page.locator("nav summary", has_text="More"), page.get_by_role("link", name="For me", exact=True)]
    taps += [page.locator(f"label:has(#{name}-{answer})") for name, answer in (("energy", 3), ("load", 2), ("rest", 4))]
    taps += [page.get_by_role("button", name="Go on"), page.get_by_role("button", name="Keep it")]
    for number, tap in enumerate(taps):
        tap.click()
        if javascript and number in {1, 5, 6}:
            axe(page)
    assert len(taps) == 7
    if javascript:
        assert page.evaluate("sessionStorage.taps") == "7"  # as the browser itself felt them
    expect(page.get_by_text("It is kept for you alone")).to_be_visible()
    assert page.url.endswith("/own/")


def test_someone_asks_for_contact_and_sees_it_handled(bare_app, people, visit, axe):
    page = visit("/own/", as_=people["ana"], size="phone")
    page.locator("label:has(#energy-4)").click()
    page.get_by_text("More, if you like").click()
    page.get_by_text("Kim").click()
    axe(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Ana asks you to get in touch.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Send it to Kim").click()
    deliver(bare_app)

    monday = visit("/own/box", as_=people["kim"])
    axe(monday)
    open_with_words(monday)
    monday.get_by_role("button", name="Look").click()
    expect(monday.get_by_text("604 555 0100")).to_be_visible()
    axe(monday)
    monday.get_by_text("We talked").click()
    monday.get_by_role("button", name="Close it").click()
    expect(monday.get_by_text("Nobody is waiting for you")).to_be_visible()
    deliver(bare_app)

    page.goto("/own/past")
    axe(page)
    open_with_words(page)
    expect(page.get_by_text("Kim: we talked")).to_be_visible()
    axe(page)


def test_a_shared_tablet_only_writes(people, visit):
    tablet = visit("/own/", as_=people["ana"])
    tablet.locator("label:has(#rest-1)").click()
    tablet.get_by_role("button", name="Go on").click()
    tablet.get_by_role("button", name="Keep it").click()
    tablet.wait_for_load_state()
    tablet.goto("/own/past")
    expect(tablet.get_by_label("Your private words")).to_be_visible()
    assert tablet.get_by_text("Hardly").count() == 0


def test_by_keyboard_alone(people, visit):
    page = visit("/own/", as_=people["ana"])
    page.locator("#energy-0").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Go on").press("Enter")
    page.get_by_role("button", name="Keep it").press("Enter")
    page.wait_for_load_state()
    page.goto("/own/past")
    open_with_words(page)
    expect(page.get_by_role("cell", name="Enough")).to_be_visible()
    expect(page.get_by_role("cell", name="Light")).to_be_visible()


def test_whoever_leaves_at_once_leaves_nothing_to_go_back_to(people, visit):
    page = visit("/own/", as_=people["ana"], size="phone")
    page.locator("label:has(#energy-4)").click()
    page.route("https://**", lambda route: route.fulfill(body="elsewhere"))
    page.get_by_role("button", name="Leave").click()
    page.wait_for_url(lambda url: "/own/" not in url)
    page.go_back()
    assert page.get_by_text("How much energy").count() == 0


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_other_pages_fit_and_are_accessible(people, visit, axe, size):
    page = visit("/own/choices", as_=people["ana"], size=size)
    for path in ("choices", "about", "clear", "code", "renew", "past"):
        page.goto(f"/own/{path}")
        axe(page)
    page.goto("/own/about")
    assert page.evaluate("document.body.scrollHeight") < 3000  # five lines first, the tables folded
    page.goto("/people/me/pace")
    axe(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_the_history_of_a_lent_phone_tells_nothing(people, visit, javascript):
    page = visit("/", as_=people["ana"], size="phone", javascript=javascript)
    seen = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    page.goto("/own/")
    for words, heading in (("My weeks", "My weeks"), ("I lost my words", "My words are lost"), ("Cancel", "My weeks")):
        page.get_by_role("button", name=words).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    open_with_words(page)
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Yes, delete everything").click()
    expect(page.get_by_text("Type the word delete").first).to_be_visible()
    page.get_by_role("link", name="No, go back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How are you?")
    assert {url.split("/", 3)[3] for url in seen} == {"own/"}
    for _ in range(3):  # nor does going back show one of them again
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("How are you?")
