"""Keeping people: adding, changing, leaving and coming back, and what they can do."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app import clock
from app.access import Role
from app.audit.services import record
from app.auth import services as doors
from app.database import db, new_id
from app.editing import Outcome, Refused, Saved, changed_names, free_code, is_taken, kept, locked, outdated, refuse
from app.mail.services import post
from app.pay.accrual import accrue_within
from app.people.leading import follow_level
from app.people.models import Person, PersonRole, PersonSkill, Skill
from app.people.queries import has_other_admin, may_manage_fully
from app.vault import vault

OWN_FACTS = frozenset(
    {"name", "pronouns", "email", "phone", "wanted_minutes", "maximum_minutes", "hours_dial", "default_grade"}
)
"""What people change about themselves."""


def add_person(facts: Mapping[str, Any], by: frozenset[Role]) -> Outcome:
    """Add a person; someone with the roles `by` does it. Only admins give other roles than peer."""
    values = dict(facts)
    roles = frozenset(values.pop("roles", None) or {Role.PEER})
    code = values.pop("code", None) or free_code(Person.code, values["name"])
    problems = _problems(values | {"code": code}, None)
    if Role.ADMIN not in by and roles != {Role.PEER}:
        problems["roles"] = "Only admins give other roles."
    if problems:
        return _refused(problems)
    person = Person(id=new_id(), code=code, created_at=clock.now(), **values)
    person.email_index = _index(person.email)
    if person.email:
        note_address(db.session, person, None)
    person.role_rows = [PersonRole(role=role) for role in sorted(roles)]
    db.session.add(person)
    db.session.flush()
    follow_level(person.id, None, person.level)
    record(db.session, "add person", "person", person.id, roles=sorted(roles))
    return kept(person.id)


def change_person(person_id: str, facts: Mapping[str, Any], version: int, by: frozenset[Role]) -> Outcome:
    """Change what is kept about a person; `facts` holds only what is to change, `version` what the page showed."""
    before = db.session.get(Person, person_id)
    if before is not None and facts.get("is_volunteer", before.is_volunteer) != before.is_volunteer:
        accrue_within()  # what was worked until now is paid, or not, as it was agreed then
    person = locked(Person, person_id)
    if person is None:
        return refuse(form="This person is not there any more.")
    if person.version != version:
        return outdated(person.version)
    values = dict(facts)
    roles = frozenset(values.pop("roles", person.roles))
    problems = _problems(values, person) | _forbidden(person, values, roles, by)
    if problems:
        return _refused(problems)
    _keep(person, values, roles)
    return kept(person_id)


def change_own_profile(person_id: str, facts: Mapping[str, Any], version: int) -> Outcome:
    """Change what a person may change about themselves."""
    person = locked(Person, person_id)
    if person is None:
        return refuse(form="This person is not there any more.")
    if person.version != version:
        return outdated(person.version)
    values = {name: value for name, value in facts.items() if name in OWN_FACTS}
    problems = _problems(values, person)
    if problems:
        return _refused(problems)
    _keep(person, values, person.roles)
    return kept(person_id)


def set_active(person_id: str, version: int, by: frozenset[Role], *, is_active: bool) -> Outcome:
    """Let a person leave, or come back. Who leaves is signed out everywhere; their published shifts stay theirs."""
    person = locked(Person, person_id)
    if person is None:
        return refuse(form="This person is not there any more.")
    if person.version != version:
        return outdated(person.version)
    if not may_manage_fully(by, person):
        return refuse(form="Only an admin can do this for someone with duties.")
    if not is_active and Role.ADMIN in person.roles and not has_other_admin(person_id):
        return refuse(form="This is the only admin. Give someone else that role first.")
    person.is_active = is_active
    record(db.session, "reactivate person" if is_active else "deactivate person", "person", person_id)
    if is_active:
        db.session.commit()
    else:
        doors.end_every_place(person_id)  # commits: the sessions end in the same transaction
    return Saved(person_id)


def _problems(values: Mapping[str, Any], person: Person | None) -> dict[str, str]:
    """What speaks against these values, by field."""
    person_id = None if person is None else person.id
    found = {}
    if values.get("code") and is_taken(Person.code, values["code"], person_id):
        found["code"] = "Someone has this code. Choose another."
    if values.get("email") and _is_address_taken(values["email"], person_id):
        found["email"] = "This address is in use already."
    wanted, most = (values.get(each) for each in ("wanted_minutes", "maximum_minutes"))
    if wanted is not None and most is not None and wanted > most:
        found["maximum_minutes"] = "This is less than the wanted hours."
    return found


def _forbidden(
    person: Person, values: Mapping[str, Any], roles: frozenset[Role], by: frozenset[Role]
) -> dict[str, str]:
    """What the one who changes it may not change, by field."""
    found = {}
    if roles != person.roles and Role.ADMIN not in by:
        found["roles"] = "Only admins change roles."
    elif not roles:
        found["roles"] = "Choose at least one role."
    elif Role.ADMIN in person.roles - roles and not has_other_admin(person.id):
        found["roles"] = "This is the only admin. Give someone else that role first."
    if values.get("email", person.email) != person.email and not may_manage_fully(by, person):
        found["email"] = "Only an admin changes the address of someone with duties."
    return found


def _refused(problems: Mapping[str, str]) -> Refused:
    db.session.rollback()
    return Refused(problems)


def _keep(person: Person, values: dict[str, Any], roles: frozenset[Role]) -> None:
    changed = changed_names(person, values)
    told: dict[str, Any] = {"changed": changed}
    if roles != person.roles:
        told |= {"roles_before": sorted(person.roles), "roles_after": sorted(roles)}
        kept = [row for row in person.role_rows if row.role in roles]
        person.role_rows = [*kept, *(PersonRole(role=role) for role in sorted(roles - person.roles))]
        flag_modified(person, "name")  # the version rises with the roles too
    if "email" in changed:
        note_address(db.session, person, person.email)
        person.email_index = _index(values["email"])
    for name in changed:
        setattr(person, name, values[name])
    if len(told) > 1 or changed:
        record(db.session, "change person", "person", person.id, **told)


def note_address(session: Session, person: Person, before: str | None) -> None:
    """Note in the caller's transaction that an address was set, changed or taken away; the one before is told."""
    person.address_changed_at = clock.now()
    if before:
        person.former_emails = " ".join(dict.fromkeys([*(person.former_emails or "").split(), before]))
        post(
            session,
            key=f"address-changed:{new_id()}",
            to=before,
            subject="Your address was changed",
            body="Hello,\n\nyour account uses another e-mail address from now on. "
            "If this was not you or not agreed with you, tell your coordinator today.\n",
        )


def _index(email: str | None) -> str | None:
    return vault().index(email.lower(), "person.email") if email else None


def _is_address_taken(email: str, person_id: str | None) -> bool:
    holder = db.session.scalar(sa.select(Person.id).where(Person.email_index == _index(email)))
    return holder is not None and holder != person_id


def add_skill(facts: Mapping[str, Any]) -> Outcome:
    """Add a skill or kind of certificate to the catalogue."""
    values = dict(facts)
    code = values.pop("code", None) or free_code(Skill.code, values["name"])
    problems = _skill_problems(values | {"code": code}, None)
    if problems:
        return _refused(problems)
    skill = Skill(id=new_id(), code=code, **values)
    db.session.add(skill)
    record(db.session, "add skill", "skill", skill.id, name=skill.name)
    return kept(skill.id)


def change_skill(skill_id: str, facts: Mapping[str, Any], version: int) -> Outcome:
    """Change a skill of the catalogue; what people hold keeps its dates."""
    skill = locked(Skill, skill_id)
    if skill is None:
        return refuse(form="This skill is not there any more.")
    if skill.version != version:
        return outdated(skill.version)
    values = dict(facts)
    if not values.get("code"):
        values.pop("code", None)
    problems = _skill_problems(values, skill_id)
    if problems:
        return _refused(problems)
    record(db.session, "change skill", "skill", skill_id, changed=changed_names(skill, values))
    for name, value in values.items():
        setattr(skill, name, value)
    return kept(skill_id)


def _skill_problems(values: Mapping[str, Any], skill_id: str | None) -> dict[str, str]:
    found = {}
    if is_taken(Skill.name, values["name"], skill_id):
        found["name"] = "There is a skill with this name."
    if values.get("code") and is_taken(Skill.code, values["code"], skill_id):
        found["code"] = "Another skill has this code. Choose another."
    return found


def give_skill(
    person_id: str, skill_id: str, obtained_on: date | None, expires_on: date | None, *, lasts: bool = False
) -> Outcome:
    """Note that a person has a skill; without `lasts` a missing expiry is reckoned from the skill's validity."""
    skill, person = db.session.get(Skill, skill_id), locked(Person, person_id)
    if skill is None or person is None:
        return refuse(skill_id="Choose a skill.")
    query = sa.select(PersonSkill.id).where(PersonSkill.person_id == person_id, PersonSkill.skill_id == skill_id)
    if db.session.scalar(query) is not None:
        return refuse(skill_id="They have this one already. To renew it, change it in the list.")
    expires_on = reckoned_expiry(skill, obtained_on, expires_on, lasts=lasts)
    held = PersonSkill(
        id=new_id(), person_id=person_id, skill_id=skill_id, obtained_on=obtained_on, expires_on=expires_on
    )
    db.session.add(held)
    record(db.session, "give skill", "person", person_id, skill=skill.code, **_dates(held))
    return kept(held.id)


def change_held_skill(  # noqa: PLR0913 - the two days, and the two the page showed
    person_id: str,
    held_id: str,
    obtained_on: date | None,
    expires_on: date | None,
    seen: tuple[date | None, date | None],
    *,
    lasts: bool = False,
) -> Outcome:
    """Change or renew what a person holds; `seen` are the dates the page showed."""
    held = locked(PersonSkill, held_id)
    if held is None or held.person_id != person_id:
        return refuse(form="They do not have this skill any more.")
    if (held.obtained_on, held.expires_on) != seen:
        return outdated(0)
    skill = db.session.get_one(Skill, held.skill_id)
    before = _dates(held)
    held.obtained_on = obtained_on
    held.expires_on = reckoned_expiry(skill, obtained_on, expires_on, lasts=lasts)
    record(db.session, "change skill of person", "person", person_id, skill=skill.code, before=before, **_dates(held))
    db.session.commit()
    return Saved(held_id)


def take_skill(person_id: str, held_id: str) -> Outcome:
    """Note that a person does not have a skill (any more)."""
    held = locked(PersonSkill, held_id)
    if held is None or held.person_id != person_id:
        return refuse(form="They do not have this skill any more.")
    skill = db.session.get_one(Skill, held.skill_id)
    record(db.session, "take skill", "person", person_id, skill=skill.code, **_dates(held))
    db.session.delete(held)
    return kept(person_id)


def reckoned_expiry(skill: Skill, obtained_on: date | None, expires_on: date | None, *, lasts: bool) -> date | None:
    """The last valid day: as given; never, if it lasts; else reckoned from the months the skill is valid."""
    if lasts:
        return None
    if expires_on is None and obtained_on is not None and skill.validity_months is not None:
        return months_after(obtained_on, skill.validity_months)
    return expires_on


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _dates(held: PersonSkill) -> dict[str, str | None]:
    return {
        "obtained_on": held.obtained_on.isoformat() if held.obtained_on else None,
        "expires_on": held.expires_on.isoformat() if held.expires_on else None,
    }
