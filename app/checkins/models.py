"""What is kept of check-ins: sealed to people's own keys, without times of day, in a database apart.

`owner` is a keyed hash of a person's id: without the server's key it leads to nobody. Ids are random and rows lie
in their order, so that nothing tells what was written when.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, PrivateModel, id_column
from app.vault import Sealed

OWNER = sa.String(64)
UNORDERED = {"sqlite_with_rowid": False}


def _random_id() -> sa.orm.MappedColumn[str]:
    return mapped_column(sa.String(32), primary_key=True, default=lambda: secrets.token_hex(16))


class KeyPair(PrivateModel):
    """A person's own key, its private half wrapped by their passphrase (with the server's pepper) and by a code.

    Deleting both wraps makes everything sealed to the key unreadable for good.
    """

    __tablename__ = "key_pair"

    owner: Mapped[str] = mapped_column(OWNER, primary_key=True)
    public_key: Mapped[bytes]
    salt: Mapped[bytes]
    wrapped: Mapped[bytes]
    recovery_salt: Mapped[bytes]
    recovery_wrapped: Mapped[bytes]
    made_on: Mapped[date]

    __table_args__ = (UNORDERED,)


class CheckIn(PrivateModel):
    """One check-in, sealed. Its week is inside; outside stands only the month, by which it is thrown away."""

    __tablename__ = "check_in"

    id: Mapped[str] = _random_id()
    owner: Mapped[str] = mapped_column(OWNER, index=True)
    sealed: Mapped[bytes]
    month_on: Mapped[date] = mapped_column(index=True)

    __table_args__ = (UNORDERED,)


class Choice(PrivateModel):
    """A person's standing choice: what is shared with whom. Sealed with the server's key, always of one length."""

    __tablename__ = "choice"

    owner: Mapped[str] = mapped_column(OWNER, primary_key=True)
    kept: Mapped[str] = mapped_column(Sealed("choice.kept"))

    __table_args__ = (UNORDERED,)


class Listener(PrivateModel):
    """A person whom others may choose to be contacted by, and what they are to them, in words."""

    __tablename__ = "listener"

    person_id: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    words: Mapped[str] = mapped_column(sa.String(80))
    is_active: Mapped[bool] = mapped_column(default=True)


class WaitingParcel(PrivateModel):
    """A sealed parcel on its way: every check-in leaves one, most of them empty, so that none stands out.

    `address` names whom to tell that something came (empty for nobody), sealed and always of one length.
    """

    __tablename__ = "waiting_parcel"

    id: Mapped[str] = _random_id()
    sealed: Mapped[bytes]
    address: Mapped[str] = mapped_column(Sealed("waiting_parcel.address"))

    __table_args__ = (UNORDERED,)


class Parcel(PrivateModel):
    """A parcel that was delivered: nothing says from whom, for whom, or whether there is anything in it."""

    __tablename__ = "parcel"

    id: Mapped[str] = _random_id()
    sealed: Mapped[bytes]
    day_on: Mapped[date] = mapped_column(index=True)

    __table_args__ = (UNORDERED,)


class Opened(PrivateModel):
    """An open history: the private key sealed under a token that only the person's cookie holds, for a short while."""

    __tablename__ = "opened"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    sealed: Mapped[bytes]
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (UNORDERED,)


class HelpLine(PrivateModel):
    """Someone outside whom people can call, as the group set it: shown beside every check-in."""

    __tablename__ = "help_line"

    id: Mapped[str] = id_column()
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(sa.String(80))
    phone: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(sa.String(160), default="")
