"""Building the made-up group in an empty database, always the same for the same day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.auth.models import Credential
from app.auth.queries import SETTLING
from app.auth.services import hash_secret
from app.database import db, new_id
from app.demo import care, cast, purse
from app.demo.day import note_days
from app.people.models import Availability, Person, PersonRole, PersonSkill, Skill, Wish, WishKind
from app.roster.models import (
    Assignment,
    ChangeKind,
    Period,
    Publication,
    PublicationChange,
    Shift,
    ShiftDemand,
    as_told,
)
from app.roster.planning import period_name
from app.sites.models import Cycle, Pattern, PatternDemand, Service, Site
from app.vault import vault

HISTORY_PERIODS = 3
PERIOD_DAYS = 28
REST = timedelta(hours=11)
SEED = 2026
DAYS_A_WEEK = 5
HERE_FOR = timedelta(weeks=30)


def is_empty() -> bool:
    """Whether nobody lives in this database yet."""
    return db.session.scalar(sa.select(Person.id).limit(1)) is None


def address_of(member: cast.Member) -> str:
    """The made-up e-mail address of a member of the cast."""
    return f"{member.code}@example.org"


@dataclass
class Group:
    """The group while it is being built."""

    today: date
    people: dict[str, Person] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)


def build() -> None:
    """Build the whole group: people, then what work pays, then the work; money by the services of pay."""
    group = Group(clock.today())
    for make in (_skills, _sites, _services, _people, _patterns, _wishes, _periods):
        make(group)
        db.session.flush()
    since = group.periods[0].starts_on
    people = {name: person.id for name, person in group.people.items()}
    service_ids = {code: service.id for code, service in group.services.items()}
    db.session.commit()
    purse.agree(service_ids, since, people["Toni"])  # before anybody works: no rate changes the past
    for make in (_history, _late_changes, _days):
        make(group)
        db.session.flush()
    db.session.commit()
    purse.fill(people, since)
    care.fill(people)


def first_day(today: date) -> date:
    """The Monday on which the published period starts: last week's."""
    return today - timedelta(days=today.weekday() + 7)


def _skills(group: Group) -> None:
    for code, name, is_certificate, months in cast.SKILLS:
        group.skills[code] = Skill(code=code, name=name, is_certificate=is_certificate, validity_months=months)
    db.session.add_all(group.skills.values())


def _sites(group: Group) -> None:
    for code, name, address in cast.SITES:
        group.sites[code] = Site(code=code, name=name, address=address)
    db.session.add_all(group.sites.values())


def _services(group: Group) -> None:
    for code, name, demanding, together, at_most, lead, hazards in cast.SERVICES:
        group.services[code] = Service(
            code=code,
            name=name,
            demanding=demanding,
            minimum_company=together,
            maximum_company=at_most,
            lead_skill_id=group.skills[lead].id if lead else None,
            hazards=hazards,
        )
    db.session.add_all(group.services.values())


def _people(group: Group) -> None:
    now = clock.now()
    hashed = hash_secret(cast.PASSPHRASE)  # one hash for all: the demo must start quickly
    for member in cast.CAST:
        address = address_of(member)
        person = Person(
            id=new_id(),
            code=member.code,
            name=member.name,
            pronouns=member.pronouns,
            level=member.level,
            is_volunteer=member.is_volunteer,
            is_relief=member.is_relief,
            email=address,
            email_index=vault().index(address, "person.email"),
            wanted_minutes=member.hours * 60,
            maximum_minutes=min(member.hours + 10, 40) * 60,
            created_at=now - HERE_FOR,
            role_rows=[PersonRole(role=role) for role in member.roles],
        )
        group.people[member.name] = person
        db.session.add(person)
        db.session.flush()
        for code, days in member.holds.items():
            skill = group.skills[code]
            expires = None if days is None else group.today + timedelta(days=days)
            obtained = expires - timedelta(days=730) if expires else group.today - timedelta(days=400)
            person.skills.append(PersonSkill(skill_id=skill.id, obtained_on=obtained, expires_on=expires))
        for grade, weekdays, starts, ends in cast.WEEKS[member.free]:
            db.session.add_all(
                Availability(person_id=person.id, grade=grade, weekday=int(day), starts_at=starts, ends_at=ends)
                for day in weekdays
            )
        db.session.add(Credential(person_id=person.id, passphrase_hash=hashed, changed_at=now - SETTLING))
    _days_away(group)


def _days_away(group: Group) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a demo wants the same dice every time
    waiting = first_day(group.today) + timedelta(days=PERIOD_DAYS)
    midnight = datetime.min.time()
    for person in list(group.people.values())[5::4]:
        start = waiting + timedelta(days=chance.randrange(PERIOD_DAYS - 6))
        for day in range(chance.randrange(2, 6)):
            db.session.add(
                Availability(
                    person_id=person.id,
                    grade="unavailable",
                    on_date=start + timedelta(days=day),
                    starts_at=midnight,
                    ends_at=midnight,
                )
            )


def _patterns(group: Group) -> None:
    start = first_day(group.today) - timedelta(days=HISTORY_PERIODS * PERIOD_DAYS)
    for weekly in cast.PATTERNS:
        pattern = Pattern(
            code=weekly.code,
            site_id=group.sites[weekly.site].id,
            service_id=group.services[weekly.service].id,
            cycle=Cycle.MONTHLY if weekly.nth else Cycle.WEEKLY,
            weekdays=weekly.weekdays,
            every_weeks=weekly.every_weeks,
            nth=weekly.nth,
            starts_at=weekly.starts_at,
            ends_at=weekly.ends_at,
            starts_on=start,
            trainee_seats=weekly.trainee_seats,
            demands=[
                PatternDemand(
                    position=position,
                    skill_id=group.skills[skill].id if skill else None,
                    minimum=minimum,
                    target=target,
                    maximum=maximum,
                )
                for position, (skill, minimum, target, maximum) in enumerate(weekly.demands)
            ],
        )
        group.patterns.append(pattern)
        db.session.add(pattern)


def _wishes(group: Group) -> None:
    for who, kind, what in cast.WISHES:
        wish = Wish(person_id=group.people[who].id, kind=kind)
        if kind in {WishKind.NOT_WITH, WishKind.PARTNER}:
            wish.other_person_id = group.people[what].id
        elif kind == WishKind.NOT_AT:
            wish.site_id = group.sites[what].id
        else:
            wish.service_id = group.services[what].id
        db.session.add(wish)


def _periods(group: Group) -> None:
    published = first_day(group.today)
    for number in range(-HISTORY_PERIODS, 2):
        start = published + timedelta(days=number * PERIOD_DAYS)
        end = start + timedelta(days=PERIOD_DAYS - 1)
        is_published = number < 1
        period = Period(
            name=period_name(start, end),
            starts_on=start,
            ends_on=end,
            version=int(is_published),
            published_at=_instant(start - timedelta(days=15)) if is_published else None,
            created_at=_instant(start - timedelta(days=30)),
        )
        group.periods.append(period)
        db.session.add(period)


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


def _history(group: Group) -> None:
    """Shifts of all periods; those of the past and of the published one with people on them."""
    pen = Pen(group)
    for period in group.periods:
        publication = None
        if period.published_at is not None:
            publication = Publication(
                id=new_id(), period_id=period.id, number=1, by_id=group.people["Robin"].id, at=period.published_at
            )
            db.session.add(publication)
            db.session.flush()
        shifts = _shifts(group, period.starts_on, period.ends_on)
        db.session.add_all(shifts)
        db.session.flush()
        if publication is not None:
            for shift in shifts:
                pen.fill(shift, publication)


def _days(group: Group) -> None:
    note_days(group.people, group.sites)


def _shifts(group: Group, start: date, end: date) -> list[Shift]:
    zone = clock.zone()
    found = []
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        for pattern in group.patterns:
            if not _comes_round(pattern, day):
                continue
            starts = datetime.combine(day, pattern.starts_at, zone)
            last = day + timedelta(days=1) if pattern.ends_at <= pattern.starts_at else day
            found.append(
                Shift(
                    id=new_id(),
                    site_id=pattern.site_id,
                    service_id=pattern.service_id,
                    pattern_id=pattern.id,
                    day_on=day,
                    starts_at=starts,
                    ends_at=datetime.combine(last, pattern.ends_at, zone),
                    trainee_seats=pattern.trainee_seats,
                    demands=[
                        ShiftDemand(
                            position=line.position,
                            skill_id=line.skill_id,
                            minimum=line.minimum,
                            target=line.target,
                            maximum=line.maximum,
                        )
                        for line in pattern.demands
                    ],
                )
            )
    return found


def _comes_round(pattern: Pattern, day: date) -> bool:
    if str(day.weekday()) not in pattern.weekdays:
        return False
    if pattern.cycle == Cycle.MONTHLY:
        return (day.day - 1) // 7 + 1 == pattern.nth
    monday = pattern.starts_on - timedelta(days=pattern.starts_on.weekday())
    return (day - monday).days // 7 % pattern.every_weeks == 0


def _late_changes(group: Group) -> None:
    """Two people came on a shift of the next days at short notice: one has not answered yet, one said no."""
    now = clock.now()
    for name, declined_at in (("Sam", None), ("Eli", now)):
        assignment = db.session.scalars(
            sa.select(Assignment)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Assignment.person_id == group.people[name].id, Shift.starts_at > now + timedelta(days=1))
            .order_by(Shift.starts_at)
            .limit(1)
        ).first()
        if assignment is None:
            continue
        assignment.accepted_at, assignment.declined_at = None, declined_at
        db.session.add(
            PublicationChange(
                publication_id=assignment.publication_id,
                person_id=assignment.person_id,
                shift_id=assignment.shift_id,
                kind=ChangeKind.ADDED,
                is_late=True,
                seen_at=declined_at,
            )
        )


class Pen:
    """Writes the group's past: the person furthest under their wish whom no limit stops takes the next place."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.chance = random.Random(SEED)  # noqa: S311 - a demo wants the same dice every time
        self.worked: dict[str, list[tuple[datetime, datetime]]] = {name: [] for name in group.people}
        self.minutes: dict[str, float] = dict.fromkeys(group.people, 0.0)
        self.members = {member.name: member for member in cast.CAST if "peer" in member.roles}
        self.skill_codes = {skill.id: code for code, skill in group.skills.items()}

    def fill(self, shift: Shift, publication: Publication) -> None:
        """Put people on one shift of the past, leads and certificate holders first."""
        lines = {self.skill_codes[line.skill_id]: line.minimum for line in shift.demands if line.skill_id}
        everyone = next(line for line in shift.demands if line.skill_id is None)
        chosen: list[str] = []
        for code, number in sorted(lines.items(), key=lambda line: line[0] != "lead"):
            while sum(self._holds(name, code, shift) for name in chosen) < number:
                if not self._take(shift, chosen, code):
                    break
        while len(chosen) < everyone.target and self._take(shift, chosen, None):
            pass
        if len(chosen) < everyone.minimum:
            return  # it did not run
        for name in chosen:
            self.worked[name].append((shift.starts_at, shift.ends_at))
            self.minutes[name] += (shift.ends_at - shift.starts_at) / timedelta(minutes=1)
            db.session.add(
                Assignment(
                    shift_id=shift.id,
                    person_id=self.group.people[name].id,
                    publication_id=publication.id,
                    assigned_at=publication.at,
                    accepted_at=publication.at,
                    **as_told(shift),
                )
            )

    def _take(self, shift: Shift, chosen: list[str], code: str | None) -> bool:
        free = [
            name
            for name, member in self.members.items()
            if name not in chosen
            and member.level not in {"observer", "trainee"}
            and (code is None or self._holds(name, code, shift))
            and self._is_free(name, shift)
        ]
        if not free:
            return False
        chosen.append(min(free, key=lambda name: (self._share(name), self.chance.random())))
        return True

    def _share(self, name: str) -> float:
        return self.minutes[name] / max(self.members[name].hours, 1)

    def _holds(self, name: str, code: str, shift: Shift) -> bool:
        days = self.members[name].holds.get(code, -10_000) if code in self.members[name].holds else -10_000
        return days is None or self.group.today + timedelta(days=days) >= shift.day_on

    def _is_free(self, name: str, shift: Shift) -> bool:
        starts, ends = shift.starts_at, shift.ends_at
        member = self.members[name]
        if self._is_away(member, shift):
            return False
        spans = self.worked[name]
        if any(starts < end + REST and start - REST < ends for start, end in spans[-12:]):
            return False
        week = timedelta(days=7)
        recent = [end - start for start, end in spans if start > starts - week]
        if len(recent) >= DAYS_A_WEEK or sum(recent, timedelta()) + (ends - starts) > timedelta(
            hours=min(member.hours + 8, 38)
        ):
            return False
        return not any(start.date() == starts.date() for start, _ in spans[-3:])

    @staticmethod
    def _is_away(member: cast.Member, shift: Shift) -> bool:
        zone = clock.zone()
        starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
        for grade, weekdays, from_time, until in cast.WEEKS[member.free]:
            if grade != "unavailable":
                continue
            for back in (-1, 0, 1):
                day = starts.date() + timedelta(days=back)
                if str(day.weekday()) not in weekdays:
                    continue
                last = day + timedelta(days=1) if until <= from_time else day
                if starts < datetime.combine(last, until, zone) and datetime.combine(day, from_time, zone) < ends:
                    return True
        return False
