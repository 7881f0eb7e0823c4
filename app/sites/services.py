"""Keeping sites, kinds of service and patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from app.audit.services import record
from app.database import db, new_id
from app.editing import Outcome, changed_names, free_code, is_taken, kept, locked, outdated, refuse
from app.pay.promises import lowered_by_weight
from app.people.leading import follow_service
from app.people.models import Skill
from app.sites.models import Pattern, PatternDemand, Service, ServiceNeed, Site

Thing = Site | Service | Pattern
WORDS: dict[type[Thing], str] = {Site: "site", Service: "service", Pattern: "pattern"}


def add_site(facts: Mapping[str, Any]) -> Outcome:
    """Add a site."""
    return _add(Site, facts)


def change_site(site_id: str, facts: Mapping[str, Any], version: int) -> Outcome:
    """Change a site; `version` is the one the page showed."""
    return _change(Site, site_id, facts, version)


def add_service(facts: Mapping[str, Any]) -> Outcome:
    """Add a kind of service."""
    return _add(Service, facts)


def change_service(service_id: str, facts: Mapping[str, Any], version: int) -> Outcome:
    """Change a kind of service; shifts that are made already keep their demand lines.

    What people said yes to at a known sum is not paid less because the service is weighed anew.
    """
    demanding = facts.get("demanding")
    problem = None if demanding is None else lowered_by_weight(service_id, demanding)
    if problem:
        return refuse(demanding=problem)
    return _change(Service, service_id, facts, version)


def add_pattern(facts: Mapping[str, Any]) -> Outcome:
    """Add a pattern; `facts` holds its columns and its demand lines as `lines`."""
    values = dict(facts)
    lines = values.pop("lines")
    problems = _pattern_problems(values, lines)
    if problems:
        return refuse(**problems)
    code = values.pop("code", None) or free_code(Pattern.code, _pattern_stem(values))
    if is_taken(Pattern.code, code):
        return refuse(code="Another pattern has this code. Choose another.")
    pattern = Pattern(id=new_id(), code=code, **values)
    pattern.demands = _demands(lines)
    db.session.add(pattern)
    record(db.session, "add pattern", "pattern", pattern.id, code=code)
    return kept(pattern.id)


def change_pattern(pattern_id: str, facts: Mapping[str, Any], version: int) -> Outcome:
    """Change a pattern and its demand lines; shifts that are made already stay as they are."""
    pattern = locked(Pattern, pattern_id)
    if pattern is None:
        return refuse(form="This pattern is not there any more.")
    if pattern.version != version:
        return outdated(pattern.version)
    values = dict(facts)
    lines = values.pop("lines")
    if not values.get("code"):
        values.pop("code", None)
    problems = _pattern_problems(values, lines)
    if values.get("code") and is_taken(Pattern.code, values["code"], pattern_id):
        problems["code"] = "Another pattern has this code. Choose another."
    if problems:
        return refuse(**problems)
    changed = changed_names(pattern, values)
    for name in changed:
        setattr(pattern, name, values[name])
    if [_line(each) for each in pattern.demands] != lines:
        pattern.demands = _demands(lines)
        flag_modified(pattern, "code")  # the version rises with the lines too
        changed.append("lines")
    if changed:
        record(db.session, "change pattern", "pattern", pattern_id, changed=changed)
    return kept(pattern_id)


def set_in_use(model: type[Thing], row_id: str, version: int, *, is_active: bool) -> Outcome:
    """Put a site, kind of service or pattern out of use, or back into it. What was planned with it stays."""
    row = locked(model, row_id)
    if row is None:
        return refuse(form=f"This {WORDS[model]} is not there any more.")
    if row.version != version:
        return outdated(row.version)
    row.is_active = is_active
    record(db.session, f"{'restore' if is_active else 'archive'} {WORDS[model]}", WORDS[model], row_id)
    return kept(row_id)


def _add(model: type[Site | Service], facts: Mapping[str, Any]) -> Outcome:
    values = dict(facts)
    needs = values.pop("need_ids", None)
    code = values.pop("code", None) or free_code(model.code, values["name"])
    problems = _named_problems(model, values | {"code": code}, None) | _need_problems(needs)
    if problems:
        return refuse(**problems)
    row = model(id=new_id(), code=code, **values)
    if isinstance(row, Service) and needs is not None:
        _put_needs(row, needs)
    if isinstance(row, Service):
        follow_service(row.lead_skill_id)
    db.session.add(row)
    record(db.session, f"add {WORDS[model]}", WORDS[model], row.id, name=row.name)
    return kept(row.id)


def _change(model: type[Site | Service], row_id: str, facts: Mapping[str, Any], version: int) -> Outcome:
    row = locked(model, row_id)
    if row is None:
        return refuse(form=f"This {WORDS[model]} is not there any more.")
    if row.version != version:
        return outdated(row.version)
    values = dict(facts)
    needs = values.pop("need_ids", None)
    if not values.get("code"):
        values.pop("code", None)
    problems = _named_problems(model, values, row_id) | _need_problems(needs)
    if problems:
        return refuse(**problems)
    changed = changed_names(row, values)
    for name in changed:
        setattr(row, name, values[name])
    if "lead_skill_id" in changed:
        follow_service(values["lead_skill_id"])
    if isinstance(row, Service) and needs is not None and set(needs) != set(row.need_ids):
        _put_needs(row, needs)
        flag_modified(row, "code")  # the version rises with the needs too
        changed.append("needs")
    if changed:
        record(db.session, f"change {WORDS[model]}", WORDS[model], row_id, changed=changed)
    return kept(row_id)


def _put_needs(service: Service, skill_ids: Iterable[str]) -> None:
    kept = {each.skill_id: each for each in service.needs}
    service.needs = [kept.get(each) or ServiceNeed(skill_id=each) for each in sorted(set(skill_ids))]


def _need_problems(skill_ids: Iterable[str] | None) -> dict[str, str]:
    is_known = all(db.session.get(Skill, each) is not None for each in skill_ids or ())
    return {} if is_known else {"need_ids": "Choose those of the list."}


def _named_problems(model: type[Site | Service], values: Mapping[str, Any], row_id: str | None) -> dict[str, str]:
    found = {}
    if is_taken(model.name, values["name"], row_id):
        found["name"] = f"There is a {WORDS[model]} with this name. It may be out of use."
    if values.get("code") and is_taken(model.code, values["code"], row_id):
        found["code"] = f"Another {WORDS[model]} has this code. Choose another."
    lead = values.get("lead_skill_id")
    if lead is not None and db.session.get(Skill, lead) is None:
        found["lead_skill_id"] = "Choose one of the list."
    return found


def _pattern_problems(values: Mapping[str, Any], lines: list[dict[str, Any]]) -> dict[str, str]:
    found = {}
    if db.session.get(Site, values["site_id"]) is None:
        found["site_id"] = "Choose one of the list."
    if db.session.get(Service, values["service_id"]) is None:
        found["service_id"] = "Choose one of the list."
    if any(each["skill_id"] and db.session.get(Skill, each["skill_id"]) is None for each in lines):
        found["lines"] = "Choose skills of the list."
    return found


def _pattern_stem(values: Mapping[str, Any]) -> str:
    site, service = db.session.get_one(Site, values["site_id"]), db.session.get_one(Service, values["service_id"])
    return f"{site.code}-{service.code}"


def _demands(lines: list[dict[str, Any]]) -> list[PatternDemand]:
    return [PatternDemand(position=position, **line) for position, line in enumerate(lines)]


def _line(demand: PatternDemand) -> dict[str, Any]:
    return {
        "skill_id": demand.skill_id,
        "minimum": demand.minimum,
        "target": demand.target,
        "maximum": demand.maximum,
    }
