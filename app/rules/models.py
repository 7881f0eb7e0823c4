"""The group's settings of the rules of rostering, where they differ from the defaults."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model


class RuleSetting(Model):
    """One rule as this group set it: on or off, and the parameters that differ from the rule's own defaults."""

    __tablename__ = "rule_setting"

    rule: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=True)
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    changed_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
