"""Files on their way in: kept between the preview and the yes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column
from app.vault import Sealed


class Upload(Model):
    """A file someone wants to import; sealed at rest, deleted when confirmed, discarded or a day old."""

    __tablename__ = "upload"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    filename: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[str] = mapped_column(Sealed("upload.content"))
    created_at: Mapped[datetime] = mapped_column(Instant)
