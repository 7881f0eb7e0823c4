"""Setting the rules."""

from __future__ import annotations

from collections.abc import Mapping

from app import clock
from app.audit.services import record
from app.database import db, insert_if_absent
from app.editing import Outcome, Saved, actor_id, locked, outdated, refuse
from app.rules.catalogue import clashes, fitting
from app.rules.models import RuleSetting
from app.rules.queries import RuleCard, configured_rules, roster_settings, rule_card

__all__ = ["configured_rules", "reset_rule", "roster_settings", "set_rule"]


def set_rule(name: str, values: Mapping[str, int | bool | None], version: int, *, is_on: bool = True) -> Outcome:
    """Keep a rule's numbers and whether it is on; `version` is the one the page showed (0: never set)."""
    card = rule_card(name)
    if card is None:
        return refuse(form="There is no such rule.")
    unfit = [each for each in values if each not in fitting(name, card.parameters, values)]
    if unfit:
        return refuse(**dict.fromkeys(unfit, "This number does not fit the rule."))
    if problems := clashes(name, card.parameters, card.values | dict(values)):
        return refuse(**problems)
    if not is_on and not card.may_switch_off:
        return refuse(form="This rule keeps people safe. It cannot be switched off.")
    differing = {
        each.name: values[each.name] for each in card.parameters if values.get(each.name, each.default) != each.default
    }
    return _keep(card, differing, version, is_on=is_on)


def reset_rule(name: str, version: int) -> Outcome:
    """Give a rule back its own defaults, on or off included."""
    card = rule_card(name)
    if card is None:
        return refuse(form="There is no such rule.")
    setting = locked(RuleSetting, name)
    if setting is None:
        return Saved(name)
    if setting.version != version:
        return outdated(setting.version)
    record(db.session, "reset rule", "rule", name, before=dict(setting.parameters), was_on=setting.is_on)
    db.session.delete(setting)
    db.session.commit()
    return Saved(name)


def _keep(card: RuleCard, parameters: dict[str, int | bool | None], version: int, *, is_on: bool) -> Outcome:
    now = clock.now()
    if version == 0:
        blank = {"rule": card.name, "is_on": is_on, "parameters": {}, "changed_at": now, "version": 1}
        version = 1 if insert_if_absent(db.session, RuleSetting, blank) else 0
    setting = locked(RuleSetting, card.name)
    if setting is None or setting.version != version:
        return outdated(setting.version if setting else 0)
    record(
        db.session, "set rule", "rule", card.name,
        before={"is_on": card.is_on, "parameters": {name: card.values[name] for name in card.changed}},
        after={"is_on": is_on, "parameters": parameters},
    )  # fmt: skip
    setting.is_on, setting.parameters = is_on, parameters
    setting.changed_by_id, setting.changed_at = actor_id(), now
    db.session.commit()
    return Saved(card.name)
