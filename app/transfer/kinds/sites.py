"""Files about places and needs: sites, services, patterns with their demand lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.fields import asks_for_nobody
from app.pay.promises import lowered_by_weight
from app.sites.models import Cycle, Pattern, PatternDemand, Service, ServiceNeed, Site
from app.transfer.columns import Column
from app.transfer.kinds.kind import Kind, Line, Rights
from app.transfer.kinds.people import ACTIVE, CODE, NAME, SERVICE, SITE, SKILL
from app.transfer.values import (
    BadValue,
    Choice,
    Day,
    Nth,
    Reading,
    References,
    Text,
    TimeOfDay,
    Weekdays,
    Whole,
    fold,
)
from app.transfer.world import Entry, Table, Values, World

LINES = "demand lines"
PEOPLE = Whole(0, 500)


class DemandLine(NamedTuple):
    """One demand line: everyone on shift (skill None), or of whom so many hold a skill."""

    skill: str | None
    minimum: int
    target: int
    maximum: int | None


DEMAND = (
    Column("skill", SKILL, "Of whom so many hold this skill. Blank: everyone on the shift.", "", is_line=True, also=("of whom",)),
    Column("minimum", PEOPLE, "With fewer the shift cannot run.", "2", is_line=True, also=("minimum to run", "min")),
    Column("target", PEOPLE, "How many there should be.", "3", is_line=True, also=("wanted",)),
    Column("maximum", PEOPLE, "Never more. Blank: no limit.", "", is_line=True, also=("max",)),
)  # fmt: skip


class Sites(Kind):
    """Places people work from."""

    name, title, one, plural = "sites", "Sites", "site", "sites"
    words = "The places people work from."
    model = Site
    unique = (("name",),)
    columns = (
        Column("code", CODE, "A short word that tells it from all others.", "EXAMPLE", "code", is_needed=True),
        Column("name", NAME, "What it is called.", "Example House", "name", is_needed=True),
        Column("address", Text(200), "Where it is.", "1 Example Street", "address"),
        Column("directions", Text(4000, is_long=True), "How to find the door.", "Ring twice.", "directions"),
        ACTIVE,
    )


class Services(Kind):
    """Kinds of service."""

    name, title, one, plural = "services", "Services", "service", "services"
    words = "What is done on a shift, how demanding it is and whether anyone may do it alone."
    model = Service
    after = ("skills",)
    unique = (("name",),)
    columns = (
        Column("code", CODE, "A short word that tells it from all others.", "EXAMPLE-WALK", "code", is_needed=True),
        Column("name", NAME, "What it is called.", "Example walk", "name", is_needed=True),
        Column("demanding", Whole(0, 3), "0 light to 3 very demanding. Blank means 0.", "1", "demanding", default=0),
        Column("minimum_company", Whole(1, 100), "2 means nobody does this alone. Blank means 1.", "2", "minimum_company", default=1, also=("min company",)),
        Column("maximum_company", Whole(1, 100), "Never more together. Blank: no limit.", "3", "maximum_company", also=("max company",)),
        Column("lead_skill", SKILL, "The skill that makes someone a lead here. Blank: no lead needed.", "", "lead_skill_id", also=("lead",)),
        Column("everyone_holds", References("skills", "skill", "skills"), "What everyone must hold on the day. Blank: nothing.", "", default=frozenset(), also=("needs",)),
        Column("hazards", Text(4000, is_long=True), "What to look out for.", "Icy streets in winter.", "hazards"),
        ACTIVE,
    )  # fmt: skip

    def besides(self, session: Session) -> dict[str, Values]:
        """What everyone must hold, by kind of service."""
        needs: dict[str, set[str]] = {}
        for service_id, skill_id in session.execute(sa.select(ServiceNeed.service_id, ServiceNeed.skill_id)):
            needs.setdefault(service_id, set()).add(skill_id)
        return {service_id: {"everyone_holds": frozenset(own)} for service_id, own in needs.items()}

    def nothing_besides(self) -> Values:
        """A kind of service that asks for nothing."""
        return {"everyone_holds": frozenset()}

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """Write what everyone must hold."""
        del session, world
        wanted = entry.values["everyone_holds"]
        if entry.is_new or wanted != (entry.stored or {})["everyone_holds"]:
            kept = {each.skill_id: each for each in thing.needs}
            thing.needs = [kept.get(each) or ServiceNeed(skill_id=each) for each in sorted(wanted)]

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """At most as many as at least."""
        del given, reading, rights
        most = entry.values["maximum_company"]
        if most is not None and most < entry.values["minimum_company"]:
            raise BadValue("The maximum is below the minimum.", "maximum_company")

    def review(self, table: Table, reading: Reading, rights: Rights) -> Iterator[tuple[Entry, str, str]]:
        """Names are unique, and no service weighed anew lowers what somebody was promised."""
        yield from super().review(table, reading, rights)
        for entry in table.entries:
            weight = entry.values["demanding"]
            if entry.line and entry.stored and weight != entry.stored["demanding"]:
                lowers = lowered_by_weight(entry.id, weight)
                if lowers:
                    yield entry, "demanding", lowers


class DemandedKind(Kind):
    """A kind whose things have demand lines, one on each row."""

    demand_model: type[Any]
    owner: str  # the column of the demand lines that names their owner

    def besides(self, session: Session) -> dict[str, Values]:
        """Demand lines by owner."""
        model = self.demand_model
        owner = getattr(model, self.owner)
        query = sa.select(owner, model.skill_id, model.minimum, model.target, model.maximum)
        lines: dict[str, list[DemandLine]] = {}
        for thing_id, *line in session.execute(query.order_by(owner, model.position, model.id)):
            lines.setdefault(thing_id, []).append(DemandLine(*line))
        return {thing_id: {LINES: tuple(own)} for thing_id, own in lines.items()}

    def nothing_besides(self) -> Values:
        """A thing without demand lines."""
        return {LINES: ()}

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """Write the demand lines anew when they changed."""
        del session, world
        if entry.is_new or entry.values[LINES] != (entry.stored or {})[LINES]:
            made = [
                self.demand_model(
                    position=place, skill_id=o.skill, minimum=o.minimum, target=o.target, maximum=o.maximum
                )
                for place, o in enumerate(entry.values[LINES])
            ]
            thing.demands = made

    def rows(self, entry: Entry) -> Iterable[Values]:
        """One row for each demand line, one without any for a thing that has none."""
        lines: tuple[DemandLine, ...] = entry.values[LINES]
        if not lines:
            yield entry.values
        for line in lines:
            yield entry.values | line._asdict()


def demand_lines(lines: list[Line], known: Iterable[DemandLine]) -> tuple[DemandLine, ...]:
    """The demand lines that rows about one thing give, which had those known before; findings go to the rows."""
    made: list[DemandLine] = []
    for line in lines:
        given = {column.name: line.values.get(column.name) for column in DEMAND}
        if all(value is None for value in given.values()):
            if len(lines) > 1 and not line.bad:
                line.refuse("A row without a demand line stands alone.", "target")
            continue
        missing = next((name for name in ("minimum", "target") if given[name] is None), None)
        if missing and not any(bad.column == missing for bad in line.bad):
            line.refuse("A demand line needs its minimum and its target.", missing)
        if missing:
            continue
        demand = DemandLine(**given)  # type: ignore[arg-type]
        if demand.target < demand.minimum:
            line.refuse("The target is below the minimum.", "target")
        if asks_for_nobody(demand.skill, demand.target) and demand not in known:
            line.refuse("A line with a skill asks for at least one.", "target")
        if demand.maximum is not None and demand.maximum < demand.target:
            line.refuse("The maximum is below the target.", "maximum")
        if any(other.skill == demand.skill for other in made):
            line.refuse("There is a demand line for this already.", "skill")
        made.append(demand)
    return tuple(made)


def demand_text(lines: Iterable[DemandLine], world: World) -> str:
    """Demand lines in words."""
    said = []
    for line in lines:
        whom = "everyone" if line.skill is None else SKILL.text(line.skill, world)
        most = "" if line.maximum is None else f", at most {line.maximum}"
        said.append(f"{whom} {line.minimum} to run, {line.target} wanted{most}")
    return "; ".join(said)


class Patterns(DemandedKind):
    """Shifts that come round."""

    name, title, one, plural = "patterns", "Weekly patterns", "pattern", "patterns"
    words = (
        "Shifts that come round, with what they need. One row for each demand line; rows of one code belong together."
    )
    model = Pattern
    demand_model = PatternDemand
    owner = "pattern_id"
    keys = (("code",),)
    after = ("sites", "services", "skills")
    columns = (
        Column("code", CODE, "A short word that tells it from all others.", "EXAMPLE-TUE", "code", is_needed=True, also=("pattern",)),
        Column("site", SITE, "Where.", "EXAMPLE", "site_id", is_needed=True),
        Column("service", SERVICE, "What.", "EXAMPLE-WALK", "service_id", is_needed=True),
        Column("cycle", Choice(tuple(c.value for c in Cycle)), "Blank means weekly.", "weekly", "cycle", default=Cycle.WEEKLY.value),
        Column("weekdays", Weekdays(), "On which days it begins.", "Tue Thu", "weekdays", is_needed=True, also=("days", "weekday")),
        Column("every_weeks", Whole(1, 52), "2 for every second week, counted from the week of its first day. Blank means 1.", "1", "every_weeks", default=1),
        Column("nth", Nth(), "For monthly ones: the 1st to 5th or last such day of the month.", "", "nth"),
        Column("starts", TimeOfDay(), "When it begins.", "18:00", "starts_at", is_needed=True, also=("starts at", "start")),
        Column("ends", TimeOfDay(), "At or before the start: on the next day.", "22:00", "ends_at", is_needed=True, also=("ends at", "end")),
        Column("from_date", Day(), "First day.", "2026-01-05", "starts_on", is_needed=True, also=("starts on", "from")),
        Column("until_date", Day(), "Last day. Blank: goes on.", "", "ends_on", also=("ends on", "until")),
        Column("trainee_seats", Whole(0, 100), "Seats that do not count as cover. Blank means 0.", "1", "trainee_seats", default=0),
        Column("active", ACTIVE.type, ACTIVE.words, "yes", "is_active", default=True),
        *DEMAND,
    )  # fmt: skip
    notes = ("The demand lines in the file replace those the pattern had.",)

    def group(self, line: Line) -> Any:
        """Rows of one code."""
        return fold(line.values["code"]) if line.values.get("code") else None

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The pattern of this code."""
        return reading.world[self.name].with_code(line.values["code"])

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """Monthly ones say which, and the days follow one another."""
        del given, reading, rights
        values = entry.values
        if (values["cycle"] == Cycle.MONTHLY) != (values["nth"] is not None):
            monthly = values["cycle"] == Cycle.MONTHLY
            raise BadValue(
                "A monthly pattern says which: 1 to 5 or last." if monthly else "Only for monthly ones.", "nth"
            )
        if values != entry.stored and values["until_date"] and values["until_date"] < values["from_date"]:
            raise BadValue("The last day is before the first.", "until_date")

    def label(self, entry: Entry, world: World) -> str:
        """Its code."""
        del world
        return str(entry.values["code"])
