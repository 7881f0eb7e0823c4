"""People, what they can do, when they can come and what they wish."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.access import Role
from app.database import ID_LENGTH, Instant, Model, id_column
from app.vault import Sealed


class Level(StrEnum):
    """Where a person stands on the growth path; observers and trainees never count as cover."""

    OBSERVER = "observer"
    TRAINEE = "trainee"
    PEER = "peer"
    LEAD = "lead"
    MENTOR = "mentor"


LEARNING = frozenset({Level.OBSERVER, Level.TRAINEE})
LEADING = frozenset({Level.LEAD, Level.MENTOR})


class Dial(StrEnum):
    """Whether a person would like fewer or more hours than they usually want, for as long as they leave it so."""

    FEWER = "fewer"
    SAME = "same"
    MORE = "more"


class Grade(StrEnum):
    """How well a time suits a person; no reason is ever asked."""

    PREFERRED = "preferred"
    AVAILABLE = "available"
    UNWANTED = "unwanted"
    UNAVAILABLE = "unavailable"


class WishKind(StrEnum):
    """What a person may wish for in private."""

    NOT_WITH = "not_with"
    NOT_AT = "not_at"
    PARTNER = "partner"
    LIKES_SERVICE = "likes_service"
    DISLIKES_SERVICE = "dislikes_service"


class Person(Model):
    """A peer worker, volunteer or member of staff. `name` is the name they chose; minutes are per week.

    `code` tells apart people of one name in files. The contact fields are sealed with the server's key;
    `email_index` is a keyed hash by which an address is found again. `address_changed_at` is when it was last set,
    changed or taken away; those before (with spaces between) are kept for some weeks, so that they can be told.
    """

    __tablename__ = "person"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    pronouns: Mapped[str | None] = mapped_column(sa.String(40))
    level: Mapped[str] = mapped_column(sa.String(16), default=Level.PEER)
    is_volunteer: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_relief: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None] = mapped_column(Sealed("person.email"))
    email_index: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    former_emails: Mapped[str | None] = mapped_column(Sealed("person.former_emails"))
    address_changed_at: Mapped[datetime | None] = mapped_column(Instant)
    phone: Mapped[str | None] = mapped_column(Sealed("person.phone"))
    wanted_minutes: Mapped[int | None]
    maximum_minutes: Mapped[int | None]
    hours_dial: Mapped[str] = mapped_column(sa.String(8), default=Dial.SAME, server_default=Dial.SAME.value)
    default_grade: Mapped[str] = mapped_column(sa.String(16), default=Grade.AVAILABLE)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    role_rows: Mapped[list[PersonRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    skills: Mapped[list[PersonSkill]] = relationship(cascade="all, delete-orphan", lazy="select")

    __mapper_args__ = {"version_id_col": version}

    @property
    def roles(self) -> frozenset[Role]:
        """The person's roles."""
        return frozenset(Role(row.role) for row in self.role_rows)

    @property
    def is_learning(self) -> bool:
        """Whether the person takes a trainee seat and never counts as cover."""
        return self.level in LEARNING


class PersonRole(Model):
    """One role of one person."""

    __tablename__ = "person_role"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(16), primary_key=True)


class Skill(Model):
    """Something a person can do or a certificate they can hold; `validity_months` is how long one lasts."""

    __tablename__ = "skill"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    is_certificate: Mapped[bool] = mapped_column(default=False)
    validity_months: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PersonSkill(Model):
    """A skill or certificate a person holds, valid from `obtained_on` through `expires_on` (both days included)."""

    __tablename__ = "person_skill"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    skill_id: Mapped[str] = mapped_column(sa.ForeignKey("skill.id"), index=True)
    obtained_on: Mapped[date | None]
    expires_on: Mapped[date | None]

    __table_args__ = (sa.UniqueConstraint("person_id", "skill_id"),)


class Availability(Model):
    """How well a time suits a person: on one date, or on a weekday (0 is Monday) every `every_weeks` weeks.

    Times are the organisation's wall clock; the time runs past midnight when it ends at or before its start
    (00:00 to 00:00 is the whole day). `starts_on` and `ends_on` bound a recurring row; every second week
    counts from the week of `starts_on`.
    """

    __tablename__ = "availability"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    grade: Mapped[str] = mapped_column(sa.String(16))
    on_date: Mapped[date | None]
    weekday: Mapped[int | None]
    every_weeks: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    __table_args__ = (
        sa.CheckConstraint("(on_date IS NULL) <> (weekday IS NULL)", name="dated_or_recurring"),
        sa.CheckConstraint("weekday IS NULL OR weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 8", name="every_weeks"),
    )


class Wish(Model):
    """A private wish; nobody but the person and the solver reads it."""

    __tablename__ = "wish"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    other_person_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    site_id: Mapped[str | None] = mapped_column(sa.String(ID_LENGTH), sa.ForeignKey("site.id", ondelete="CASCADE"))
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"))

    __table_args__ = (
        sa.UniqueConstraint("person_id", "kind", "other_person_id", "site_id", "service_id"),
        sa.CheckConstraint(
            "(other_person_id IS NOT NULL AND site_id IS NULL AND service_id IS NULL)"
            " OR (other_person_id IS NULL AND site_id IS NOT NULL AND service_id IS NULL)"
            " OR (other_person_id IS NULL AND site_id IS NULL AND service_id IS NOT NULL)",
            name="one_object",
        ),
        sa.CheckConstraint("other_person_id <> person_id", name="not_oneself"),
    )


class Capacity(Model):
    """What a person takes on for some days, less than usual: set by themselves, without a reason.

    Minutes and shifts are the most in a calendar week, None for no limit.
    """

    __tablename__ = "capacity"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    maximum_minutes: Mapped[int | None]
    maximum_shifts: Mapped[int | None]
    no_nights: Mapped[bool] = mapped_column(default=False)
    no_demanding: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", name="days"),)
