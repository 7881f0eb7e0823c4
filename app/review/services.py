"""Moves by hand on a draft: checked by the rules, guarded against two at once, written down, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.dml import Update

from app import clock
from app.audit.services import record
from app.database import db
from app.review import moves
from app.review.models import DraftMove
from app.review.queries import Review, last_move, review_of
from app.roster.models import Draft, DraftAssignment, DraftState, Waiver
from scheduling import Assignment, rule_named
from scheduling import Waiver as SetAside

REASON_LENGTH = 300
NOT_OPEN = "This draft is published or set aside and cannot be changed. Begin a new draft from it."
VANISHED = "A shift or a person of this was removed meanwhile. Nothing has changed."


@dataclass(frozen=True, slots=True)
class WantedWaiver:
    """A rule to set aside for everybody on one shift, as a form asks for it."""

    version: int
    rule: str
    shift: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The move was made: what it did, and what it makes of the roster besides."""

    words: str = ""
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules stop the move: why, what would help, and whether a coordinator may do it anyway.

    `asked` says in plain words what was asked for; it is empty when there is no such move.
    """

    reasons: tuple[str, ...]
    fixes: tuple[str, ...] = ()
    may_waive: bool = False
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """Someone else changed the draft since the person looked at it; `asked` as in `Refused`."""

    version: int
    by: str | None
    asked: str = ""


Answer = Done | Refused | Stale


def make_move(draft_id: str, wanted: moves.Wanted, by_id: str) -> Answer | None:
    """Make one move by hand, or say why not; None when there is no such draft."""
    review = review_of(draft_id)
    if review is None:
        return None
    if not review.is_open:
        return Refused((NOT_OPEN,))
    move = moves.make(review.problem, review.roster, wanted)
    asked = "" if isinstance(move, str) else moves.proposal(move, review.names)
    if review.draft.version != wanted.version or not _take_version(draft_id, wanted.version):
        return replace(_stale(draft_id), asked=asked)
    if isinstance(move, str):
        db.session.rollback()
        return Refused((move,))
    verdict = moves.judge(review.problem, review.roster, move)
    waivers = moves.waivers_for(review.problem, review.roster, move, verdict)
    reason = wanted.reason.strip()[:REASON_LENGTH]
    if waivers is None or (waivers and not reason):
        db.session.rollback()
        return _refused(review, verdict, asked, may_waive=waivers is not None)
    waived = _waive(draft_id, waivers, reason, by_id)
    before = _write(draft_id, review, move) | {"waived": [each.id for each in waived], "version": wanted.version}
    _note(draft_id, wanted, before, by_id)
    return _kept(Done(moves.sentence(move, review.names), tuple(moves.told(verdict.notices, review.names))))


def _kept(done: Done) -> Done | Refused:
    """Commit; a shift or person that was removed in this very moment is told of."""
    try:
        db.session.commit()
    except sa.exc.IntegrityError:
        db.session.rollback()
        return Refused((VANISHED,))
    return done


def undo(draft_id: str, version: int) -> Answer | None:
    """Take the last move by hand back, or say why not; None when there is no such draft."""
    if db.session.get(Draft, draft_id) is None:
        return None
    if not _take_version(draft_id, version):
        return _stale(draft_id)
    found = last_move(draft_id, version)
    if found is None:
        db.session.rollback()
        return Refused(("There is no move to take back.",))
    _take_back(draft_id, version, found[0])
    return _kept(Done("Taken back. Everything is as it was before."))


def _take_back(draft_id: str, version: int, move: DraftMove) -> None:
    before: dict[str, Any] = move.before
    for shift, person, _ in before["put"]:
        _row(draft_id, shift, person, delete=True)
    for shift, person, is_pinned in before["taken"]:
        db.session.add(DraftAssignment(draft_id=draft_id, shift_id=shift, person_id=person, is_pinned=is_pinned))
    for shift, person, is_pinned in before["pins"]:
        _row(draft_id, shift, person, is_pinned=is_pinned)
    db.session.execute(sa.delete(Waiver).where(Waiver.id.in_(before["waived"])))
    for row in before["unwaived"]:
        db.session.add(Waiver(**(row | {"draft_id": draft_id, "at": datetime.fromisoformat(row["at"])})))
    kind, move_id = move.kind, move.id
    db.session.execute(sa.delete(DraftMove).where(DraftMove.id == move_id))
    db.session.execute(  # the move before it can now be undone in its turn
        sa.update(DraftMove)
        .where(DraftMove.draft_id == draft_id, DraftMove.draft_version == before["version"])
        .values(draft_version=version + 1)
        .execution_options(synchronize_session=False)
    )
    record(db.session, "undo move", "draft", draft_id, kind=kind)


def waive(draft_id: str, wanted: WantedWaiver, by_id: str) -> Answer | None:
    """Set a rule aside for everybody on one shift, by name and with a reason; None when there is no such draft."""
    review = review_of(draft_id)
    if review is None:
        return None
    rule, shift, reason = wanted.rule, wanted.shift, wanted.reason.strip()[:REASON_LENGTH]
    broken = [each for each in review.violations if each.is_forbidden and each.rule == rule and shift in each.shifts]
    refusals = {
        NOT_OPEN: not review.is_open,
        "This rule is not broken there any more.": not broken,
        "This rule can never be set aside.": not all(map(moves.is_waivable, broken)),
        "Write a reason, in a few words.": not reason,
    }
    if any(refusals.values()):
        return Refused(tuple(words for words, is_so in refusals.items() if is_so))
    if review.draft.version != wanted.version or not _take_version(draft_id, wanted.version):
        return _stale(draft_id)
    db.session.add(Waiver(draft_id=draft_id, rule=rule, shift_id=shift, reason=reason, by_id=by_id, at=clock.now()))
    record(db.session, "waive rule", "draft", draft_id, rule=rule, shift=shift)
    db.session.commit()
    return Done(f"Set aside for {review.names.shift(shift)}: {rule_named(rule).title}.")


def withdraw(draft_id: str, version: int, waiver_id: str) -> Answer | None:
    """Let a rule look again where it was set aside; None when there is no such draft."""
    if db.session.get(Draft, draft_id) is None:
        return None
    if not _take_version(draft_id, version):
        return _stale(draft_id)
    db.session.execute(sa.delete(Waiver).where(Waiver.id == waiver_id, Waiver.draft_id == draft_id))
    record(db.session, "withdraw waiver", "draft", draft_id)
    db.session.commit()
    return Done("Taken back. The rule looks at this shift again.")


def _take_version(draft_id: str, version: int) -> bool:
    """Claim the draft for one change: of two that saw the same version only one gets it."""
    done = db.session.execute(take_draft(draft_id, version))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def take_draft(draft_id: str, version: int) -> Update:
    """The statement that raises a working draft's version if it still is this one."""
    return (
        sa.update(Draft)
        .where(Draft.id == draft_id, Draft.version == version, Draft.state == DraftState.WORKING)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    )


def _stale(draft_id: str) -> Stale:
    db.session.rollback()
    draft = db.session.get_one(Draft, draft_id, populate_existing=True)
    found = last_move(draft_id, draft.version)
    return Stale(draft.version, found[1] if found else None)


def _refused(review: Review, verdict: moves.Verdict, asked: str, *, may_waive: bool) -> Refused:
    return Refused(
        tuple(moves.told(verdict.stops, review.names)),
        tuple(moves.fixes(verdict.stops, review.names)),
        may_waive,
        asked,
    )


def _waive(draft_id: str, waivers: Iterable[SetAside], reason: str, by_id: str) -> list[Waiver]:
    """Set rules aside for the people whom a move puts on a shift."""
    made = [
        Waiver(
            draft_id=draft_id,
            rule=each.rule,
            shift_id=each.shift,
            person_id=each.worker,
            reason=reason,
            by_id=by_id,
            at=clock.now(),
        )
        for each in waivers
    ]
    db.session.add_all(made)
    db.session.flush()
    for row in made:
        record(
            db.session, "waive rule", "draft", draft_id, rule=row.rule, shift=row.shift_id, person=str(row.person_id)
        )
    return made


def _write(draft_id: str, review: Review, move: moves.Move) -> dict[str, Any]:
    """Change the rows and return what was there before."""
    is_pinned = {pair: pair in review.facts.pinned for pair in (*move.take, *move.pin)}
    unwaived = []
    for pair in move.take:
        _row(draft_id, pair.shift, pair.worker, delete=True)
        unwaived += _unwaive(draft_id, pair)
    for pair in move.put:  # what is placed by hand stays when the roster is generated again
        db.session.add(DraftAssignment(draft_id=draft_id, shift_id=pair.shift, person_id=pair.worker, is_pinned=True))
    for pair in move.pin:
        _row(draft_id, pair.shift, pair.worker, is_pinned=move.kind is moves.Kind.PIN)
    return {
        "put": [[pair.shift, pair.worker, True] for pair in move.put],
        "taken": [[pair.shift, pair.worker, is_pinned[pair]] for pair in move.take],
        "pins": [[pair.shift, pair.worker, is_pinned[pair]] for pair in move.pin],
        "unwaived": unwaived,
    }


def _unwaive(draft_id: str, pair: Assignment) -> list[dict[str, Any]]:
    """Take away the waivers of someone who leaves a shift, and return them."""
    found = list(
        db.session.scalars(
            sa.select(Waiver).where(
                Waiver.draft_id == draft_id, Waiver.shift_id == pair.shift, Waiver.person_id == pair.worker
            )
        )
    )
    kept = [
        {"id": w.id, "rule": w.rule, "shift_id": w.shift_id, "person_id": w.person_id, "reason": w.reason}
        | {"by_id": w.by_id, "at": w.at.isoformat()}
        for w in found
    ]
    db.session.execute(sa.delete(Waiver).where(Waiver.id.in_([w.id for w in found])))
    return kept


def _row(draft_id: str, shift: str, person: str, *, delete: bool = False, is_pinned: bool = False) -> None:
    where = sa.and_(
        DraftAssignment.draft_id == draft_id,
        DraftAssignment.shift_id == shift,
        DraftAssignment.person_id == person,
    )
    if delete:
        db.session.execute(sa.delete(DraftAssignment).where(where))
    else:
        db.session.execute(sa.update(DraftAssignment).where(where).values(is_pinned=is_pinned))


def _note(draft_id: str, wanted: moves.Wanted, before: dict[str, Any], by_id: str) -> None:
    """Write the move down: to take it back, and in the log."""
    db.session.add(
        DraftMove(
            draft_id=draft_id,
            draft_version=wanted.version + 1,
            kind=wanted.kind,
            before=before,
            by_id=by_id,
            at=clock.now(),
        )
    )
    names = {"person": wanted.person, "shift": wanted.shift, "to_person": wanted.to_person, "to_shift": wanted.to_shift}
    details = {key: value for key, value in names.items() if value}
    record(db.session, f"{wanted.kind} by hand", "draft", draft_id, **details)
