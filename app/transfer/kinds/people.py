"""Files about people: people, skills, certificates, availability, wishes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import time
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import clock
from app.access import STAFF, Role
from app.pay.promises import lowered_by_level
from app.people.models import (
    Availability,
    Dial,
    Grade,
    Level,
    Person,
    PersonRole,
    PersonSkill,
    Skill,
    Wish,
    WishKind,
)
from app.people.services import note_address
from app.transfer.columns import Column
from app.transfer.kinds.kind import Kind, Line, Rights, person_name
from app.transfer.values import (
    BadValue,
    Choice,
    Choices,
    Day,
    Email,
    Hours,
    Reading,
    Reference,
    Text,
    TimeOfDay,
    Weekday,
    Whole,
    YesNo,
)
from app.transfer.world import Entry, Table, Values, World
from app.vault import vault

CODE = Text(32)
NAME = Text(80)
PERSON = Reference("people", "person", "people")
SKILL = Reference("skills", "skill", "skills")
SITE = Reference("sites", "site", "sites")
SERVICE = Reference("services", "service", "services")
ROLES = tuple(role.value for role in Role)
GRADES = {"yes": "available", "no": "unavailable", "if need be": "unwanted", "prefer": "preferred"}
STAFF_WORDS = frozenset(role.value for role in STAFF)

ACTIVE = Column("active", YesNo(), "No for one that is kept but no longer used.", "yes", "is_active", default=True)


class Skills(Kind):
    """The catalogue of skills and certificates."""

    name, title, one, plural = "skills", "Skills and certificates", "skill", "skills"
    words = "What people can do, and which of it needs a certificate that runs out."
    model = Skill
    unique = (("name",),)
    columns = (
        Column("code", CODE, "A short word that tells it from all others.", "EXAMPLE-CPR", "code", is_needed=True),
        Column("name", NAME, "What it is called.", "Example: first aid", "name", is_needed=True),
        Column("certificate", YesNo(), "Yes when it is a paper that runs out.", "yes", "is_certificate", default=False),
        Column("valid_months", Whole(1, 600), "How long a new one usually lasts.", "24", "validity_months"),
        ACTIVE,
    )


class People(Kind):
    """The people of the group."""

    name, title, one, plural = "people", "People", "person", "people"
    words = "Who is in the group: roles, level, hours, contact details."
    model = Person
    keys = (("code",), ("name",), ("email",))
    unique = (("email",),)
    columns = (
        Column(
            "code",
            CODE,
            "A short word that tells people of one name apart. A new person without one is given one.",
            "example-sam",
            "code",
            also=("person", "person code"),
        ),
        Column("name", NAME, "The name they chose.", "Sam Example", "name", also=("chosen name",), is_needed=True),
        Column("pronouns", Text(40), "If they want them shown.", "they/them", "pronouns"),
        Column(
            "level",
            Choice(tuple(level.value for level in Level)),
            "Observers and trainees never count as cover. Blank means peer.",
            "peer",
            "level",
            default=Level.PEER.value,
        ),
        Column(
            "roles",
            Choices(ROLES, {"volunteer": "peer", "worker": "peer"}),
            "What they may do here. Only an admin can give or take roles other than peer.",
            "peer",
            absent=frozenset({Role.PEER.value}),
            default=frozenset(),
            also=("role",),
        ),
        Column("volunteer", YesNo(), "Yes when unpaid.", "no", "is_volunteer", default=False),
        Column("relief", YesNo(), "Yes when they can be asked to fill gaps.", "no", "is_relief", default=False),
        Column("active", YesNo(), "No for someone who left.", "yes", "is_active", default=True),
        Column("wanted_hours", Hours(), "Hours a week they would like.", "12", "wanted_minutes"),
        Column(
            "max_hours", Hours(), "Hours a week they can at most.", "20", "maximum_minutes", also=("maximum hours",)
        ),
        Column(
            "hours_dial",
            Choice(tuple(dial.value for dial in Dial)),
            "Whether they would like fewer or more hours than wanted just now. Blank means the same.",
            "same",
            "hours_dial",
            default=Dial.SAME.value,
            also=("more or fewer",),
        ),
        Column(
            "usual_availability",
            Choice(tuple(grade.value for grade in Grade), GRADES),
            "How well a time suits them when no row of availability says so. Blank means available.",
            "available",
            "default_grade",
            default=Grade.AVAILABLE.value,
            also=("default availability",),
        ),
        Column(
            "email",
            Email(),
            "Where sign-in links and notices go. Kept sealed.",
            "sam@example.org",
            "email",
            also=("e-mail address", "mail"),
            is_private=True,
        ),
        Column("phone", Text(40), "Kept sealed.", "+1 604 555 0100", "phone", also=("telephone",), is_private=True),
    )
    notes = (
        "A row without a code is about the person of that e-mail address, else of that name.",
        "When two people share a name, tell them apart by code or address.",
        "The address, the telephone number and the leaving of someone with duties are an admin's to change.",
        "Passphrases are never in a file. New people get in by a sign-in link or a code from a coordinator.",
    )

    def besides(self, session: Session) -> dict[str, Values]:
        """Roles by person."""
        roles: dict[str, set[str]] = {}
        for person_id, role in session.execute(sa.select(PersonRole.person_id, PersonRole.role)):
            roles.setdefault(person_id, set()).add(role)
        return {person_id: {"roles": frozenset(own)} for person_id, own in roles.items()}

    def nothing_besides(self) -> Values:
        """A person without roles."""
        return {"roles": frozenset()}

    def key(self, values: Values) -> Any:
        """The address, however it is capitalised."""
        return values["email"].lower() if values.get("email") else None

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The person of this code, else of this address, else of this name; raises `BadValue`."""
        table, values = reading.world[self.name], line.values
        address = self.key(values)
        if values.get("code") is not None or address is None:
            return super().find(line, reading)
        found = [entry for entry in table.with_key(address) if self.key(entry.values) == address]
        if found:
            return found[0]
        named = table.with_name(values["name"]) if values.get("name") else []
        others = [entry for entry in named if self.key(entry.values)]
        if any(not entry.is_new for entry in others):
            codes = ", ".join(entry.values["code"] for entry in others if not entry.is_new)
            raise BadValue(
                f"There is someone of this name with another address ({codes}). If it is them, give that code; "
                "if it is someone else, give a new code.",
                "email",
            )
        if not others and values.get("name"):
            return super().find(line, reading)
        return None  # the others of this name came in this file, with addresses of their own

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """Give a code to who has none; hold coordinators to what they may decide."""
        del given
        values, stored = entry.values, entry.stored
        if not values.get("code"):
            values["code"] = _free_code(values.get("name") or "", reading.world["people"])
        if stored is None:
            others = reading.world["people"].with_name(values.get("name") or "")
            if others:
                codes = ", ".join(other.values["code"] for other in others[:3])
                reading.notes.append(
                    f"Line {entry.line} adds another {values['name']} beside {codes}; its code is {values['code']}."
                )
        if not values["roles"] and stored is None:
            values["roles"] = frozenset({Role.PEER.value})
        elif not values["roles"] and stored and stored["roles"]:
            raise BadValue("Name at least one role.", "roles")
        if not rights.is_admin:
            _hold_to_peers(entry)
        changed = stored is None or any(stored[name] != values[name] for name in ("wanted_hours", "max_hours"))
        wanted, most = values["wanted_hours"], values["max_hours"]
        if changed and wanted is not None and most is not None and wanted > most:
            raise BadValue("The hours wanted are more than the most.", "max_hours")

    def review(self, table: Table, reading: Reading, rights: Rights) -> Iterator[tuple[Entry, str, str]]:
        """Addresses are unique, somebody stays admin, and no other level lowers what somebody was promised."""
        yield from super().review(table, reading, rights)
        taken = [e for e in table.entries if e.stored and _is_admin(e.stored) and not _is_admin(e.values)]
        if taken and not any(_is_admin(entry.values) for entry in table.entries):
            column = "active" if Role.ADMIN.value in taken[-1].values["roles"] else "roles"
            yield taken[-1], column, "Then nobody would be admin. Name another one first."
        moved = {e.id: e for e in table.entries if e.line and e.stored and e.values["level"] != e.stored["level"]}
        lowered = lowered_by_level({each.id: each.values["level"] for each in moved.values()}) if moved else {}
        yield from ((moved[person_id], "level", words) for person_id, words in lowered.items())

    def begin(self, thing: Any) -> None:
        """Note when the person came."""
        thing.created_at = clock.now()

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """Write roles, and the index by which an address is found; a change of one is told to the one before."""
        del world
        stored = entry.stored or {}
        if "email" in entry.values and (entry.is_new or entry.values["email"] != stored.get("email")):
            address = entry.values["email"]
            thing.email_index = vault().index(address.lower(), "person.email") if address else None
            if address or stored.get("email"):
                note_address(session, thing, stored.get("email"))
        if entry.is_new or entry.values["roles"] != stored.get("roles"):
            kept = [row for row in thing.role_rows if row.role in entry.values["roles"]]
            have = {row.role for row in kept}
            thing.role_rows = kept + [PersonRole(role=role) for role in sorted(entry.values["roles"] - have)]

    def _step_aside(self, session: Session, entries: list[Entry]) -> None:
        changed = [e.id for e in entries if e.stored and e.stored.get("email") != e.values.get("email")]
        for person_id in changed:
            session.execute(sa.update(Person).where(Person.id == person_id).values(email_index=None))


def _hold_to_peers(entry: Entry) -> None:
    """Duties, and the contact details of people who have some, are an admin's to change; raises `BadValue`."""
    values, stored = entry.values, entry.stored
    before = frozenset({Role.PEER.value}) if stored is None else stored["roles"]
    if values["roles"] - {Role.PEER.value} != before - {Role.PEER.value}:
        raise BadValue("Only an admin can give or take roles other than peer.", "roles")
    if stored is None or not STAFF_WORDS & before:
        return
    for name in ("email", "phone", "active"):
        if values[name] != stored[name]:
            raise BadValue("Only an admin changes this for someone with duties.", name)


def _is_admin(values: Values) -> bool:
    return values["active"] and Role.ADMIN.value in values["roles"]


def _free_code(name: str, table: Table) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24] or "person"
    number, code = 1, stem
    while table.with_code(code) is not None or table.with_name(code):
        number += 1
        code = f"{stem}-{number}"
    return code


class Certificates(Kind):
    """Who holds which skill, from when until when."""

    name, title, one, plural = "certificates", "Who holds which skill", "skill of a person", "skills of people"
    words = "One row for each person and skill, with the first and last day it is valid."
    model = PersonSkill
    keys = (("person", "skill"),)
    after = ("people", "skills")
    columns = (
        Column("person", PERSON, "Who.", "example-sam", "person_id", also=("code", "person code"), is_needed=True),
        Column("person_name", NAME, "For reading only.", "Sam Example", is_shown=True, also=("name",)),
        Column("skill", SKILL, "Which skill or certificate.", "EXAMPLE-CPR", "skill_id", also=("certificate",), is_needed=True),
        Column("valid_from", Day(), "First day. Blank: always was.", "2026-01-15", "obtained_on", also=("obtained on", "obtained", "from")),
        Column("valid_until", Day(), "Last day. Blank: runs on for good.", "2028-01-15", "expires_on", also=("expires on", "expires", "expiry", "until")),
    )  # fmt: skip
    notes = ("A skill counts on a shift when it is valid on the day the shift begins, first and last day included.",)

    def key(self, values: Values) -> Any:
        """A person holds a skill once."""
        return values.get("person"), values.get("skill")

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The row of this person and skill."""
        found = reading.world[self.name].with_key(self.key(line.values))
        return found[0] if found else None

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """The last day is not before the first."""
        del given, reading, rights
        first, last = entry.values["valid_from"], entry.values["valid_until"]
        if entry.values != entry.stored and first and last and last < first:
            raise BadValue("The last day is before the first.", "valid_until")

    def label(self, entry: Entry, world: World) -> str:
        """Whose, and which."""
        skill = world["skills"].by_id[entry.values["skill"]].values["name"]
        return f"{person_name(world, entry.values['person'])}: {skill}"

    def shown(self, entry: Entry, world: World) -> Values:
        """The person's name."""
        return {"person_name": person_name(world, entry.values["person"])}


class Availabilities(Kind):
    """When people can come."""

    name, title, one, plural = "availability", "Availability", "row of availability", "rows of availability"
    words = "How well times suit people: on one date, or every week, or every second week and so on."
    model = Availability
    keys = (("person", "grade", "date"), ("person", "grade", "weekday"))
    after = ("people",)
    columns = (
        Column("person", PERSON, "Who.", "example-sam", "person_id", also=("code", "person code"), is_needed=True),
        Column("person_name", NAME, "For reading only.", "Sam Example", is_shown=True, also=("name",)),
        Column("grade", Choice(tuple(g.value for g in Grade), GRADES), "How well it suits. Never a reason.", "preferred", "grade", also=("availability",), is_needed=True),
        Column("date", Day(), "One day. Leave blank for a time that comes round.", "", "on_date", also=("on date", "day")),
        Column("weekday", Weekday(), "The day of a time that comes round.", "Tue", "weekday", also=("day of week",)),
        Column("every_weeks", Whole(1, 8), "2 for every second week. Blank means every week.", "1", "every_weeks", default=1),
        Column("starts", TimeOfDay(), "Blank means midnight.", "09:00", "starts_at", default=time(), also=("starts at", "start", "from time")),
        Column("ends", TimeOfDay(), "At or before the start: the next day. Both midnight: the whole day.", "17:00", "ends_at", default=time(), also=("ends at", "end", "to time")),
        Column("from_date", Day(), "First day on which it comes round; every second week counts from this week.", "2026-01-05", "starts_on", also=("starts on", "from", "valid from")),
        Column("until_date", Day(), "Last day on which it comes round.", "", "ends_on", also=("ends on", "until", "valid until")),
    )  # fmt: skip
    notes = (
        "Rows are added to what is there. A row with the same person and times and another grade changes the grade.",
        "To take a row away, use the person's page.",
    )

    def key(self, values: Values) -> Any:
        """Everything but the grade."""
        return tuple(
            values.get(column.name, column.default)
            for column in self.columns
            if column.name != "grade" and not column.is_shown
        )

    def match(self, groups: list[list[Line]], reading: Reading) -> Iterator[tuple[list[Line], Entry | None]]:
        """First those that stand there with the same grade, then those of the same times, the rest is new."""
        table, claimed = reading.world[self.name], set[str]()
        seen: dict[Any, int] = {}
        found: dict[int, Entry | None] = {}
        for (line,) in groups:
            said = self.key(line.values), line.values["grade"]
            if said in seen:
                line.refuse(f"This says the same as line {seen[said]}.", "person")
            seen.setdefault(said, line.line)
        for is_same_grade in (True, False):
            for (line,) in groups:
                if found.get(line.line) is None and not line.bad:
                    found[line.line] = None
                    for entry in table.with_key(self.key(line.values)):
                        is_same = entry.values["grade"] == line.values["grade"]
                        if entry.id not in claimed and (is_same or not is_same_grade):
                            claimed.add(entry.id)
                            found[line.line] = entry
                            break
        for (line,) in groups:
            if not line.bad:
                yield [line], found[line.line]

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """A row is dated or comes round, not both."""
        del given, reading, rights
        values = entry.values
        if values == entry.stored:
            return
        if values["date"] is None and values["weekday"] is None:
            raise BadValue("Give a date, or a weekday for a time that comes round.", "date")
        if values["date"] is not None and values["weekday"] is not None:
            raise BadValue("Give a date or a weekday, not both.", "weekday")
        if values["date"] is not None:
            for name in ("from_date", "until_date"):
                if values[name] is not None:
                    raise BadValue("A row for one date does not come round: leave this blank.", name)
            if values["every_weeks"] != 1:
                raise BadValue("A row for one date does not come round: leave this blank.", "every_weeks")
        if values["from_date"] and values["until_date"] and values["until_date"] < values["from_date"]:
            raise BadValue("The last day is before the first.", "until_date")
        if values["every_weeks"] > 1 and values["from_date"] is None:
            raise BadValue("Say from when, so that it is clear which weeks are meant.", "from_date")

    def label(self, entry: Entry, world: World) -> str:
        """Whose, and when."""
        cells = {
            name: self.cell(entry.values, self.by_name[name], world) for name in ("date", "weekday", "starts", "ends")
        }
        when = cells["date"] or cells["weekday"]
        return f"{person_name(world, entry.values['person'])}: {when} {cells['starts']}-{cells['ends']}"

    def shown(self, entry: Entry, world: World) -> Values:
        """The person's name."""
        return {"person_name": person_name(world, entry.values["person"])}


class Wishes(Kind):
    """Private wishes: only the group's admin brings them in, and nobody takes out any but their own."""

    name, title, one, plural = "wishes", "Private wishes", "wish", "wishes"
    words = "Who would rather not work with whom or where. Brought in by an admin, shown to nobody afterwards."
    model = Wish
    keys = (("person", "wish"),)
    after = ("people", "sites", "services")
    importers = frozenset({Role.ADMIN})
    exporters = frozenset()
    is_secret = True
    objects: ClassVar[dict[WishKind, str]] = {
        WishKind.NOT_WITH: "other_person",
        WishKind.PARTNER: "other_person",
        WishKind.NOT_AT: "site",
        WishKind.LIKES_SERVICE: "service",
        WishKind.DISLIKES_SERVICE: "service",
    }
    columns = (
        Column("person", PERSON, "Whose wish.", "example-sam", "person_id", also=("code", "person code"), is_needed=True),
        Column("wish", Choice(tuple(w.value for w in WishKind), {w.value.replace("_", " "): w.value for w in WishKind}), "What they wish.", "not_with", "kind", also=("kind",), is_needed=True),
        Column("other_person", PERSON, "For not_with and partner.", "example-alex", "other_person_id", also=("other", "with")),
        Column("site", SITE, "For not_at.", "", "site_id"),
        Column("service", SERVICE, "For likes_service and dislikes_service.", "", "service_id"),
    )  # fmt: skip
    notes = (
        "The preview does not say which of these wishes are there already, so that nobody can find out by asking.",
        "An export holds nobody's wishes. Each person can take out their own.",
    )

    def key(self, values: Values) -> Any:
        """A wish is itself."""
        return tuple(values.get(column.name) for column in self.columns)

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The same wish."""
        found = reading.world[self.name].with_key(self.key(line.values))
        return found[0] if found else None

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """Each wish has the one object it needs."""
        del given, reading, rights
        needed = self.objects[WishKind(entry.values["wish"])]
        for name in ("other_person", "site", "service"):
            if (entry.values[name] is not None) != (name == needed):
                reason = f"The wish {entry.values['wish']} needs the column {needed} and no other."
                raise BadValue(reason, needed if name == needed else name)
        if entry.values["other_person"] == entry.values["person"]:
            raise BadValue("This is the same person.", "other_person")

    def label(self, entry: Entry, world: World) -> str:
        """Nothing: wishes are not listed."""
        del entry, world
        return ""
