"""Which rules there are, which of them a group may switch off, and a rule built from what the group set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduling import Parameter, Rule, all_rules

ALWAYS_ON = frozenset(
    {
        "availability",
        "certificate",
        "company",
        "cover",
        "hours",
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


def built(rule: type[Rule], chosen: Mapping[str, Any]) -> Rule:
    """The rule with the group's numbers and its own defaults for the rest."""
    values: dict[str, Any] = fitting(rule.name, rule.parameters(), chosen)
    return rule(**values)
