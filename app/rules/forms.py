"""The form of one rule, made from what the rule says about its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.fields import EditForm, HoursField, PlainInteger, hours_text
from app.rules.catalogue import is_settable
from app.rules.queries import RuleCard
from scheduling import Parameter

EMPTY = " (empty: forbidden)"
OURS = "our choice"

Value = int | bool | None


@dataclass(frozen=True)
class Setting:
    """A number that can be set: the name of its field, of its parameter, and the unit people read."""

    field: str
    name: str
    unit: str


class RuleForm(EditForm):
    """One rule; its numbers are added by `rule_form`."""

    @property
    def is_on_now(self) -> bool:
        """Whether the rule is to be on; a rule that cannot be switched off is."""
        return bool(self["is_on"].data) if "is_on" in self else True

    def values(self, card: RuleCard) -> dict[str, int | bool | None]:
        """The numbers of the rule that can be set."""
        return {each.name: self[f"p_{each.name}"].data for each in settable(card)}


def settable(card: RuleCard) -> list[Parameter]:
    """The numbers of a rule that a group may set."""
    return [each for each in card.parameters if is_settable(card.name, each)]


def settings_of(card: RuleCard) -> list[Setting]:
    """What the page needs to show each of them."""
    return [Setting(f"p_{each.name}", each.name, unit_of(each)) for each in settable(card)]


def fixed_words(card: RuleCard) -> list[str]:
    """What no group can change, in words."""
    return [
        f"{each.label.replace(EMPTY, '')}: {value_words(each, each.default)}"
        for each in card.parameters
        if not is_settable(card.name, each)
    ]


def rule_form(card: RuleCard, **known: Any) -> RuleForm:
    """The form of a rule, showing the group's numbers."""
    fields: dict[str, Any] = {}
    if card.may_switch_off:
        fields["is_on"] = BooleanField("This rule is on", default=card.is_on)
    for each in settable(card):
        fields[f"p_{each.name}"] = _field(each, card.values[each.name])
    form: RuleForm = type("ThisRuleForm", (RuleForm,), fields)(**known)
    if known or not form.is_submitted():
        form.show(card.version)
    return form


def unit_of(parameter: Parameter) -> str:
    """The unit people type: minutes as hours."""
    return "hours" if parameter.unit == "minutes" else parameter.unit


def value_words(parameter: Parameter, value: Value) -> str:
    """A value as people read it: "11 hours", "forbidden"."""
    if value is None:
        return "forbidden"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{hours_text(value) if parameter.unit == 'minutes' else value} {unit_of(parameter)}"


def _field(parameter: Parameter, value: Value) -> IntegerField:
    source = "" if parameter.source == OURS else f" Source: {parameter.source}."
    told = f"As it comes: {value_words(parameter, parameter.default)}.{source}"
    label = parameter.label.replace(EMPTY, "")
    if isinstance(parameter.default, bool):
        return BooleanField(label, default=value, description=told)
    if parameter.may_forbid:
        told = f"Leave it empty to forbid it. {told}"
    first: Any = Optional() if parameter.may_forbid else InputRequired("Type a number.")
    if parameter.unit == "minutes":
        bounds = {"least": parameter.minimum, "most": parameter.maximum}
        return HoursField(label, [first], description=told, default=value, **bounds)
    between = f"Type a whole number from {parameter.minimum} to {parameter.maximum}."
    range_ = NumberRange(parameter.minimum, parameter.maximum, between)
    return PlainInteger(label, [first, range_], description=told, default=value)
