"""Files on their way in: kept between the preview and the yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column
from app.vault import Sealed


class Upload(Model):
    """A file someone wants to import; sealed at rest, theirs alone, deleted when discarded or a day old.

    `content` is base64 of the compressed file; once confirmed, of the rows as they were before. `date_order` is
    what was chosen about dates like 3/4/2026. `outcome` holds counts by kind once confirmed.
    """

    __tablename__ = "upload"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[str] = mapped_column(Sealed("upload.content"))
    date_order: Mapped[str] = mapped_column(sa.String(3), default="")
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
