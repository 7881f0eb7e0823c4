"""Publishing: what is shown is what is done and mailed; late changes wait for a yes; four eyes where it matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.database import db
from app.editing import Saved
from app.exchange import answers, claims, covers
from app.mail.models import OutgoingMail
from app.pay import accrual, owed
from app.pay import services as pay
from app.people.models import Wish, WishKind
from app.review import publishing
from app.review.changes import change_words, plan_of
from app.review.queries import review_of
from app.roster import drafts, planning
from app.roster.models import Assignment, Draft, Period, PublicationChange, Shift, as_told
from app.sites.models import Site
from tests.app.review.hands import REASON, allow_few_hours, away, move, pairs_of, press, put
from tests.app.transfer.test_importing import preview, say_yes


def plan_now(draft_id):
    """What the publish page shows, as the mails put it: by person's address the headings with their lines."""
    db.session.rollback()
    plan = plan_of(review_of(draft_id))
    told = {person: change_words(each for _, _, group in groups for each in group) for person, groups in plan.by_person}
    db.session.rollback()
    return told


def publish(client, draft_id):
    """Press the button of the publish page."""
    return client.submit(f"/review/{draft_id}/publish", f"/review/{draft_id}/publish")


def mails():
    """The mails in the outbox by recipient, which are taken out."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(OutgoingMail)).all()
    found = {row.recipient: row for row in rows}
    assert len(found) == len(rows)
    db.session.execute(sa.delete(OutgoingMail))
    db.session.commit()
    return found


def live():
    db.session.rollback()
    rows = db.session.execute(sa.select(Assignment.person_id, Assignment.shift_id, Assignment.accepted_at)).all()
    db.session.rollback()
    return {(row.person_id, row.shift_id): row.accepted_at for row in rows}


@pytest.fixture
def published(town, draft, on, as_):
    """Ana and Bo on Monday the 7th, Cy and Di on the 9th; published by Robin, mails taken out."""
    put(draft, (town.ana, on(7)), (town.bo, on(7)), (town.cy, on(9)), (town.di, on(9)))
    publish(as_(town.robin), draft)
    mails()
    return draft


def test_the_mails_say_exactly_what_the_page_shows_and_nothing_of_the_work(town, draft, on, as_):
    put(draft, (town.ana, on(2)), (town.bo, on(2)), (town.ana, on(9)), (town.eli, on(9)))
    shown = plan_now(draft)
    page = publish(as_(town.robin), draft)
    assert "Published: 4 changes for 3 people. 2 mails are on the way." in page.text
    sent = mails()
    assert set(sent) == {"ana@example.org", "bo@example.org"}  # Eli has no address
    for name, person in (("ana", town.ana), ("bo", town.bo)):
        mail = sent[f"{name}@example.org"]
        lines = [line[2:] for line in mail.body.splitlines() if line.startswith("- ")]
        assert lines == [line for _, group in shown[person] for line in group]
        for word in ("Harbour", "Supplies", "Outreach", "Van"):
            assert word not in mail.subject + mail.body
    assert "Wed 2 Dec, 09:00-15:00 - please say yes or no" in sent["bo@example.org"].body
    assert "Eli" in page.text
    assert "has no mail address" in page.text


def test_only_what_is_inside_the_notice_period_waits_for_a_yes(town, draft, on, as_):
    put(draft, (town.ana, on(2)), (town.ana, on(9)))
    page = as_(town.robin).page(f"/review/{draft}/publish")
    assert page.text.count("Needs their yes") == 1
    publish(as_(town.robin), draft)
    now = live()
    assert now[town.ana, on(2)] is None
    assert now[town.ana, on(9)] is not None


def test_a_second_publication_tells_only_those_for_whom_something_changed(town, period, published, on, as_):
    before = live()
    second = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    move(second, "give", town.ana, on(7), to_person=town.eli)
    move(second, "move", town.cy, on(9), to_shift=on(11))
    robin = as_(town.robin)
    assert "4 changes for 3 people" in robin.page(f"/review/{second}/changes").text
    publish(robin, second)
    sent = mails()
    assert set(sent) == {"ana@example.org", "cy@example.org"}
    assert "No longer:" in sent["ana@example.org"].body
    assert "New:" not in sent["ana@example.org"].body
    assert "Wed 9 Dec" in sent["cy@example.org"].body
    assert "Fri 11 Dec" in sent["cy@example.org"].body
    now = live()
    assert now.keys() == pairs_of(second)
    assert now[town.bo, on(7)] == before[town.bo, on(7)]  # who stays keeps their yes


def test_publishing_what_is_published_changes_nothing_and_tells_nobody(town, period, published, as_):
    again = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    before = live()
    assert "Nothing changed for anybody" in publish(as_(town.robin), again).text
    assert mails() == {}
    assert live() == before


def test_a_shift_that_moved_and_one_that_was_called_off_are_told(town, period, published, on, as_):
    shift = db.session.get_one(Shift, on(7))
    shift.starts_at, shift.ends_at = shift.starts_at + timedelta(hours=1), shift.ends_at + timedelta(hours=1)
    db.session.commit()
    planning.call_off(period, on(9))
    again = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    page = as_(town.robin).page(f"/review/{again}/publish")
    assert "(was Mon 7 Dec, 09:00-15:00)" in page.text
    publish(as_(town.robin), again)
    sent = mails()
    assert "Mon 7 Dec, 10:00-16:00 (was Mon 7 Dec, 09:00-15:00)" in sent["ana@example.org"].body
    assert "No longer:" in sent["cy@example.org"].body
    publish(as_(town.robin), drafts.begin_draft(period, drafts.Source.PUBLISHED).id)
    assert mails() == {}  # what was told once is not told again


@pytest.mark.parametrize("is_again", [False, True])
def test_who_came_by_a_file_is_told_when_their_shift_goes_to_another_site(town, period, on, as_, is_again):
    robin, file = as_(town.robin), f"person,shift,accepted\nana,{on(9)},no\n"
    say_yes(robin, *preview(robin, file.encode(), "assignments"))
    db.session.get_one(Shift, on(9)).site_id = db.session.scalars(sa.select(Site.id).where(Site.code == "van")).one()
    db.session.commit()
    if is_again:  # a file that has them again tells them nothing
        say_yes(robin, *preview(robin, f"{file}bo,{on(9)},yes\n".encode(), "assignments"))
    publish(robin, drafts.begin_draft(period, drafts.Source.PUBLISHED).id)
    assert "Wed 9 Dec, 09:00-15:00 (another place)" in mails()["ana@example.org"].body
    publish(robin, drafts.begin_draft(period, drafts.Source.PUBLISHED).id)
    assert mails() == {}


def test_what_has_begun_stays_as_it_is(town, published, on, as_, clock):
    clock.set(datetime(2026, 12, 7, 19, tzinfo=UTC))
    again = drafts.begin_draft(db.session.get_one(Draft, published).period_id, drafts.Source.EMPTY).id
    robin = as_(town.robin)
    assert "What has begun already (7 shifts) stays as it is" in robin.page(f"/review/{again}/publish").text
    publish(robin, again)
    assert set(live()) == {(town.ana, on(7)), (town.bo, on(7))}


def test_a_draft_with_a_broken_rule_is_not_published_until_it_is_mended_or_set_aside(town, draft, on, as_):
    put(draft, (town.ana, on(7)))
    allow_few_hours()
    robin = as_(town.robin)
    page = robin.page(f"/review/{draft}/publish")
    assert "Ana would work 6 h in the week of Mon 7 Dec" in page.text
    assert not [form for form in page.all("form") if form.get("action") == f"/review/{draft}/publish"]
    seen = plan_of(review_of(draft))
    refused = publishing.publish_roster(
        draft, seen.review.draft.version, seen.review.period.version, seen.fingerprint, town.robin
    )
    assert isinstance(refused, publishing.Refused)
    said = robin.submit(f"/review/{draft}/publish", f"/review/{draft}/waive", reason=REASON)
    assert "Set aside for Mon 7 Dec" in said.text
    assert "Published" in publish(robin, draft).text
    assert set(live()) == {(town.ana, on(7))}


def test_who_is_away_after_all_holds_a_draft_until_somebody_else_is_there(town, draft, on, as_):
    put(draft, (town.ana, on(7)))
    away(town.ana, 7)
    robin = as_(town.robin)
    page = robin.page(f"/review/{draft}/publish")
    assert "Ana is not available for Mon 7 Dec" in page.text
    assert not [form for form in page.all("form") if form.get("action").endswith(("/publish", "/waive"))]
    move(draft, "give", town.ana, on(7), to_person=town.bo)
    assert "Published" in publish(robin, draft).text


def test_who_lets_someone_work_alone_does_not_publish_it(town, draft, on, as_):
    put(draft, (town.ana, on(8)))  # outreach goes in pairs
    robin, sam = as_(town.robin), as_(town.sam)
    robin.submit(f"/review/{draft}/publish", f"/review/{draft}/waive", reason=REASON)
    assert "Someone else has to look at that and publish" in robin.page(f"/review/{draft}/publish").text
    assert "Published: 1 change" in publish(sam, draft).text


def test_a_waiver_taken_back_holds_the_draft_again(town, draft, on, as_):
    allow_few_hours()
    move(draft, "assign", town.ana, on(7), town.robin, reason=REASON)
    robin = as_(town.robin)
    page = robin.submit(f"/review/{draft}/publish", f"/review/{draft}/withdraw")
    assert "The rule looks at this shift again" in page.text
    assert "cannot be published yet" in page.text


def test_a_private_wish_that_is_broken_holds_a_draft_without_being_named(town, draft, on, as_):
    put(draft, (town.ana, on(7)), (town.bo, on(7)))
    db.session.add(Wish(person_id=town.ana, kind=WishKind.NOT_WITH, other_person_id=town.bo))
    db.session.commit()
    page = as_(town.robin).page(f"/review/{draft}/publish")
    broken = page.one("ul", class_="whos").text
    assert "does not fit" in broken
    assert not {"Ana", "Bo", "wish", "Not with"} & set(broken.replace(".", " ").split())
    assert press(as_(town.robin), draft, "waive", rule="not_with", shift=on(7), reason=REASON).status_code == 200
    assert "cannot be published yet" in as_(town.robin).page(f"/review/{draft}/publish").text


def test_what_was_published_when_by_whom_stays_to_be_read(town, period, published, as_):
    page = as_(town.sam).page(f"/review/periods/{period}/publications")
    assert "Robin, draft 1" in page.text
    assert "4 changes for 4 people" in page.text
    number = db.session.scalar(sa.select(sa.func.count()).select_from(PublicationChange))
    assert number == 4
    assert db.session.get_one(Period, period).version == 1
    assert db.session.get_one(Draft, published).state == "published"


@pytest.fixture
def begun(published, period, clock):
    """A draft that was begun from what is published five minutes ago."""
    assert published
    clock.move(minutes=5)
    draft_id = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    clock.move(minutes=5)
    return draft_id


@pytest.mark.parametrize("act", ["takes", "gives back"])
def test_a_draft_does_not_silently_undo_what_people_did_meanwhile(town, begun, on, as_, act):
    if act == "takes":
        shift, after = on(11), {town.eli}
        done = claims.put_on(town.eli, shift)
    else:
        shift, after = on(9), {town.di}
        done = covers.cannot_come(town.cy, shift, town.cy)
    assert isinstance(done, answers.Done), done
    robin = as_(town.robin)
    page = robin.page(f"/review/{begun}/publish")
    assert "People did something themselves" in page.body_text
    assert not [each for each in page.all("form") if (each.get("action") or "").endswith("/publish")]
    robin.submit(f"/review/{begun}/publish", f"/review/{begun}/keep")
    publish(robin, begun)
    assert {person for person, each in live() if each == shift} == after


def test_what_is_changed_by_hand_after_keeping_is_meant(town, begun, on, as_):
    claims.put_on(town.eli, on(11))
    robin = as_(town.robin)
    robin.submit(f"/review/{begun}/publish", f"/review/{begun}/keep")
    move(begun, "remove", town.eli, on(11))
    publish(robin, begun)
    assert {person for person, shift in live() if shift == on(11)} == set()


@pytest.fixture
def begin(town, period, published, on, clock):
    """Begins a draft an hour before the shift of the 7th; work is paid by the hour."""
    agreed = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None}
    assert isinstance(pay.add_rate(agreed | {"amount": 2000, "from_on": date(2026, 1, 1)}, town.sam), Saved)
    assert published
    clock.set(db.session.get_one(Shift, on(7)).starts_at - timedelta(hours=1))
    return lambda: drafts.begin_draft(period, drafts.Source.PUBLISHED).id


def due(person):
    accrual.accrue()
    return owed.owed_to(person).pay


SHORT = "is paid for the shift they lose at short notice"


def test_whoever_loses_a_place_at_short_notice_is_paid_and_that_is_told_before(town, on, begin, as_):
    second = begin()
    move(second, "give", town.ana, on(7), to_person=town.eli)
    move(second, "remove", town.cy, on(9))
    robin = as_(town.robin)
    page = robin.page(f"/review/{second}/publish").body_text
    assert (f"Ana {SHORT}" in page, page.count(SHORT)) == (True, 1)
    publish(robin, second)
    assert [due(each) for each in (town.ana, town.bo, town.cy, town.eli)] == [6 * 2000, 0, 0, 0]
    third = begin()
    move(third, "give", town.eli, on(7), to_person=town.ana)
    publish(robin, third)
    assert [due(each) for each in (town.ana, town.eli)] == [0, 6 * 2000], "who has it again loses nothing"


@pytest.mark.parametrize("hours", [6, 4])
def test_a_shift_at_the_same_hours_makes_up_for_one_that_was_lost(town, on, begin, as_, hours):
    lost, other = db.session.get_one(Shift, on(7)), db.session.get_one(Shift, on(11))
    other.pattern_id, other.day_on, other.starts_at = None, lost.day_on, lost.starts_at
    other.ends_at = other.starts_at + timedelta(hours=hours)
    lost_id, other_id = lost.id, other.id
    db.session.commit()
    second = begin()
    move(second, "move", town.ana, lost_id, to_shift=other_id)
    publish(as_(town.robin), second)
    assert (town.ana, other_id) in live()
    assert due(town.ana) == (6 - hours) * 2000


def beside(shift_id, other, hours):
    """Puts another shift at these hours, counted from the start of one."""
    lost, new = db.session.get_one(Shift, shift_id), db.session.get_one(Shift, other)
    new.pattern_id, new.day_on = None, lost.day_on
    new.starts_at, new.ends_at = (lost.starts_at + timedelta(hours=each) for each in hours)
    db.session.commit()


def test_one_new_shift_does_not_make_up_for_two_that_were_lost(town, on, begin, as_, clock):
    first, later, new = on(7), on(9), on(11)
    beside(first, later, (6, 12))
    beside(first, new, (2, 8))
    told = as_told(db.session.get_one(Shift, later))
    db.session.add(Assignment(shift_id=later, person_id=town.ana, assigned_at=clock(), accepted_at=clock(), **told))
    db.session.commit()
    second = begin()
    move(second, "remove", town.ana, later)
    move(second, "move", town.ana, first, to_shift=new)
    publish(as_(town.robin), second)
    assert due(town.ana) == 6 * 2000, "twelve hours were lost, and six are got"


@pytest.mark.usefixtures("begin")
def test_where_a_shift_is_paid_whole_a_shorter_one_makes_up_for_it(town, period, on, as_):
    agreed = {"activity": "shift", "level": None, "service_id": None, "basis": "shift", "premium": None}
    assert isinstance(pay.add_rate(agreed | {"amount": 20_000, "from_on": date(2026, 12, 7)}, town.sam), Saved)
    whole, shorter = on(7), on(11)
    beside(whole, shorter, (0, 5))
    second = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    move(second, "move", town.ana, whole, to_shift=shorter)
    robin = as_(town.robin)
    assert SHORT not in robin.page(f"/review/{second}/publish").body_text
    publish(robin, second)
    assert due(town.ana) == 0


def test_the_mail_to_whoever_loses_a_place_at_short_notice_says_that_it_is_paid(town, on, begin, as_):
    second = begin()
    move(second, "remove", town.ana, on(7))
    move(second, "remove", town.cy, on(9))
    publish(as_(town.robin), second)
    words = "What you lose at short notice is paid."
    told = {address: words in mail.body for address, mail in mails().items()}
    assert told.pop("ana@example.org")
    assert not any(told.values())


def test_whoever_had_said_no_loses_nothing(town, on, begin, as_):
    row = db.session.scalars(sa.select(Assignment).filter_by(person_id=town.ana)).one()
    row.declined_at = datetime(2026, 12, 1, tzinfo=UTC)
    db.session.commit()
    second = begin()
    move(second, "remove", town.ana, on(7))
    robin = as_(town.robin)
    assert SHORT not in robin.page(f"/review/{second}/publish").body_text
    publish(robin, second)
    assert (due(town.ana), town.ana in {person for person, _ in live()}) == (0, False)
