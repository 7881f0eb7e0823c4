"""Why: why a place is open, with each person and what would help; why a person is on a shift; how fair it is."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from app.database import db
from app.people.models import Person, PersonSkill
from app.roster.models import ShiftDemand
from scheduling import NOT_AVAILABLE
from tests.app.review.hands import away, move, put
from tests.app.review.test_publishing import publish


@pytest.fixture
def needs_response(town, on):
    """Monday the 7th asks for one trained responder; Bo's certificate ran out before."""
    db.session.add(ShiftDemand(shift_id=on(7), position=1, skill_id=town.skill, minimum=1, target=1))
    db.session.execute(
        sa.update(PersonSkill).where(PersonSkill.person_id == town.bo).values(expires_on=date(2026, 12, 1))
    )
    db.session.commit()


def answers(page):
    """The people of a shift's page by name, with what is said of each."""
    return {item.one("strong").text: item.text for item in page.all("li") if item.all("strong")}


@pytest.mark.usefixtures("needs_response")
def test_why_a_place_is_open_names_each_person_the_rule_and_what_would_help(town, draft, on, as_):
    away(town.ana, 7)
    put(draft, (town.cy, on(7)), (town.di, on(7)))
    robin = as_(town.robin)
    assert "1 with Overdose response missing" in robin.page(f"/review/{draft}/open").text
    page = robin.page(f"/review/{draft}/shift/{on(7)}")
    said = answers(page)
    assert "Nobody else can fill it as things stand" in page.text
    assert NOT_AVAILABLE in said["Ana"]
    assert "Bo has none that is valid on" in said["Bo"]
    assert "Renew Overdose response" in said["Bo"]
    assert "Eli does not hold it" in said["Eli"]
    assert "What would help" in said["Eli"]


@pytest.mark.usefixtures("needs_response")
def test_on_a_full_shift_that_lacks_a_skill_whoever_lacks_it_reads_that_first(town, draft, on, as_):
    full = sa.update(ShiftDemand).where(ShiftDemand.shift_id == on(7), ShiftDemand.skill_id.is_(None))
    db.session.execute(full.values(maximum=2))
    db.session.commit()
    put(draft, (town.cy, on(7)), (town.di, on(7)))
    robin = as_(town.robin)
    said = answers(robin.page(f"/review/{draft}/shift/{on(7)}"))
    assert "No more than 2 may be on it" in said["Ana"]
    assert "hold" not in said["Ana"]
    for name, lacking in (("Bo", "Bo has none that is valid on"), ("Eli", "Eli does not hold it")):
        assert said[name].index(lacking) < said[name].index("No more than 2 may be on it")
    page = robin.page(f"/review/{draft}/person/{town.bo}")
    assert page.text.index("Bo has none that is valid on") < page.text.index("No more than 2 may be on it")


@pytest.mark.usefixtures("needs_response")
def test_who_would_fill_a_place_comes_first_and_is_put_on_from_there(town, draft, on, as_):
    robin = as_(town.robin)
    path = f"/review/{draft}/shift/{on(7)}"
    put(draft, (town.cy, on(7)), (town.di, on(7)))
    page = robin.page(path)
    buttons = [button for button in page.all("button", name="person") if "anyway" not in button.text]
    assert [button["value"] for button in buttons] == [town.ana]
    form = next(each for each in page.all("form", action=f"/review/{draft}/move") if buttons[0] in each.all("button"))
    fields = {each["name"]: each["value"] for each in form.all("input")} | {"person": town.ana}
    answer = robin.post(f"/review/{draft}/move", data=fields, follow_redirects=True)
    assert "Ana is now on Mon 7 Dec" in answer.text
    assert "Nobody missing" in answer.text


def test_a_persons_page_tells_what_they_could_take_and_why_not_the_rest(town, draft, on, as_):
    away(town.ana, 7)
    put(draft, (town.ana, on(2)))
    page = as_(town.robin).page(f"/review/{draft}/person/{town.ana}")
    could = {button["value"] for button in page.all("button", name="shift")}
    assert on(9) in could
    assert on(7) not in could
    assert NOT_AVAILABLE in page.text


def test_why_me_tells_a_person_of_themselves_only(town, draft, on, as_):
    put(draft, (town.ana, on(7)), (town.bo, on(7)))
    publish(as_(town.robin), draft)
    page = as_(town.ana).page(f"/review/why/{on(7)}")
    assert "You said that you can come at this time" in page.text
    assert "You have 6 h of 40 h you want" in page.text
    assert "3 other people could take it too" in page.text
    for name in ("Bo", "Cy", "Di", "Eli"):
        assert name not in page.one("main").text.split()
    as_(town.cy).page(f"/review/why/{on(7)}", 404)
    as_(town.robin).page(f"/review/why/{on(7)}", 404)
    as_(town.ana).page("/review/why/nowhere", 404)


def test_fairness_has_a_picture_and_the_same_in_numbers(town, draft, on, as_):
    put(draft, (town.ana, on(7)), (town.ana, on(9)), (town.bo, on(12)))
    page = as_(town.robin).page(f"/review/{draft}/fairness")
    figure = page.one("figure")
    assert len(figure.all("svg")) == 5
    assert figure.one("div", role="img")["aria-label"]
    tables = page.all("table")
    rows = {row.one("th").text: [cell.text for cell in row.all("td")] for row in tables[0].one("tbody").all("tr")}
    wanted, share, got, difference, nights, weekends = rows["Ana"][:6]
    assert (wanted, got, nights, weekends) == ("40 h", "12 h", "0", "0")
    assert int(got[:-2]) - int(share[:-2]) == int(difference[:-2])
    assert rows["Bo"][4].startswith("1")
    prices = {row.one("th").text for row in tables[1].one("tbody").all("tr")}
    assert "Enough people on each shift" in prices


def test_the_board_tells_what_is_open_pinned_and_broken(town, draft, on, as_):
    put(draft, (town.ana, on(7)), (town.bo, on(8)))
    move(draft, "unpin", town.ana, on(7))
    away(town.ana, 7)
    robin = as_(town.robin)
    path = f"/review/{draft}/?from=2026-12-07"
    people = robin.page(f"{path}&view=people")
    rows = {row.one("th").one("a").text: row for row in people.all("tr") if row.get("data-to")}
    ana = rows["Ana"].one("a", class_="s")
    assert {"v"} <= set(ana["class"].split())
    assert "p" not in ana["class"].split()
    assert "p" in rows["Bo"].one("a", class_="s")["class"].split()
    assert len(rows["Open places"].all("a", class_="o")) == 6
    shifts = robin.page(f"{path}&view=shifts")
    cell = next(each for each in shifts.all("td") if each.get("data-to") == on(8))
    assert cell.one("a", class_="h").text == "1/2"
    assert cell.one("a", class_="w").text == "Bo"
    day = robin.page(f"/review/{draft}/?view=day&day=2026-12-07")
    assert "Breaks a rule" in day.text
    assert robin.get(f"/review/{draft}/?from=nonsense&day=2026-02-30&view=x&site=y&weeks=z").status_code == 200


def test_pages_of_what_is_not_there_say_so(town, draft, on, as_):
    robin = as_(town.robin)
    put(draft, (town.ana, on(7)))
    gone = db.session.scalar(sa.select(Person.id).where(Person.name == "Robin"))
    for path in (f"{draft}/shift/x", f"{draft}/person/{gone}", f"{draft}/at/{town.ana}/x", "x/", "x/publish"):
        robin.page(f"/review/{path}", 404)
    for path in ("publications/x", "periods/x/publications"):
        robin.page(f"/review/{path}", 404)
    page = robin.page(f"/review/{draft}/at/{town.bo}/{on(7)}")  # no longer there: the shift itself
    assert "On this shift" in page.text
