"""Forgetting for good: rows, keys and what lay of them in the file and its log."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock, jobs
from app.checkins import ballots, sealing
from app.checkins.models import CheckIn, Choice, KeyPair, Listener, Opened, OwnTry, Parcel, SentForm, WaitingParcel
from app.checkins.queries import NOTE, PARCEL_INFO, check_in_info, own_parcels, owner_of, public_of, waits
from app.database import PRIVATE, PrivateModel, db, empty_log
from app.editing import Outcome, Saved, refuse
from app.people.models import Person

TIDY = "tidy-private"
SHRED = "shred-private"
KEEP_PARCELS = timedelta(weeks=12)
KEEP_KEYS = timedelta(days=14)
"""How long a page that was left open can still be sent without counting twice: as long as a session may lie unused."""
TRIES = 20
FEW_TRIES = 3
VACUUMED = (
    "check_in",
    "choice",
    "key_pair",
    "opened",
    "own_try",
    "ballot",
    "team_half",
    "parcel",
    "waiting_parcel",
    "sent_form",
)
HELD = frozenset({"answers", "pack", "asked"})
"""What a row holds that is not empty."""
OWNED: tuple[type[PrivateModel], ...] = (CheckIn, Choice, KeyPair, Opened, OwnTry)


def forget_one(person_id: str, private: bytes, check_in_id: str) -> Outcome:
    """Delete what one check-in of a person holds; the note of an ask that still waits stays until it is deleted too.

    An empty row is left whatever it held, and it is never written again: of one that goes and one that stays, or
    that is written twice, copies would tell which had an ask. So the note moves into a parcel, and parcels are in no
    copy; one is added each time, mostly empty.
    """
    owner, row = owner_of(person_id), db.session.get(CheckIn, check_in_id, with_for_update=True)
    info = check_in_info(owner, check_in_id)
    told = None if row is None or row.owner != owner else sealing.unseal(row.sealed, private, info)
    if row is None or told is None or not told.keys() & HELD:
        return _forget_note(private, check_in_id)
    asked, note = told.get("asked"), None
    if "answers" in told:
        ballots.take_back(person_id)
        if asked and waits(asked, [each for _, each in own_parcels(private, "reply")]):
            note = sealing.seal({"kind": NOTE, "asked": asked}, public_of(private), PARCEL_INFO, sealing.PARCEL_BYTES)
    row.sealed = sealing.seal({}, public_of(private), info, sealing.CHECK_IN_BYTES)
    db.session.add(Parcel(sealed=note or emptied(), day_on=clock.today()))
    db.session.commit()
    shred()
    return Saved(check_in_id)


def _forget_note(private: bytes, parcel_id: str) -> Outcome:
    """Delete the note of an ask whose week is deleted already."""
    row = db.session.get(Parcel, parcel_id, with_for_update=True)
    told = None if row is None else sealing.unseal(row.sealed, private, PARCEL_INFO)
    if row is None or told is None or told["kind"] != NOTE:
        return refuse(form="This is gone already.")
    row.sealed = emptied()
    db.session.commit()
    shred()
    return Saved(parcel_id)


def emptied() -> bytes:
    """An empty parcel, sealed to a key that nobody has."""
    return sealing.seal({"kind": "nothing"}, sealing.new_pair().public, PARCEL_INFO, sealing.PARCEL_BYTES)


def forget_everything(person_id: str) -> None:
    """Delete all that is kept of a person, and their key: whatever of it lies elsewhere can never be read again."""
    for model in OWNED:
        db.session.execute(sa.delete(model).where(model.owner == owner_of(person_id)))  # type: ignore[attr-defined]
    ballots.take_back(person_id)
    db.session.commit()
    shred()


def forget_closed() -> None:
    """Delete, in the caller's transaction, what is left of histories that closed by themselves, and of old tries."""
    for model in (Opened, OwnTry):
        db.session.execute(sa.delete(model).where(model.ends_at <= clock.now()))


def shred() -> None:
    """See that deleted bytes leave the disk now; a job goes on with it when someone reads at this very moment."""
    if not _is_shredded():
        jobs.enqueue(db.session, SHRED, key=f"{SHRED}:now", run_at=clock.now() + timedelta(minutes=1))
        db.session.commit()


def empty_private_log() -> None:
    """See that the log tells no more which rows were written together; who reads just now leaves it to the next."""
    db.session.rollback()
    empty_log(db.get_engine(PRIVATE), FEW_TRIES)


def forget_what_waited() -> None:
    """See that nothing is left of parcels that were delivered, by which their order could be told."""
    db.session.rollback()
    engine = db.get_engine(PRIVATE)
    if engine.dialect.name != "sqlite":
        _vacuum(engine, WaitingParcel.__tablename__)
    elif not empty_log(engine, TRIES):
        jobs.enqueue(db.session, SHRED, key=f"{SHRED}:now", run_at=clock.now() + timedelta(minutes=1))
        db.session.commit()


def shred_again(task: jobs.Task) -> None:
    """Go on shredding; comes round until it is done."""
    del task
    if not _is_shredded():
        raise TimeoutError("someone is still reading")


def _is_shredded() -> bool:
    db.session.rollback()
    engine = db.get_engine(PRIVATE)
    if engine.dialect.name == "sqlite":
        return empty_log(engine, TRIES)
    _vacuum(engine, *VACUUMED)
    return True


def _vacuum(engine: sa.Engine, *tables: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f"VACUUM (FULL) {table}")


def tidy(task: jobs.Task) -> None:
    """Throw away what is old, and everything of people who left."""
    del task
    today = clock.today()
    a_year_ago = today.replace(year=today.year - 1, day=1)  # of each only the month is known
    db.session.execute(sa.delete(CheckIn).where(CheckIn.month_on <= a_year_ago))
    db.session.execute(sa.delete(Parcel).where(Parcel.day_on < today - KEEP_PARCELS))
    forget_closed()
    db.session.execute(sa.delete(SentForm).where(SentForm.day_on < today - KEEP_KEYS))
    here = set(db.session.scalars(sa.select(Person.id).where(Person.is_active)))
    owners = {owner_of(each) for each in here}
    for model in OWNED:
        there = set(db.session.scalars(sa.select(model.owner)))  # type: ignore[attr-defined]
        for owner in there - owners:
            db.session.execute(sa.delete(model).where(model.owner == owner))  # type: ignore[attr-defined]
    ballots.tidy_windows(owners)
    for listener in db.session.scalars(sa.select(Listener).where(Listener.is_active)):
        listener.is_active = listener.person_id in here
    db.session.commit()
    shred()
