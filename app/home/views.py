"""The first page of each person: what they need first, by what they are here for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from app import clock
from app.access import Role, allow_signed_in
from app.doctor import glance
from app.exchange import queries as exchange_queries
from app.exchange import several
from app.exchange.openings import openings_within
from app.home import queries
from app.home.needs import Business, Group, groups_of
from app.outreach.queries import late_outings
from app.rules.queries import roster_settings
from app.shifts import queries as shift_queries
from app.shifts import words as shift_words

bp = Blueprint("home", __name__)
AHEAD = timedelta(days=14)


@bp.get("/")
@allow_signed_in
def index() -> str:
    """What this person needs first."""
    roles = current_user.roles
    facts: dict[str, Any] = {}
    if not roles.isdisjoint({Role.PEER, Role.COORDINATOR}):
        facts["periods"] = queries.unfinished_periods()
        facts["waiting"] = exchange_queries.waiting_for(current_user.id)
        facts["notice_days"] = roster_settings().notice_days
    return render_template(
        "home/index.html",
        peer=_peer(facts) if Role.PEER in roles else None,
        needs=_needs(facts) if Role.COORDINATOR in roles else None,
        house=glance() if Role.ADMIN in roles or Role.COORDINATOR in roles else None,
        roles=roles,
    )


def _needs(facts: dict[str, Any]) -> list[Group]:
    business = Business(
        outings=late_outings(),
        answers=shift_queries.awaited_answers(),
        openings=openings_within(AHEAD),
        expiries=queries.expiries(),
        periods=facts["periods"],
        swaps=[each for each in facts["waiting"].swaps if each.waits_for_coordinator],
        rounds=several.rounds_to_decide() if facts["waiting"].has_rounds else [],
        notice_days=facts["notice_days"],
    )
    return groups_of(business, clock.today())


def _peer(facts: dict[str, Any]) -> dict[str, Any]:
    """One's own part: the next shift, what waits for an answer, what changed, the roster in the making."""
    now = clock.now()
    shifts = shift_queries.coming_shifts(current_user.id)
    asked = [each for each in shifts if each.is_awaited(now) and each.declined_at is None]
    first = next((each for each in shifts if not each.is_off and not each.is_awaited(now)), None)
    waiting = next((each for each in facts["periods"] if not each.is_published), None)
    changes = shift_queries.unseen_changes(current_user.id)
    answered = {each.id for each in shifts if each.is_awaited(now)}
    mine = facts["waiting"]
    rounds = several.rounds_of(current_user.id) if mine.has_rounds else []
    return {
        "questions": mine.questions,
        "swaps": [each for each in mine.swaps if each.waits_for(current_user.id)],
        "rounds": [each for each in rounds if each.waits_for(current_user.id)],
        "asked": len(asked),
        "changes": sum(each.shift_id not in answered for each in changes),
        "first": None if first is None else _card(first),
        "has_begun": first is not None and first.starts_at <= now,
        "more": len(shifts) - (first is not None),
        "waiting": waiting,
        "publish_by": None if waiting is None else waiting.starts_on - timedelta(days=facts["notice_days"]),
        "today": clock.today(),
    }


def _card(shift: shift_queries.OwnShift) -> shift_words.Card:
    companions = shift_queries.companions_of(current_user.id, [shift.id]).get(shift.id, [])
    return shift_words.card(shift, companions, url_for("shifts.show", shift_id=shift.id), clock.now())
