"""Sites, kinds of service, and the weekly patterns that shifts are made from."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, id_column


class Cycle(StrEnum):
    """How a pattern comes round."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Site(Model):
    """A place people work from."""

    __tablename__ = "site"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    address: Mapped[str | None] = mapped_column(sa.String(200))
    directions: Mapped[str | None] = mapped_column(sa.Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Service(Model):
    """A kind of service with its needs: company, a lead, how demanding it is (0 light to 3 very), hazards.

    `minimum_company` of 2 or more means: nobody does this alone. `maximum_company` is None without a limit.
    `lead_skill_id` is the skill that makes a person a lead here; None asks for no lead. `needs` are the skills and
    certificates that everyone must hold on the day, trainees excepted.
    """

    __tablename__ = "service"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    demanding: Mapped[int] = mapped_column(default=0)
    minimum_company: Mapped[int] = mapped_column(default=1)
    maximum_company: Mapped[int | None]
    lead_skill_id: Mapped[str | None] = mapped_column(sa.ForeignKey("skill.id"))
    hazards: Mapped[str | None] = mapped_column(sa.Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    needs: Mapped[list[ServiceNeed]] = relationship(cascade="all, delete-orphan", order_by="ServiceNeed.skill_id")

    @property
    def need_ids(self) -> list[str]:
        """The ids of the skills that everyone must hold."""
        return [each.skill_id for each in self.needs]

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("demanding BETWEEN 0 AND 3", name="demanding"),
        sa.CheckConstraint("minimum_company >= 1", name="minimum_company"),
        sa.CheckConstraint("maximum_company >= minimum_company", name="maximum_company"),
    )


class ServiceNeed(Model):
    """A skill or certificate that everyone must hold who does a kind of service."""

    __tablename__ = "service_need"

    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[str] = mapped_column(sa.ForeignKey("skill.id"), primary_key=True)


class Pattern(Model):
    """A shift that comes round: on weekdays every `every_weeks` weeks, or on the nth weekday of the month.

    `weekdays` is a text of digits, 0 for Monday ("024" is Monday, Wednesday, Friday). Weeks are counted from
    the week of `starts_on`. `nth` is 1 to 5 or -1 for the last, for monthly patterns only. The shift runs past
    midnight when it ends at or before its start.
    """

    __tablename__ = "pattern"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"), index=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), index=True)
    cycle: Mapped[str] = mapped_column(sa.String(8), default=Cycle.WEEKLY)
    weekdays: Mapped[str] = mapped_column(sa.String(7))
    every_weeks: Mapped[int] = mapped_column(default=1)
    nth: Mapped[int | None]
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    trainee_seats: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    demands: Mapped[list[PatternDemand]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="PatternDemand.position"
    )

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("(cycle = 'monthly') = (nth IS NOT NULL)", name="nth_when_monthly"),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 52", name="every_weeks"),
        sa.CheckConstraint("trainee_seats >= 0", name="trainee_seats"),
    )


class PatternDemand(Model):
    """One demand line of a pattern: everyone on shift (`skill_id` None), or of whom so many hold a skill."""

    __tablename__ = "pattern_demand"

    id: Mapped[str] = id_column()
    pattern_id: Mapped[str] = mapped_column(sa.ForeignKey("pattern.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    skill_id: Mapped[str | None] = mapped_column(sa.ForeignKey("skill.id"))
    minimum: Mapped[int]
    target: Mapped[int]
    maximum: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("minimum >= 0 AND target >= minimum", name="minimum_target"),
        sa.CheckConstraint("maximum IS NULL OR maximum >= target", name="target_maximum"),
    )
