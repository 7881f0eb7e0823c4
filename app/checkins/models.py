"""What is kept of check-ins: sealed to people's own keys, without times of day, in a database apart.

`owner` is a keyed hash of a person's id: without the server's key it leads to nobody. Ids are random and rows lie
in their order, so that nothing tells what was written when.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

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
    """An open history: the private key sealed under a token that only the person's cookie holds, for a short while.

    `ends_at` is rounded: it would tell to the moment when they opened it.
    """

    __tablename__ = "opened"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(OWNER, index=True)
    sealed: Mapped[bytes]
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (UNORDERED,)


class OwnTry(PrivateModel):
    """How often a person's history was tried of late; gone as soon as it opens, and else when `ends_at` is over.

    It lies here and not with the other throttles: the main database and its copies tell of nobody's history.
    `ends_at` is rounded, like that of `Opened`.
    """

    __tablename__ = "own_try"

    owner: Mapped[str] = mapped_column(OWNER, primary_key=True)
    tries: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (UNORDERED,)


class SentForm(PrivateModel):
    """A form that was sent: the fingerprint of the random key its page was made with, so that it counts once."""

    __tablename__ = "sent_form"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    day_on: Mapped[date] = mapped_column(index=True)

    __table_args__ = (UNORDERED,)


class HelpLine(PrivateModel):
    """Someone outside whom people can call, as the group set it: shown beside every check-in."""

    __tablename__ = "help_line"

    id: Mapped[str] = id_column()
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(sa.String(80))
    phone: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(sa.String(160), default="")


class TeamWindow(PrivateModel):
    """Four weeks that are counted together when they are over: the key ballots are sealed to, and the groups.

    `groups` maps the name of each fixed group to the owners in it, as they were when the window opened. Nobody has
    the private key: it is cut in halves (see `TeamHalf`).
    """

    __tablename__ = "team_window"

    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    public_key: Mapped[bytes]
    groups: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


class TeamHalf(PrivateModel):
    """One half of a window's key, sealed to one listener; with the half of the partner it opens the ballots.

    When the window is over each hands their half to the partner, sealed to the partner's key: `is_handed`.
    """

    __tablename__ = "team_half"

    id: Mapped[str] = _random_id()
    starts_on: Mapped[date] = mapped_column(index=True)
    holder_id: Mapped[str] = mapped_column(sa.String(12))
    partner_id: Mapped[str] = mapped_column(sa.String(12))
    is_handed: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes]

    __table_args__ = (sa.UniqueConstraint("starts_on", "holder_id", "partner_id", "is_handed"), UNORDERED)


class Ballot(PrivateModel):
    """One word of one person for one window, sealed; who does not want to be counted leaves an empty one.

    `voter` is a keyed hash that is another one in each window.
    """

    __tablename__ = "ballot"

    voter: Mapped[str] = mapped_column(OWNER, primary_key=True)
    starts_on: Mapped[date] = mapped_column(index=True)
    sealed: Mapped[bytes]

    __table_args__ = (UNORDERED,)


class TeamFigure(PrivateModel):
    """What was published of one group in one window; the database itself refuses to change it.

    `level` is None where nothing is shown; why is kept nowhere. `members` are the owners in the group when it is
    shown, so that later figures can be held against earlier ones.
    """

    __tablename__ = "team_figure"

    starts_on: Mapped[date] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    group: Mapped[str] = mapped_column("group_name", sa.String(20), primary_key=True)
    ends_on: Mapped[date]
    level: Mapped[str | None] = mapped_column(sa.String(12))
    about: Mapped[int]
    members: Mapped[list[Any]] = mapped_column(sa.JSON)


class Pack(PrivateModel):
    """The words of a longer questionnaire, as the organisation loaded them."""

    __tablename__ = "pack"

    key: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    notice: Mapped[str] = mapped_column(sa.String(600))
    questions: Mapped[list[Any]] = mapped_column(sa.JSON)
    loaded_on: Mapped[date]
