"""Taking a shift: the rules decide who may, the database decides who was first."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.database import db
from app.exchange import answers, claims, clockwork, covers, queries, swaps
from app.exchange.models import Draw
from app.exchange.terms import lot_order, seed_hash
from app.people.models import PersonSkill, Skill, Wish, WishKind
from app.roster.models import ShiftDemand
from app.sites.models import Service
from tests.support.pages import Page
from tests.support.people import add_person

ROUNDS = 20 if os.environ.get("EVENHAND_SOAK") == "1" else 3
CROWD = 50


def at_once(app, acts):
    """Run every act in a thread and an application context of its own, as separate requests would be."""

    def run(act):
        with app.app_context():
            try:
                return act()
            finally:
                db.session.rollback()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_person_takes_an_open_shift(town):
    shift = town.shift("2026-11-30 09:00", 6)
    assert isinstance(claims.claim_shift(town.ana, shift), answers.Done)
    assert town.people_on(shift) == {town.ana}


def test_asking_again_for_a_shift_one_has_changes_nothing(town):
    shift = town.shift("2026-11-30 09:00", 6)
    assert [type(claims.claim_shift(town.ana, shift)) for _ in range(3)] == [answers.Done] * 3
    assert town.people_on(shift) == {town.ana}


def test_a_full_shift_is_taken(town):
    shift = town.shift("2026-11-30 09:00", 6, town.ana, town.bo)
    assert isinstance(claims.claim_shift(town.cy, shift), answers.Taken)


def test_a_claim_that_breaks_rest_is_refused_in_words(town):
    town.shift("2026-11-29 18:00", 6, town.ana)
    shift = town.shift("2026-11-30 06:00", 6)
    answer = claims.claim_shift(town.ana, shift)
    assert isinstance(answer, answers.Stopped)
    assert "less than 11 h" in " ".join(answer.reasons)
    assert town.people_on(shift) == set()


def test_a_private_wish_stops_a_claim_without_being_told(town):
    shift = town.shift("2026-11-30 09:00", 6, town.bo)
    db.session.add(Wish(person_id=town.bo, kind=WishKind.NOT_WITH, other_person_id=town.ana))
    db.session.commit()
    answer = claims.claim_shift(town.ana, shift)
    assert answer == answers.Stopped((claims.NEUTRAL,))


def test_a_shift_that_began_cannot_be_taken(town, clock):
    shift = town.shift("2026-11-30 09:00", 6)
    clock.move(days=10)
    assert isinstance(claims.claim_shift(town.ana, shift), answers.Over)


def test_those_who_had_less_go_first_and_then_everybody(town, clock):
    town.agree(first_hours=48, open_hours=72)
    for day in range(1, 6):
        town.shift(f"2026-12-0{day} 09:00", 8, town.ana, target=1)
    shift = town.shift("2026-12-12 09:00", 6)
    answer = claims.claim_shift(town.ana, shift)
    assert isinstance(answer, answers.NotYet)
    assert isinstance(claims.claim_shift(town.bo, shift), answers.Done)
    clock.set(answer.opens_at)
    assert isinstance(claims.claim_shift(town.ana, shift), answers.Done)


def test_a_quota_leaves_shifts_for_others_until_they_are_near(town, clock):
    town.agree(week_quota=1)
    first, second = town.shift("2026-11-30 09:00", 4), town.shift("2026-12-02 09:00", 4)
    assert isinstance(claims.claim_shift(town.ana, first), answers.Done)
    assert claims.claim_shift(town.ana, second) == answers.Stopped((claims.OVER_QUOTA,))
    clock.move(days=7, hours=5)
    assert isinstance(claims.claim_shift(town.ana, second), answers.Done)


def test_fifty_claims_at_once_for_three_places_give_three(bare_app, town):
    crowd = [add_person(f"P{number}") for number in range(CROWD)]
    for round_ in range(ROUNDS):
        shift = town.shift(f"2026-12-{round_ % 20 + 1:02} 09:00", 1, target=3)
        found = at_once(bare_app, [lambda p=p, s=shift: claims.claim_shift(p, s) for p in crowd])
        assert sum(isinstance(each, answers.Done) for each in found) == 3
        assert all(isinstance(each, answers.Done | answers.Taken | answers.Stopped) for each in found)
        assert len(town.people_on(shift)) == 3


def test_one_person_claiming_many_overlapping_shifts_gets_one(bare_app, town):
    shifts = [town.shift("2026-12-01 09:00", 6) for _ in range(CROWD if ROUNDS > 3 else 15)]
    found = at_once(bare_app, [lambda s=s: claims.claim_shift(town.ana, s) for s in shifts])
    assert sum(isinstance(each, answers.Done) for each in found) == 1
    assert sum(town.ana in town.people_on(each) for each in shifts) == 1


def test_the_list_shows_only_what_the_rules_allow_and_why_not_elsewhere(town, as_):
    town.shift("2026-11-30 09:00", 6, town.ana)
    town.shift("2026-11-30 10:00", 6)
    town.shift("2026-12-03 09:00", 6, town.bo)
    page = as_(town.ana).page("/take/").body_text
    assert "Thursday 3 December 09:00 to 15:00" in page
    assert "with Bo" in page
    assert "Monday 30 November 10:00" not in page
    assert "Monday 30 November 10:00" in as_(town.ana).page("/take/others").body_text


def test_hazards_have_to_be_acknowledged(town, as_):
    shift = town.shift("2026-11-30 09:00", 6)
    client = as_(town.ana)
    assert "Please tick" in client.submit(f"/take/{shift}", action=f"/take/{shift}").body_text
    assert town.people_on(shift) == set()


def test_the_loser_of_a_race_reads_a_kind_sentence_and_the_next_best(town, as_):
    shift, other = town.shift("2026-11-30 09:00", 6, target=1), town.shift("2026-12-05 09:00", 6)
    client = as_(town.ana)
    filled = client.page(f"/take/{shift}").form(f"/take/{shift}").filled(hazards=True)
    claims.claim_shift(town.bo, shift)
    answer = client.post(f"/take/{shift}", data=filled)
    assert answer.status_code == 409
    assert "Someone was quicker" in answer.text
    assert other in answer.text


def test_a_draw_asks_in_the_order_of_its_lots_and_shows_its_seed(town, clock, as_):
    town.agree(first_hours=24, open_hours=0, has_draw=True)
    shift = town.shift("2026-12-10 09:00", 6, target=1)
    entries = {}
    for person in (town.ana, town.bo, town.cy):
        assert isinstance(claims.claim_shift(person, shift), answers.NotYet)
        claims.wait_for(person, shift)
        entries[queries.entry_of(person, shift)] = person
    clock.move(hours=25)
    clockwork.turn(None)
    draw = db.session.get_one(Draw, shift)
    assert draw.lots.split() == lot_order(draw.seed, sorted(entries))
    assert [each.ask.shift_id for each in queries.questions_for(entries[draw.lots.split()[0]])] == [shift]
    seed = draw.seed
    db.session.rollback()
    assert seed in as_(town.di).page(f"/take/{shift}/lots").body_text


def test_nobody_takes_a_place_from_those_who_entered_its_draw(town, clock, as_):
    town.agree(first_hours=24, open_hours=0, has_draw=True)
    shift = town.shift("2026-12-10 09:00", 6, target=1)
    claims.wait_for(town.ana, shift)
    page = as_(town.ana).page(f"/take/{shift}/lots").body_text
    assert seed_hash(db.session.get_one(Draw, shift).seed) in page
    clock.move(hours=25)
    assert isinstance(claims.claim_shift(town.di, shift), answers.Stopped)
    clockwork.turn(None)
    assert isinstance(claims.claim_shift(town.di, shift), answers.Stopped)
    assert isinstance(claims.claim_shift(town.ana, shift), answers.Done)


def test_a_place_nobody_of_the_draw_wants_is_open_to_all(town, clock):
    town.agree(first_hours=24, open_hours=0, has_draw=True)
    shift = town.shift("2026-12-10 09:00", 6, target=1)
    claims.wait_for(town.ana, shift)
    clock.move(hours=25)
    clockwork.turn(None)
    clock.move(hours=25)
    clockwork.turn(None)
    assert isinstance(claims.claim_shift(town.di, shift), answers.Done)


def test_who_has_as_many_as_one_may_take_is_not_asked_from_the_waiting_list(town):
    town.agree(week_quota=1)
    town.shift("2026-12-08 09:00", 4, town.ana)
    shift = town.shift("2026-12-10 09:00", 4, town.bo, town.cy)
    claims.wait_for(town.ana, shift)
    covers.cannot_come(town.bo, shift, town.bo)
    clockwork.turn(None)
    assert queries.questions_for(town.ana) == []


def test_hazards_that_changed_since_they_were_read_are_read_again(town, as_):
    shift = town.shift("2026-11-30 09:00", 6)
    client = as_(town.ana)
    filled = client.page(f"/take/{shift}").form(f"/take/{shift}").filled(hazards=True)
    db.session.execute(sa.update(Service).values(hazards="Broken glass and a dog."))
    db.session.commit()
    answer = client.post(f"/take/{shift}", data=filled)
    assert answer.status_code == 422
    assert "Please read it again" in answer.text
    assert town.people_on(shift) == set()


def test_who_gets_a_shift_by_a_swap_acknowledges_its_hazards(town, as_):
    shift = town.shift("2026-11-30 09:00", 6, town.ana)
    swaps.ask_swap(swaps.Wanted(town.ana, shift, town.bo, None), town.ana, have_agreed=frozenset({town.ana}))
    path = f"/swaps/{queries.swaps_of(town.bo)[0].swap.id}"
    client = as_(town.bo)
    yes = client.page(path).form(f"{path}/answer", **{"class": "stack"})
    assert client.post(f"{path}/answer", data=yes.filled()).status_code == 422
    assert town.people_on(shift) == {town.ana}
    client.post(f"{path}/answer", data=yes.filled(hazards=True))
    assert town.people_on(shift) == {town.bo}


def test_who_asks_for_a_swap_acknowledges_the_hazards_of_the_shift_they_would_get(town, as_):
    mine, theirs = town.shift("2026-11-30 09:00", 6, town.ana), town.shift("2026-12-03 09:00", 6, town.bo)
    client, path = as_(town.ana), f"/swaps/new/{mine}"
    asks = client.page(path).form("").filled(other=f"{town.bo}/{theirs}")
    for data in (asks, asks | {"hazards": "y"}):  # a box ticked beside nothing that was read counts for nothing
        answer = client.post(path, data=data)
        assert (answer.status_code, queries.swaps_of()) == (422, [])
        assert "Gloves on." in answer.text
    assert "Please tick that you have read it." in client.post(path, data=asks).text
    read = Page(client.post(path, data=asks).text).form(path)
    db.session.execute(sa.update(Service).values(hazards="Broken glass and a dog."))
    db.session.commit()
    assert "Please read it again" in client.post(path, data=read.filled(hazards=True)).text
    read = Page(client.post(path, data=read.filled(hazards=True)).text).form(path)
    client.post(path, data=read.filled(hazards=True))
    assert len(queries.swaps_of(town.bo)) == 1


def test_who_gives_a_shift_away_has_nothing_to_look_out_for(town, as_):
    mine = town.shift("2026-11-30 09:00", 6, town.ana)
    as_(town.ana).submit(f"/swaps/new/{mine}", "", other=town.bo)
    assert len(queries.swaps_of(town.bo)) == 1


def test_who_waits_is_not_asked_before_a_place_is_open_for_them(town, clock):
    town.agree(first_hours=48, open_hours=0)
    town.shift("2026-12-05 09:00", 12, town.ana)
    town.shift("2026-12-07 09:00", 12, town.ana)
    shift = town.shift("2026-12-16 09:00", 6, target=1)
    assert isinstance(claims.claim_shift(town.ana, shift), answers.NotYet)
    claims.wait_for(town.ana, shift)
    clockwork.turn(None)
    assert queries.questions_for(town.ana) == []
    clock.move(hours=49)
    clockwork.turn(None)
    assert len(queries.questions_for(town.ana)) == 1


def test_a_yes_to_a_question_acknowledges_the_hazards(town, as_):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    person = next(each for each in (town.cy, town.di) if queries.questions_for(each))
    path = f"/asked/{queries.questions_for(person)[0].ask.id}"
    client = as_(person)
    yes = client.page(path).form(path, **{"class": "stack"})
    assert client.post(path, data=yes.filled()).status_code == 422
    assert person not in town.people_on(shift)
    client.post(path, data=yes.filled(hazards=True))
    assert person in town.people_on(shift)


@pytest.mark.parametrize("who", ["robin", "stranger"])
def test_nobody_takes_a_shift_who_is_not_among_those_who_work(town, who):
    shift = town.shift("2026-11-30 09:00", 6)
    person = town.robin if who == "robin" else "nobody"
    assert isinstance(claims.claim_shift(person, shift), answers.Over)


@pytest.mark.parametrize("people", [0, 1])
def test_someone_in_training_hears_that_a_shift_has_no_seat_for_them(town, people):
    zia = add_person("Zia", level="trainee")
    shift = town.shift("2026-12-10 09:00", 6, *[town.ana][:people], target=1)
    assert claims.claim_shift(zia, shift) == answers.Stopped((claims.NO_SEAT,))


@pytest.fixture
def skilled(town):
    """A shift that lacks nobody but one who can check drugs, which Cy can and Ana cannot."""
    shift = town.shift("2026-12-10 09:00", 6, town.bo, town.di, target=2)
    skill = Skill(code="drug", name="Drug checking")
    db.session.add(skill)
    db.session.flush()
    db.session.add(ShiftDemand(shift_id=shift, position=1, skill_id=skill.id, minimum=1, target=1))
    db.session.add(PersonSkill(person_id=town.cy, skill_id=skill.id))
    db.session.commit()
    return shift


def test_who_lacks_a_skill_reads_which_one_and_is_offered_no_waiting(town, skilled, as_):
    words = "This place needs someone with this skill: Drug checking."
    assert claims.claim_shift(town.ana, skilled) == answers.Stopped((words,))
    ana = as_(town.ana)
    assert "1 more open shift is not for you now" in ana.page("/take/").body_text
    assert words in ana.page("/take/others").body_text
    page = ana.page(f"/take/{skilled}").body_text
    assert words in page
    assert "Wait for a place" not in page
    assert "Not open" not in page
    assert isinstance(claims.claim_shift(town.cy, skilled), answers.Done)


def test_someone_in_training_reads_among_the_others_that_there_is_no_seat(town, as_):
    zia = as_(add_person("Zia", level="trainee"))
    shift = town.shift("2026-12-10 09:00", 6)
    assert claims.NO_SEAT in zia.page("/take/others").body_text
    page = zia.page(f"/take/{shift}").body_text
    assert claims.NO_SEAT in page
    assert "Wait for a place" not in page


def test_a_lead_takes_the_place_of_a_lead_on_a_shift_that_has_its_people(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo, target=2)
    skill = Skill(code="lead", name="Lead")
    db.session.add(skill)
    db.session.flush()
    db.session.get_one(Service, town.service).lead_skill_id = skill.id
    db.session.add(PersonSkill(person_id=town.cy, skill_id=skill.id))
    db.session.commit()
    assert isinstance(claims.claim_shift(town.cy, shift), answers.Done)
