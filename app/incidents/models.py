"""Incidents: what kind, when and on which shift; who was there; when to ask each of them how they are."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class Kind(StrEnum):
    """What happened. Nothing about the person it happened to is ever kept."""

    OVERDOSE = "overdose"
    DEATH = "death"
    THREAT = "threat"
    OTHER = "other"


class Incident(Model):
    """Something hard that happened on a shift (None: between shifts). `told_by_id` told it, and may take it back."""

    __tablename__ = "incident"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(sa.String(10))
    shift_id: Mapped[str | None] = mapped_column(sa.ForeignKey("shift.id", ondelete="SET NULL"), index=True)
    happened_at: Mapped[datetime] = mapped_column(Instant, index=True)
    relief_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    told_by_id: Mapped[str | None] = mapped_column(sa.String(12))


class IncidentPerson(Model):
    """One who was there. `stand_down_minutes` is the rest of the shift they stop, paid; None when they go on."""

    __tablename__ = "incident_person"

    incident_id: Mapped[str] = mapped_column(sa.ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    stand_down_minutes: Mapped[int | None]


class FollowUp(Model):
    """A day on which one of them is asked how they are. That it was answered is kept, never the answer."""

    __tablename__ = "follow_up"

    id: Mapped[str] = id_column()
    incident_id: Mapped[str] = mapped_column(sa.ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    due_on: Mapped[date] = mapped_column(index=True)
    done_on: Mapped[date | None]
    reminded_on: Mapped[date | None]

    __table_args__ = (sa.UniqueConstraint("incident_id", "person_id", "due_on"),)
