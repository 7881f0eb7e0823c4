"""Keeping private wishes. Nothing here says what a wish is: no log, no audit entry, no word of another's wish."""

from __future__ import annotations

import sqlalchemy as sa

from app.audit.services import record
from app.database import db
from app.editing import Outcome, Saved, actor_id, kept, locked, refuse
from app.people.models import Person, Wish, WishKind
from app.sites.models import Service, Site

OPPOSITES = {
    WishKind.NOT_WITH: WishKind.PARTNER,
    WishKind.PARTNER: WishKind.NOT_WITH,
    WishKind.LIKES_SERVICE: WishKind.DISLIKES_SERVICE,
    WishKind.DISLIKES_SERVICE: WishKind.LIKES_SERVICE,
}
COLUMNS = {
    WishKind.NOT_WITH: (Wish.other_person_id, Person),
    WishKind.PARTNER: (Wish.other_person_id, Person),
    WishKind.NOT_AT: (Wish.site_id, Site),
    WishKind.LIKES_SERVICE: (Wish.service_id, Service),
    WishKind.DISLIKES_SERVICE: (Wish.service_id, Service),
}


def add_wish(person_id: str, kind: WishKind, about_id: str) -> Outcome:
    """Keep a wish about another person, a site or a kind of service.

    It takes the place of what it contradicts (a partner of "not with" the same person; an earlier partner, since
    there is one), silently, and is kept once however often it is said: someone who may enter a wish learns
    nothing about the others. Entering one for someone else is logged, without saying which.
    """
    column, about = COLUMNS[kind]
    if locked(Person, person_id) is None:
        return refuse(form="This person is not there any more.")
    if about_id == person_id or db.session.get(about, about_id) is None:
        return refuse(about="Choose one of the list.")
    own = sa.delete(Wish).where(Wish.person_id == person_id)
    if kind in OPPOSITES:
        db.session.execute(own.where(Wish.kind == OPPOSITES[kind], column == about_id))
    db.session.execute(own.where(Wish.kind == kind, *([] if kind == WishKind.PARTNER else [column == about_id])))
    db.session.add(Wish(person_id=person_id, kind=kind, **{column.key: about_id}))
    if actor_id() not in {None, person_id}:
        record(db.session, "enter a private wish at their request", "person", person_id)
    return kept(person_id)


def remove_wish(person_id: str, wish_id: str) -> Outcome:
    """Forget one of a person's own wishes."""
    db.session.execute(sa.delete(Wish).where(Wish.id == wish_id, Wish.person_id == person_id))
    db.session.commit()
    return Saved(person_id)
