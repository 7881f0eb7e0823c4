"""The rules as this group set them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.database import Statement, db, known_rows, rows
from app.people.models import Person
from app.rules.catalogue import built, fitting, may_switch_off, shown_rules
from app.rules.models import RuleSetting
from app.rules.settings import DAY_NAME, GROUPS, NAME, STRAIN_NAME, DaySettings, RosterSettings, setting_parameters
from scheduling import Parameter, Rule


@dataclass(frozen=True)
class RuleCard:
    """One rule with what this group made of it; `values` holds every parameter, `changed` the names set by hand."""

    name: str
    title: str
    about: str
    is_on: bool
    may_switch_off: bool
    is_private: bool
    parameters: tuple[Parameter, ...]
    values: dict[str, int | bool | None]
    changed: frozenset[str]
    version: int
    changed_by: str | None = None
    changed_at: datetime | None = None


def configured_rules() -> tuple[Rule, ...]:
    """The law of this group's rosters: each rule that is on, with the group's numbers, sorted by name."""
    return _rules(_settings())


def roster_settings() -> RosterSettings:
    """What the group agreed about rosters as a whole."""
    return _agreed(_settings().get(NAME))


def roster_law() -> tuple[RosterSettings, tuple[Rule, ...]]:
    """What the group agreed about rosters, and its rules: both in one query."""
    settings = _settings()
    return _agreed(settings.get(NAME)), _rules(settings)


def day_settings() -> DaySettings:
    """What the group agreed about the days before a shift, and the day itself."""
    setting = _settings().get(DAY_NAME)
    values: dict[str, Any] = fitting(DAY_NAME, setting_parameters(DAY_NAME), setting.parameters if setting else {})
    return DaySettings(**values)


def strain_points() -> dict[str, int]:
    """What each reason of strain is worth in this group, by its name."""
    parameters = setting_parameters(STRAIN_NAME)
    setting = db.session.get(RuleSetting, STRAIN_NAME)
    chosen = fitting(STRAIN_NAME, parameters, setting.parameters if setting else {})
    return {each.name: int(chosen.get(each.name, each.default) or 0) for each in parameters}


def rule_cards() -> list[RuleCard]:
    """Every rule a group sees, sorted by title."""
    settings, names = _settings(), _names()
    return [_card(rule, settings.get(rule.name), names) for rule in shown_rules()]


def rule_card(name: str) -> RuleCard | None:
    """One rule, or one group of settings, by name; None when there is no such rule."""
    setting, names = db.session.get(RuleSetting, name), _names()
    if name in GROUPS:
        return _settings_card(name, setting, names)
    return next((_card(rule, setting, names) for rule in shown_rules() if rule.name == name), None)


def _rules(settings: dict[str, Any]) -> tuple[Rule, ...]:
    found = []
    for rule in shown_rules():
        setting = settings.get(rule.name)
        if _is_on(rule, setting):
            found.append(built(rule, setting.parameters if setting else {}))
    return tuple(sorted(found, key=lambda rule: rule.name))


def _agreed(setting: Any) -> RosterSettings:
    values: dict[str, Any] = fitting(NAME, setting_parameters(), setting.parameters if setting else {})
    return RosterSettings(**values)


def _settings() -> dict[str, Any]:
    return {row.rule: row for row in known_rows(_all_settings)}


@cache
def _all_settings() -> Statement:
    return sa.select(RuleSetting.rule, RuleSetting.is_on, RuleSetting.parameters, RuleSetting.version).add_columns(
        RuleSetting.changed_by_id, RuleSetting.changed_at
    )


def _names() -> dict[str, str]:
    """Names of those who changed a setting last, by id."""
    return {row.id: row.name for row in rows(_changers())}


@cache
def _changers() -> Statement:
    return sa.select(Person.id, Person.name).join(RuleSetting, RuleSetting.changed_by_id == Person.id)


def _is_on(rule: type[Rule], setting: Any) -> bool:
    if not may_switch_off(rule):
        return True
    return rule.is_default if setting is None else bool(setting.is_on)


def _card(rule: type[Rule], setting: Any, names: dict[str, str]) -> RuleCard:
    parameters = rule.parameters()
    chosen = fitting(rule.name, parameters, setting.parameters if setting else {})
    return RuleCard(
        name=rule.name,
        title=rule.title,
        about=rule.about,
        is_on=_is_on(rule, setting),
        may_switch_off=may_switch_off(rule),
        is_private=rule.is_private,
        parameters=parameters,
        values={each.name: chosen.get(each.name, each.default) for each in parameters},
        changed=frozenset(each.name for each in parameters if chosen.get(each.name, each.default) != each.default),
        version=setting.version if setting else 0,
        changed_by=names.get(setting.changed_by_id or "") if setting else None,
        changed_at=setting.changed_at if setting else None,
    )


def _settings_card(name: str, setting: RuleSetting | None, names: dict[str, str]) -> RuleCard:
    parameters = setting_parameters(name)
    chosen = fitting(name, parameters, setting.parameters if setting else {})
    return RuleCard(
        name=name,
        title=GROUPS[name].title,
        about=GROUPS[name].about,
        is_on=True,
        may_switch_off=False,
        is_private=False,
        parameters=parameters,
        values={each.name: chosen.get(each.name, each.default) for each in parameters},
        changed=frozenset(each.name for each in parameters if chosen.get(each.name, each.default) != each.default),
        version=setting.version if setting else 0,
        changed_by=names.get(setting.changed_by_id or "") if setting else None,
        changed_at=setting.changed_at if setting else None,
    )
