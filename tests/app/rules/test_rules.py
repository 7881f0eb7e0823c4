from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.database import db
from app.editing import Outdated, Refused, Saved
from app.rules.catalogue import ALWAYS_FORBIDDEN, ALWAYS_ON, FOR_OTHER_GROUPS
from app.rules.models import RuleSetting
from app.rules.queries import configured_rules, roster_settings, rule_card
from app.rules.services import reset_rule, set_rule
from app.rules.settings import RosterSettings
from scheduling import all_rules

BERLIN = ZoneInfo("Europe/Berlin")


def named(name):
    return next(rule for rule in configured_rules() if rule.name == name)


def values_of(name, **changes):
    return rule_card(name).values | changes


def test_a_new_group_starts_with_every_default_rule_and_its_default_numbers(app):
    expected = {rule() for rule in all_rules() if rule.is_default and rule.name not in FOR_OTHER_GROUPS}
    assert set(configured_rules()) == expected


def test_every_rule_named_in_the_lists_exists():
    names = {rule.name for rule in all_rules()}
    assert names >= ALWAYS_ON
    assert names >= FOR_OTHER_GROUPS
    known = {(rule.name, each.name) for rule in all_rules() for each in rule.parameters()}
    assert known >= ALWAYS_FORBIDDEN


def test_a_set_number_reaches_the_roster_and_is_logged(app):
    with app.test_request_context(method="POST"):
        assert isinstance(set_rule("rest", values_of("rest", least=720), 0), Saved)
    assert named("rest").least == 720
    card = rule_card("rest")
    assert card.changed == {"least"}
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "set rule")).one()
    assert entry.object_id == "rest"
    assert entry.details == {
        "before": {"is_on": True, "parameters": {}},
        "after": {"is_on": True, "parameters": {"least": 720}},
    }


def test_a_second_change_from_an_old_page_is_told_so(app):
    with app.test_request_context(method="POST"):
        set_rule("rest", values_of("rest", least=720), 0)
        assert set_rule("rest", values_of("rest", least=700), 0) == Outdated(rule_card("rest").version)
        assert named("rest").least == 720


def test_a_rule_that_keeps_people_safe_cannot_be_switched_off(app):
    with app.test_request_context(method="POST"):
        assert isinstance(set_rule("overlap", {}, 0, is_on=False), Refused)
        db.session.add(RuleSetting(rule="overlap", is_on=False, changed_at=datetime(2026, 1, 1, tzinfo=UTC)))
        db.session.commit()
    assert named("overlap")


def test_what_no_price_buys_stays_forbidden(app):
    with app.test_request_context(method="POST"):
        refused = set_rule("availability", values_of("availability", price_unavailable=5), 0)
    assert isinstance(refused, Refused)
    assert set(refused.problems) == {"price_unavailable"}
    assert named("availability").price_unavailable is None


def test_a_number_out_of_bounds_is_refused_by_name(app):
    with app.test_request_context(method="POST"):
        refused = set_rule("rest", values_of("rest", least=100_000), 0)
    assert isinstance(refused, Refused)
    assert set(refused.problems) == {"least"}


def test_a_rule_can_be_switched_off_and_reset(app):
    with app.test_request_context(method="POST"):
        assert isinstance(set_rule("weekend", values_of("weekend", enough=1), 0, is_on=False), Saved)
        assert "weekend" not in {rule.name for rule in configured_rules()}
        version = rule_card("weekend").version
        assert isinstance(reset_rule("weekend", version + 1), Outdated)
        assert isinstance(reset_rule("weekend", version), Saved)
        assert named("weekend").enough == 2
        assert rule_card("weekend").version == 0


def test_a_kept_number_that_no_longer_fits_gives_way_to_the_default(app):
    with app.test_request_context(method="POST"):
        kept = {"least": "eleven", "price": -4, "gone": 3}
        db.session.add(RuleSetting(rule="rest", parameters=kept, changed_at=datetime(2026, 1, 1, tzinfo=UTC)))
        db.session.commit()
    assert named("rest") == type(named("rest"))()


def test_settings_of_rosters_as_a_whole_are_set_like_a_rule(app):
    assert roster_settings() == RosterSettings()
    with app.test_request_context(method="POST"):
        assert isinstance(set_rule("roster", values_of("roster", notice_days=7), 0), Saved)
    assert roster_settings().notice_days == 7


@pytest.mark.parametrize(
    ("hour", "hours", "is_night"), [(20, 8, True), (16, 8, True), (16, 7, False), (1, 8, True), (2, 8, False)]
)
def test_a_shift_is_a_night_shift_when_three_hours_of_it_lie_in_the_night(hour, hours, is_night):
    start = datetime(2026, 6, 1, hour, tzinfo=UTC)  # two hours later in Berlin
    assert RosterSettings().is_night(start, start + timedelta(hours=hours), BERLIN) is is_night
