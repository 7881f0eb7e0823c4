"""The form of those who go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, SelectField, SelectMultipleField, TelField
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp

from app import clock
from app.database import new_id
from app.fields import choices, stripped, text_field, time_field
from app.walltime import instant_of

PHONE = Regexp(r"^[0-9+() ./-]{3,40}$", message="Use digits, spaces and + only.")
KEY_LENGTH = 12
DAY = timedelta(days=1)


class OutingForm(FlaskForm):
    """Who goes, which way, until when, whom to call. `key` is the id the outing will have: sent twice it is one."""

    key = HiddenField()
    # who and what left the group since the page was shown, the service says in words
    people = SelectMultipleField(
        "Who goes",
        description="At least two who are not learning. Nobody goes out alone.",
        validate_choice=False,
    )
    site_id = SelectField("From where", validate_choice=False)
    route = text_field(
        "Which way",
        300,
        required="Say in a few words which way.",
        area=True,
        description="Streets and stops, in order.",
    )
    due = time_field("Back at", required="Type a time.", description="You can stay longer with one tap.")
    contact_name = text_field(
        "Who is called when you are late", 80, required="Name someone.", description="Someone who stays elsewhere."
    )
    contact_email = EmailField(
        "Their e-mail",
        [InputRequired("Type their address."), Length(max=200), Email("This does not look like an e-mail address.")],
        filters=[stripped],
    )
    contact_phone = TelField("Their phone", [Optional(), Length(max=40), PHONE], filters=[stripped])

    def __init__(self, people: list[tuple[str, str]], sites: list[tuple[str, str]], **known: Any) -> None:
        super().__init__(**known)
        self.people.choices = choices(people)
        self.site_id.choices = choices(sites)
        if not self.is_submitted():
            self.key.data = new_id()

    @property
    def row_key(self) -> str:
        """The id for the row; a new one when the page's own was tampered with."""
        key = str(self.key.data or "")
        return key if len(key) == KEY_LENGTH and key.isascii() and key.isalnum() else new_id()

    @property
    def row(self) -> dict[str, Any]:
        """The columns of the outing."""
        names = ("site_id", "route", "contact_name", "contact_email", "contact_phone")
        return {name: self[name].data for name in names} | {"due_at": self.due_at}

    @property
    def due_at(self) -> datetime:
        """The next time the clock shows the return time."""
        now = clock.now()
        today = clock.local(now).date()
        due = instant_of(today, self.due.data, clock.zone())
        return due if due > now else instant_of(today + DAY, self.due.data, clock.zone())
