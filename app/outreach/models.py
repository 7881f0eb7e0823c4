"""People who are out: with whom, which way, until when, and who is called when they do not come back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Instant, Model, id_column
from app.vault import Sealed


class Outing(Model):
    """Some people out together until `due_at`. The contact stays elsewhere; `told_at` is when they were mailed."""

    __tablename__ = "outing"

    id: Mapped[str] = id_column()
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"), index=True)
    route: Mapped[str] = mapped_column(Sealed("outing.route"))
    contact_name: Mapped[str] = mapped_column(Sealed("outing.contact_name"))
    contact_email: Mapped[str] = mapped_column(Sealed("outing.contact_email"))
    contact_phone: Mapped[str | None] = mapped_column(Sealed("outing.contact_phone"))
    left_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_by_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    closed_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    members: Mapped[list[OutingMember]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.CheckConstraint("due_at > left_at", name="times"),)


class OutingMember(Model):
    """One person of an outing; nobody is out twice at once."""

    __tablename__ = "outing_member"

    outing_id: Mapped[str] = mapped_column(sa.ForeignKey("outing.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    back_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index(
            "uq_outing_member_out",
            "person_id",
            unique=True,
            sqlite_where=sa.text("back_at IS NULL"),
            postgresql_where=sa.text("back_at IS NULL"),
        ),
    )
