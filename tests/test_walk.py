"""Everyone walks through every page: no link is dead, every form can be sent without JavaScript."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa

from app.access import Role
from app.database import db
from app.demo import cast
from app.people.models import Person
from tests.support.pages import Page
from tests.support.people import sign_in
from tests.support.walk import Kind, forms_of, kind_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.support.pages import CheckingClient

pytestmark = pytest.mark.settled
# How many pages of each kind are gone to.
MOST = 3 if os.environ.get("EVENHAND_SOAK") == "1" else 1
# A form answers with a page to go to, with itself and what to mend, with a file, or with what stands in the way.
ANSWERS = {200, 302, 303, 409, 422}
# These end the session of whoever sends them (staff may do to themselves what they do for others).
SIGN_OUT = {
    "auth.sign_out",
    "auth.quick_exit",
    "auth.end_all",
    "auth.end_place",
    "auth.end_others",
    "auth.end_all_of",
    "auth.remove_second_step",
    "people.leaving_submit",
}


@pytest.fixture
def database() -> str:
    """Links and forms are the same on both databases."""
    return "sqlite"


def everyone(app: Flask) -> Iterator[tuple[str, CheckingClient]]:
    """A signed-in client for one demo person of each role."""
    seen: set[str] = set()
    for member in cast.CAST:
        role = member.roles[0]
        if role in seen:
            continue
        seen.add(role)
        with app.app_context():
            person_id = db.session.scalars(sa.select(Person.id).where(Person.code == member.code)).one()
            db.session.rollback()
        client = app.test_client()
        sign_in(client, person_id)
        yield role, client  # type: ignore[misc]
    assert seen == set(Role)


def test_no_link_is_dead_for_anyone(bare_app):
    dead, counts = [], Counter()
    for role, client in everyone(bare_app):
        for step in walk(client, most=MOST):
            counts[role] += 1
            if step.is_dead:
                dead.append(f"{role}: {step.path} ({step.status}) on {step.came_from}")
    assert not dead, "\n".join(dead)
    assert all(counts[role] > 3 for role in Role), counts


def test_every_form_has_a_button_and_answers_without_javascript(bare_app):
    wrong, sent = [], set()
    for role, client in everyone(bare_app):
        for step in list(walk(client, most=1)):
            for number, form in enumerate(forms_of(step.page) if step.page else ()):
                where = f"{role}: {step.path} form to {form.leads_to!r}"
                if "data-drag" in form.element.attributes:
                    continue  # a drag fills it in; the same can be done on the page of what is dragged
                if form.element.get("id") == "turn":
                    continue  # its buttons are links, which the other test follows; a page may have none
                if not form.buttons:
                    wrong.append(f"{where} has no button")
                if not (form.leads_to and kind_of(bare_app, urljoin(step.path, form.leads_to), "POST") in sent):
                    wrong += _send(client, step.path, number, sent, where)
    assert not wrong, "\n".join(wrong)
    assert sent


def _send(client: CheckingClient, path: str, number: int, sent: set[Kind], where: str) -> Iterator[str]:
    """Send the form as it stands, once for each kind; the page is fetched anew, for others changed things since."""
    response = client.get(path, follow_redirects=True)
    if response.status_code >= 400 or response.mimetype != "text/html":
        return

    forms = list(forms_of(Page(response.text)))
    if number >= len(forms):
        return
    form = forms[number]
    kind = kind_of(client.application, urljoin(response.request.path, form.leads_to or path), "POST")
    if kind in sent or kind.endpoint in SIGN_OUT:
        return
    sent.add(kind)
    answer = client.open(urljoin(response.request.path, form.action or path), method="POST", data=form.filled())
    if answer.status_code not in ANSWERS:
        yield f"{where} -> {answer.status_code}"
