"""Which rules there are, which of them a group may switch off, and a rule built from what the group set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.rules.settings import NAME
from scheduling import Parameter, Rule, all_rules

ALWAYS_ON = frozenset(
    {
        "availability",
        "certificate",
        "company",
        "cover",
        "hours",
        "agreed_hours",
        "not_at",
        "not_with",
        "overlap",
        "pin",
        "rest",
        "shift_length",
        "skill",
        "trainee",
        "weekly_rest",
    }
)
"""Rules that keep people safe, or that the group's word to a person rests on: nobody switches them off."""

ALWAYS_FORBIDDEN = frozenset(
    {
        ("availability", "price_unavailable"),
        ("certificate", "price"),
        ("company", "price_alone"),
        ("not_at", "price"),
        ("not_with", "price"),
        ("trainee", "price_alone"),
    }
)
"""What no price buys, as (rule, parameter)."""

FOR_OTHER_GROUPS = frozenset({"kinds", "short_run", "succession"})
"""Rules about agreements that Evenhand's pages do not hold: they would never say anything here."""


ORDERED = (
    ("days_in_row", "soft", "most"),
    ("fair_hours", "near", "far"),
    ("hours", "most_average", "most_week"),
    ("nights_in_row", "soft", "most"),
    ("shift_length", "most_hard", "most"),
)
"""Numbers of one rule of which the first is never more than the second, as (rule, first, second)."""


def shown_rules() -> tuple[type[Rule], ...]:
    """The rules a group sees and sets, sorted by title."""
    return tuple(sorted((rule for rule in all_rules() if rule.name not in FOR_OTHER_GROUPS), key=lambda r: r.title))


def may_switch_off(rule: type[Rule]) -> bool:
    """Whether a group may do without this rule."""
    return rule.name not in ALWAYS_ON


def is_settable(rule: str, parameter: Parameter) -> bool:
    """Whether a group may change this number."""
    return (rule, parameter.name) not in ALWAYS_FORBIDDEN


def fitting(rule: str, parameters: tuple[Parameter, ...], chosen: Mapping[str, Any]) -> dict[str, int | bool | None]:
    """The chosen values that (still) fit the parameters; what does not fit is left to the default."""
    return {
        each.name: chosen[each.name]
        for each in parameters
        if each.name in chosen and is_settable(rule, each) and _fits(each, chosen[each.name])
    }


def _fits(parameter: Parameter, value: object) -> bool:
    if value is None:
        return parameter.may_forbid
    if isinstance(parameter.default, bool) or isinstance(value, bool):
        return isinstance(parameter.default, bool) and isinstance(value, bool)
    return isinstance(value, int) and parameter.minimum <= value <= parameter.maximum


def clashes(rule: str, parameters: tuple[Parameter, ...], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with numbers that fit one by one but make no sense together, in words by name."""
    labels = {each.name: each.label for each in parameters}
    found = {
        first: f"This is more than “{labels[second]}”."
        for name, first, second in ORDERED
        if name == rule and values[first] > values[second]
    }
    if rule == NAME:
        night = (values["night_until"] - values["night_from"]) % 24 * 60
        if not night:
            found["night_until"] = "The night ends at another hour than it begins."
        elif values["night_least"] > night:
            found["night_least"] = "This is longer than the night."
    return found


def built(rule: type[Rule], chosen: Mapping[str, Any]) -> Rule:
    """The rule with the group's numbers and its own defaults for the rest."""
    values: dict[str, Any] = fitting(rule.name, rule.parameters(), chosen)
    return rule(**values)
