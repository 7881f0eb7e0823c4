"""The pages of pay, as people use them without JavaScript; the client holds each page to the checks of all pages."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from beancount import loader
from PIL import ExifTags, Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from app.access import Role
from app.database import db
from app.editing import Refused
from app.pay import accrual, own, payouts, reports, services
from app.pay.models import EarningsChoice, Expense, Fund, PayeeName, PayeeNameRead, Payout
from app.pay.photos import Photo, photo_of
from app.roster.models import Assignment, Shift, as_told
from tests.app.pay.purse import FULL, saved
from tests.support.pages import Page
from tests.support.people import add_person


@pytest.fixture
def database() -> str:
    """What the pages call is tried on both databases beside this; here one is enough."""
    return "sqlite"


def counted(pieces: dict[int, int]) -> dict[str, str]:
    return {f"piece_{piece}": str(number) for piece, number in pieces.items()}


def test_five_people_are_paid_in_cash_and_the_box_closes_one_note_short(purse, as_):
    people = [add_person(f"Peer {number}") for number in range(5)]
    for each in people:
        purse.work(each, ended=timedelta(hours=26))
    toni, robin = as_(purse.toni), as_(purse.robin)
    page = toni.page("/pay/")
    assert page.body_text.count("Over a day") == 5
    toni.submit("/pay/", "/pay/all")
    assert "5 payments are approved" in robin.submit("/pay/approve", "/pay/approve").body_text
    for each in db.session.scalars(sa.select(Payout.id)).all():
        path = f"/pay/payments/{each}"
        page = toni.submit(path, f"{path}/start")
        assert "5 \N{MULTIPLICATION SIGN} $20.00" in page.body_text
        page = toni.submit(path, f"{path}/finish", name="P. P.", witness_id=purse.kim)
        assert "has $100.00" in page.body_text
    assert "Nobody is owed anything" in toni.page("/pay/").body_text
    count = f"/pay/boxes/{purse.box}/count"
    left = dict(FULL) | {2000: FULL[2000] - 26}
    facts = counted(left) | {"kind": "closing", "witness_id": purse.robin}
    page = toni.submit(count, None, **facts)
    assert "$20.00 is missing" in page.body_text
    page = toni.submit(count, None, **facts, note="Perhaps one too many on Tuesday.")
    assert "Closed" in page.body_text
    assert "$20.00 off" in page.body_text
    purse.whole()


def test_a_wrong_payment_is_taken_back_and_owed_again(purse, as_):
    purse.work(purse.ana)
    payout_id = purse.pay(purse.ana)
    toni = as_(purse.toni)
    path = f"/pay/payments/{payout_id}/take-back"
    assert "Say why" in toni.submit(path).body_text
    assert "They read this. Name nobody else." in toni.page(path).body_text
    assert "Choose who saw" in toni.submit(path, reason="It was not hers.").body_text
    page = toni.submit(path, reason="It was not hers.", witness_id=purse.bo)
    assert "Taken back" in page.body_text
    assert "$100.00" in toni.page("/pay/").body_text


def test_a_rate_changes_mid_period_and_the_page_says_from_when(purse, as_):
    purse.work(purse.ana)
    toni = as_(purse.toni)
    page = toni.submit("/pay/rates/add", amount="30", from_on="2026-11-20")
    assert "cannot change the past" in page.body_text  # what was worked is reckoned first
    page = toni.submit("/pay/rates/add", amount="30", from_on="2026-11-24")
    assert "cannot change the past" not in page.body_text
    accrual.accrue()
    assert "cannot change the past" in toni.submit("/pay/rates/add", amount="31", from_on="2026-11-19").body_text
    page = toni.submit("/pay/rates/add", amount="31", from_on="2026-11-25")
    assert "To come" in page.body_text
    toni.submit("/pay/premiums/add", premium="night", basis="percent", amount="20")
    purse.clock.move(days=1)  # the form offers the day after the last work that was reckoned
    assert "20 % of basic pay" in toni.page("/pay/rates").body_text
    assert "whole percent" in toni.submit("/pay/premiums/add", basis="percent", amount="20.5").body_text
    page = toni.submit("/pay/terms", step_minutes="15")
    assert "up to full 15 minutes" in page.body_text


def grant(purse, as_) -> str:
    toni = as_(purse.toni)
    facts = {"name": "City grant", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "budget": "5,000"}
    toni.submit("/pay/funds/add", **facts, categories=["training", "honoraria"])
    fund_id = db.session.scalars(sa.select(Fund.id)).one()
    toni.submit("/pay/funds/share", **{f"fund_{fund_id}": "1", "from_on": "2026-11-01"})
    return fund_id


def test_a_funder_sees_no_name_and_no_figure_about_a_few(purse, as_):
    grant(purse, as_)
    for each in (purse.ana, purse.bo, purse.cy):
        purse.work(each)
    accrual.accrue()
    toni = as_(purse.toni)
    assert "No month is shown until" in toni.page("/pay/report").body_text
    purse.clock.move(days=20)  # into December
    page = as_(purse.toni).page("/pay/report").body_text
    assert "fewer than 5 people" in page
    assert "300.00" not in page
    for number in range(2):
        purse.work(add_person(f"Peer {number}"))
    accrual.accrue()
    purse.clock.move(days=30)
    toni = as_(purse.toni)
    page = toni.page("/pay/report").body_text
    assert "$500.00" in page
    file = toni.get("/pay/report.csv").text
    assert "City grant,Training and meetings,November to December 2026,500.00,CAD" in file
    for text in (page, file, toni.get("/pay/journal").text):
        assert not re.search(r"\b(Ana|Bo|Cy|Peer \d)\b", text)
    assert "$4,500.00" in toni.page("/pay/funds").body_text


def test_no_report_is_made_while_the_first_month_of_the_ledger_goes_on(purse, as_):
    people = [purse.ana, purse.bo, purse.cy, *(add_person(f"Peer {number}") for number in range(2))]
    records = [purse.work(each, ended=timedelta(days=30)) for each in people]
    accrual.accrue()
    toni = as_(purse.toni)
    before = toni.get("/pay/report.csv").text
    purse.correct(records[0], left_at=purse.clock() - timedelta(days=29, hours=22))
    accrual.accrue()
    assert toni.get("/pay/report.csv").text == before
    purse.clock.move(days=10)
    assert "October 2026,550.00" in as_(purse.toni).get("/pay/report.csv").text


def test_two_reports_never_differ_by_what_one_person_was_paid(purse, as_):
    people = [purse.ana, purse.bo, purse.cy, *(add_person(f"Peer {number}") for number in range(2))]
    grant(purse, as_)
    records = [purse.work(each) for each in people]
    accrual.accrue()
    purse.clock.move(days=20)
    purse.work(purse.ana, minutes=67)
    toni = as_(purse.toni)
    before = toni.get("/pay/report.csv").text
    purse.correct(records[0], left_at=purse.clock())  # November is over: this counts in December
    accrual.accrue()
    assert toni.get("/pay/report.csv").text == before
    purse.clock.move(days=30)
    toni = as_(purse.toni)
    after = toni.get("/pay/report.csv").text
    assert "November 2026,500.00" in after
    assert "fewer than 5 people" in after
    assert len(after.splitlines()) == 3
    assert "whole months" in toni.page("/pay/report?first=2026-11-03&last=2026-11-30").body_text


def test_a_cost_outside_a_funds_days_is_never_posted_to_it(purse, as_):
    fund_id = grant(purse, as_)
    purse.work(purse.ana)
    accrual.accrue()
    page = as_(purse.toni).submit(f"/pay/funds/{fund_id}", starts_on="2026-12-01")
    assert "It has paid costs from" in page.body_text


def test_what_a_fund_has_paid_for_stays_among_what_it_may_pay_for(purse, as_):
    fund_id = grant(purse, as_)
    record, toni = purse.work(purse.ana), as_(purse.toni)
    accrual.accrue()
    page = toni.submit(f"/pay/funds/{fund_id}", categories=["honoraria"])
    assert "It has paid for this already: Training and meetings." in page.body_text
    purse.correct(record, state="void")
    accrual.accrue()
    assert "Saved." in toni.submit(f"/pay/funds/{fund_id}", categories=["honoraria"]).body_text


def test_the_journal_is_read_by_the_real_program_without_error(purse, as_):
    grant(purse, as_)
    purse.work(purse.ana)
    payout_id = purse.pay(purse.ana)
    purse.work(purse.bo, activity="meeting")
    accrual.accrue()
    saved(payouts.reverse_payout(payout_id, "typed twice", purse.toni, witness_id=purse.kim))
    text = as_(purse.toni).get("/pay/journal").text
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    assert len([each for each in entries if type(each).__name__ == "Transaction"]) == 5


def test_a_person_reads_what_they_are_owed_and_got_and_why(purse, as_):
    purse.work(purse.ana)
    purse.pay(purse.ana)
    purse.work(purse.ana, minutes=61, ended=timedelta(minutes=5))
    accrual.accrue()
    ana = as_(purse.ana)
    page = ana.page("/pay/mine")
    assert "$25.42" in page.body_text
    page = ana.page("/pay/mine/statement")
    assert page.one("dl", class_="facts").text == "Owed before $0.00 Earned $125.42 Got $100.00 Owed after $25.42"
    line = next(link["href"] for link in ana.page("/pay/mine").all("a") if "/pay/mine/worked/" in link.get("href"))
    assert "$25.00 an hour" in ana.page(line).body_text
    assert as_(purse.bo).get(line).status_code == 404


def test_who_declines_pay_is_asked_nothing_and_may_change_their_mind(purse, as_):
    ana = as_(purse.ana)
    ana.submit("/pay/mine/choice", is_declined="y")
    assert "no pay from now on" in ana.page("/pay/mine").body_text
    purse.work(purse.ana)
    assert purse.owed(purse.ana) == 0
    ana.submit("/pay/mine/choice", is_declined=None, method="transfer")
    assert "no pay from now on" not in ana.page("/pay/mine").body_text


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 20)) -> bytes:
    """As a telephone takes it: lying on its side, with a place, a maker and a remark."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "GPS maker"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "GPS 49.28 N"
    taken = io.BytesIO()
    picture = Image.new("RGB", size, "white")
    picture.paste("black", (0, 0, size[0] // 2, size[1]))
    info = PngInfo()
    info.add_text("remark", "at home")
    picture.save(taken, kind, exif=exif, comment="at home", pnginfo=info)
    return taken.getvalue() + b"more: GPS"


def test_an_expense_with_a_photo_is_accepted_by_another_and_owed(purse, as_):
    vi, toni = as_(purse.vi), as_(purse.toni)
    form = vi.page("/pay/mine/expenses/add").form()
    facts = form.filled(category="travel", minor="6.50", note="bus") | {"photo": (io.BytesIO(photo()), "r.jpg")}
    vi.post("/pay/mine/expenses/add", data=facts, content_type="multipart/form-data")
    page = toni.page("/pay/expenses")
    path = next(link["href"] for link in page.all("a") if re.fullmatch(r"/pay/expenses/\w{12}", link.get("href")))
    shown = toni.get(f"{path}/photo")
    assert shown.mimetype == "image/jpeg"
    assert b"GPS" not in shown.data
    assert as_(purse.ana).get(f"{path}/photo").status_code == 404
    assert b"\xff\xd8" not in db.session.execute(sa.text("SELECT content FROM expense_photo")).scalar_one()[:200]
    toni.submit(path, f"{path}/accept")
    assert purse.owed(purse.vi) == 650
    assert "no honorarium" in toni.page(f"/pay/people/{purse.vi}").body_text


def test_an_expense_accepted_by_mistake_is_taken_back_and_what_was_paid_for_it_is_owed_back(purse, as_):
    facts = {"category": "travel", "minor": 1500, "spent_on": purse.clock().date(), "note": None}
    expense = saved(services.ask_expense(purse.ana, facts, None, "k" * 12))
    saved(services.decide_expense(expense, "", purse.toni, is_accepted=True))
    purse.pay(purse.ana)
    path = f"/pay/expenses/{expense}"
    as_(purse.tess).submit(path, f"{path}/take-back", reason="It was 5, not 15.")
    assert purse.owed(purse.ana) == -1500
    statement = as_(purse.ana).page("/pay/mine/statement").body_text
    assert "Expense: travel" in statement
    assert "Put right: It was 5, not 15." in statement
    found = own.statement_of(purse.ana, purse.clock().date(), purse.clock().date())
    assert (found.earned.minor, found.refunded.minor, found.received.minor) == (0, 0, 1500)
    purse.whole()


def test_nobody_takes_back_the_yes_to_their_own_expense(purse):
    facts = {"category": "travel", "minor": 1500, "spent_on": purse.clock().date(), "note": None}
    expense = saved(services.ask_expense(purse.toni, facts, None, "k" * 12))
    saved(services.decide_expense(expense, "", purse.tess, is_accepted=True))
    assert isinstance(services.take_expense_back(expense, "no", purse.toni), Refused)


def test_who_asks_again_while_a_payment_is_under_way_reads_why_not(purse, as_):
    purse.work(purse.ana)
    path = f"/pay/people/{purse.ana}"
    toni = as_(purse.toni)
    facts = toni.page(path).form(path).filled()
    saved(purse.ask(purse.ana))
    answer = toni.post(path, data=facts)
    assert answer.status_code == 422
    assert "A payment to Ana is under way already" in Page(answer.text).body_text


@pytest.mark.parametrize(
    "content",
    [b"GIF89a", b"\xff\xd8\xff\xe1\x00", b"\x89PNG\r\n\x1a\n\x00\x00", photo()[:300], b"", photo(size=(9_000, 9_000))],
)
def test_what_is_no_whole_photo_is_refused_in_words(content):
    assert isinstance(photo_of(content), str)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_kept_upright_and_small_and_nothing_else_of_it(kind):
    found = photo_of(photo(kind, (4_000, 2_000)))
    assert isinstance(found, Photo)
    assert b"GPS" not in found.content
    assert b"at home" not in found.content
    picture = Image.open(io.BytesIO(found.content))
    assert picture.size == (1_000, 2_000)
    assert not picture.getexif()
    assert [picture.convert("L").getpixel((500, y)) for y in (100, 1_900)] == [0, 255]
    assert Photo.from_text(found.kind, found.text) == found


def test_a_limit_is_shown_and_kept_only_when_the_person_says_so(purse, as_):
    purse.work(purse.ana)
    purse.pay(purse.ana)
    ana = as_(purse.ana)
    page = ana.submit("/pay/mine/limit", code="on-works")
    assert "$100.00 of $200.00" in page.body_text
    assert "Ask an adviser" in page.body_text
    assert db.session.scalars(sa.select(EarningsChoice)).all() == []
    page = ana.submit("/pay/mine/limit", code="own", own="120", is_kept="y")
    assert "$100.00 of $120.00" in page.body_text
    raw = db.session.execute(sa.text("SELECT choice FROM earnings_choice")).scalar_one()
    assert b"own" not in raw
    ana.submit("/pay/mine/limit", "/pay/mine/limit/forget")
    db.session.rollback()
    assert db.session.scalars(sa.select(EarningsChoice)).all() == []


def test_legal_names_are_asked_for_only_where_a_slip_is_due_and_every_look_is_written_down(purse, as_):
    purse.work(purse.ana, minutes=24 * 60)
    purse.pay(purse.ana)
    purse.work(purse.bo)
    purse.pay(purse.bo)
    toni = as_(purse.toni)
    assert toni.page("/pay/year").body_text.count("T4A") == 2  # in the words above the list, and beside Ana
    page = toni.page("/pay/year/names")
    assert "Ana" in page.body_text
    assert "Bo" not in page.one("main").text.split()
    toni.submit(f"/pay/year/names/{purse.ana}", legal_name="Anastasia Legal")
    assert "Anastasia Legal" in toni.get("/pay/year/file.csv").text
    assert b"Anastasia" not in db.session.execute(sa.text("SELECT legal_name FROM payee_name")).scalar_one()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PayeeNameRead)) >= 4


def test_a_payment_that_broke_off_is_asked_about(purse, as_):
    purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    toni, robin = as_(purse.toni), as_(purse.robin)
    robin.submit("/pay/approve", "/pay/approve")
    path = f"/pay/payments/{payout_id}"
    toni.submit(path, f"{path}/start")
    toni.submit(path, f"{path}/doubt")
    assert "Was it handed over?" in toni.page("/pay/").body_text
    page = toni.submit(path, f"{path}/cancel")
    assert "It stays owed" in page.body_text


def test_nobody_pays_themselves_on_any_page(purse, as_):
    both = add_person("Both", Role.TREASURER, Role.PEER)
    purse.work(both)
    accrual.accrue()
    client = as_(both)
    assert "Someone else pays you" in client.page("/pay/").body_text
    assert "This is you" in client.page(f"/pay/people/{both}").body_text


def test_the_list_of_what_is_owed_takes_few_queries(purse, as_):
    for number in range(12):
        purse.work(add_person(f"Peer {number}"))
    accrual.accrue()
    toni = as_(purse.toni)
    toni.page("/pay/")
    seen: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *words: seen.append(words[2]))
    toni.page("/pay/")
    asked = [each for each in seen if each.lstrip().upper().startswith("SELECT")]
    assert len(asked) <= 20, len(asked)


def test_a_used_form_with_something_else_on_it_keeps_what_was_typed_and_may_be_sent(purse, as_):
    ana = as_(purse.ana)
    facts = ana.page("/pay/mine/expenses/add").form().filled(category="travel", minor="6.50")
    ana.post("/pay/mine/expenses/add", data=facts)
    answer = ana.post("/pay/mine/expenses/add", data=facts | {"category": "food", "minor": "31"})
    assert answer.status_code == 422
    assert "sent before" in answer.text
    again = Page(answer.text).form().filled()
    assert (again["minor"], again["category"]) == ("31", "food")
    ana.post("/pay/mine/expenses/add", data=again)
    ana.post("/pay/mine/expenses/add", data=again)
    assert sorted(db.session.scalars(sa.select(Expense.minor))) == [650, 3100]


def test_a_payee_finds_no_button_for_their_own_payment(purse, as_):
    both = add_person("Both", Role.TREASURER, Role.PEER)
    purse.work(both)
    payout_id = saved(purse.ask(both))
    payouts.approve_payouts([payout_id], purse.robin)
    for _ in range(2):
        page = as_(both).page(f"/pay/payments/{payout_id}")
        assert not [form for form in page.one("main").all("form") if payout_id in (form.get("action") or "")]
        payouts.start_payout(payout_id, purse.toni)


def test_what_a_cash_receipt_needs_is_not_called_optional(purse, as_):
    purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    payouts.approve_payouts([payout_id], purse.robin)
    payouts.start_payout(payout_id, purse.toni)
    words = as_(purse.toni).page(f"/pay/payments/{payout_id}").body_text
    for label in ("Their initials, or the number of the slip", "Who saw it?"):
        assert f"{label} (optional)" not in words


def test_sums_and_years_that_nobody_means_are_refused_in_words(purse, as_):
    ana, toni = as_(purse.ana), as_(purse.toni)
    assert "Type at most" in ana.submit("/pay/mine/expenses/add", category="food", minor="21474836.48").body_text
    assert "Type at most" in toni.submit("/pay/rates/add", amount="21474836.48").body_text
    assert "Type at most" in toni.submit("/pay/terms", second_above="99999999").body_text
    for day in ("0001-01-15", "9999-12-31"):
        assert "Statement" in ana.page(f"/pay/mine/statement?last={day}").body_text


def test_a_legal_name_is_kept_of_nobody_who_needs_no_slip(purse, as_):
    toni = as_(purse.toni)
    assert toni.get(f"/pay/year/names/{purse.vi}").status_code == 404
    form = toni.page("/pay/terms").form().filled()
    answer = toni.post(f"/pay/year/names/{purse.vi}", data=form | {"legal_name": "Viola Legal"})
    assert answer.status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PayeeName)) == 0


def test_what_else_i_got_counts_only_in_the_time_i_got_it_in(purse, as_):
    ana = as_(purse.ana)
    page = ana.submit("/pay/mine/limit", code="own", own="1000", span="month", other="900", is_kept="y", is_cap="y")
    assert "$900.00 of $1,000.00" in page.body_text
    assert "$900.00 of $1,000.00" in ana.page("/pay/mine/limit").body_text
    purse.clock.move(days=12)
    page = ana.page("/pay/mine/limit")
    assert "$0.00 of $1,000.00" in page.body_text
    assert page.form("/pay/mine/limit").filled()["other"] == ""


def test_the_next_shift_counts_only_in_its_own_month(purse, as_):
    promise(purse, purse.clock() + timedelta(days=3))
    ana = as_(purse.ana)
    facts = {"code": "own", "own": "50", "span": "week"}
    assert "comes after this time" not in ana.submit("/pay/mine/limit", **facts).body_text
    db.session.execute(sa.delete(Assignment))
    db.session.commit()
    promise(purse, purse.clock() + timedelta(days=13))
    page = ana.submit("/pay/mine/limit", **facts | {"span": "month"}).body_text
    assert "comes after this time" in page
    assert "over the limit" not in page


def test_who_keeps_hours_and_pays_goes_from_one_to_the_other_and_nobody_else_sees_a_way(purse, as_):
    both = add_person("Bea", Role.COORDINATOR, Role.TREASURER)
    for person in (purse.ana, both):
        purse.work(person)
    found = [each["href"] for each in as_(both).page("/attendance/hours").all("a")]
    ways = [each for each in found if each.startswith("/pay/people/")]
    assert ways == [f"/pay/people/{purse.ana}"]
    assert "/pay/people/" not in as_(purse.robin).get("/attendance/hours").text


def test_a_rate_for_work_that_had_none_says_what_is_owed_now(purse, as_):
    purse.work(purse.ana, activity="meeting", ended=timedelta(days=400))
    accrual.accrue()
    day = (purse.clock() - timedelta(days=400)).date()
    toni = as_(purse.toni)
    assert "Meeting, Supplies: 1 since" in toni.page("/pay/rates").body_text
    page = toni.submit("/pay/rates/add", "", amount="20", from_on=day.isoformat(), activity="meeting")
    assert "One piece of work that had no rate until now: $80.00 more is owed." in page.body_text
    assert "has no rate yet" not in page.body_text


def promise(purse, starts_at) -> None:
    """Put Ana on a shift of four hours."""
    facts = {"site_id": purse.site, "service_id": purse.service, "day_on": starts_at.date()}
    row = Shift(starts_at=starts_at, ends_at=starts_at + timedelta(hours=4), **facts)
    db.session.add(row)
    db.session.flush()
    db.session.add(Assignment(shift_id=row.id, person_id=purse.ana, assigned_at=purse.clock(), **as_told(row)))
    db.session.commit()


def test_money_spent_for_the_group_is_no_earning(purse, as_):
    facts = {"category": "travel", "minor": 650, "spent_on": purse.clock().date(), "note": None}
    expense = saved(services.ask_expense(purse.vi, facts, None, "k" * 12))
    saved(services.decide_expense(expense, "", purse.toni, is_accepted=True))
    page = as_(purse.vi).page("/pay/mine/statement")
    facts = page.one("dl", class_="facts").text
    assert facts == "Owed before $0.00 Earned $0.00 Spent for the group $6.50 Got $0.00 Owed after $6.50"
    assert "Expense: travel" in page.body_text


def test_all_treasurers_read_that_the_sum_for_a_second_approver_rises(purse, as_):
    as_(purse.toni).submit("/pay/terms", from_on="2026-11-24", second_above="5000")
    page = as_(purse.tess).page("/pay/").body_text
    assert "a second approver is needed above $5,000.00" in page
    assert "24 November" in page
    assert "Toni" in page


def test_a_payment_nobody_wrote_down_counts_on_the_day_they_got_it(purse, as_):
    purse.clock.move(days=38)  # the last day of the year
    year = purse.clock().year
    ids = []
    for each in (purse.ana, purse.bo):
        purse.work(each)
        ids.append(saved(purse.ask(each)))
        payouts.approve_payouts(ids, purse.robin)
        saved(payouts.start_payout(ids[-1], purse.toni))
        saved(payouts.doubt_payout(ids[-1], purse.toni))
    purse.clock.move(days=3)
    toni = as_(purse.toni)
    for payout_id, day in zip(ids, (None, f"{year + 1}-01-01"), strict=True):
        path = f"/pay/payments/{payout_id}"
        said = {"name": "A.", "witness_id": purse.kim}
        early = toni.submit(path, f"{path}/finish", **said, got_on=f"{year}-12-30")
        assert f"Choose a day from Thursday 31 December {year} to today." in early.body_text
        toni.submit(path, f"{path}/finish", **said, **({"got_on": day} if day else {}))
    assert [(row.name, row.amount.minor) for row in reports.year_rows(year)] == [("Ana", 10_000)]
    assert [(row.name, row.amount.minor) for row in reports.year_rows(year + 1)] == [("Bo", 10_000)]


@pytest.mark.parametrize("tag", [b"\x01\x29", b"\x01\x54"])
def test_a_photo_with_nonsense_about_itself_is_kept(tag):
    taken = photo()
    odd = taken.replace(b"\x01\x0f\x00\x02", tag + b"\x00\x02", 1)
    assert odd != taken
    assert isinstance(photo_of(odd), Photo)


@pytest.mark.parametrize("held", range(10))
def test_a_photo_is_turned_upright_however_the_camera_was_held(held):
    picture, taken, exif = Image.new("RGB", (48, 16), "white"), io.BytesIO(), Image.Exif()
    picture.paste("black", (0, 0, 16, 8))
    exif[ExifTags.Base.Orientation] = held
    picture.save(taken, "PNG", exif=exif)
    found, right = photo_of(taken.getvalue()), ImageOps.exif_transpose(Image.open(taken))
    assert isinstance(found, Photo)
    with Image.open(io.BytesIO(found.content)) as kept:
        assert kept.size == right.size
        worst = ImageChops.difference(kept, right).getextrema()
    assert max(high for _, high in worst) < 64
