"""Forms about who was there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from app import clock
from app.attendance.models import Activity, AttendanceState
from app.attendance.services import Times
from app.attendance.words import ACTIVITY_MEANINGS, ACTIVITY_WORDS, STATE_CHOICES
from app.database import new_id
from app.fields import EditForm, choice, choices, day_field, text_field, time_field
from app.walltime import instant_of, span_of

ANY_PLACE = ("", "no place in particular")
ANY_WORK = ("", "no kind of work in particular")
KEY_LENGTH = 12


class TimesForm(EditForm):
    """When someone came and left."""

    state = RadioField("What happened", [InputRequired("Choose one.")], choices=choices(STATE_CHOICES))
    arrived_on = day_field("Came on")
    arrived = time_field("at")
    left_on = day_field("Left on")
    left = time_field("at")

    def offer(self, state: AttendanceState | None, arrived_at: datetime, left_at: datetime) -> None:
        """Fill in what is known, or planned."""
        came, went = clock.local(arrived_at), clock.local(left_at)
        self.state.data = None if state is None else str(state)
        self.arrived_on.data, self.arrived.data = came.date(), came.time().replace(second=0, microsecond=0)
        self.left_on.data, self.left.data = went.date(), went.time().replace(second=0, microsecond=0)

    def times(self, arrived_at: datetime | None = None, left_at: datetime | None = None) -> Times:
        """What was typed; a time that stayed as it was shown keeps its seconds, and its hour when clocks go back."""
        return Times(
            AttendanceState(self.state.data),
            _instant(self.arrived_on.data, self.arrived.data, arrived_at),
            _instant(self.left_on.data, self.left.data, left_at),
        )


class CorrectForm(TimesForm):
    """A correction: the times, and why."""

    reason = text_field(
        "Why is this changed?",
        200,
        required="Say in a few words why.",
        description="Everyone who sees the hours sees this too. No reasons for staying away, please.",
    )


class EnterForm(TimesForm):
    """The times of someone of whom nothing was noted."""

    person_id = SelectField("Who")

    def __init__(self, people: list[tuple[str, str]], **known: Any) -> None:
        super().__init__(**known)
        self.person_id.choices = choices(people)


class ExtraForm(FlaskForm):
    """Work beside shifts. `key` is the id the row will have: the same page sent twice is one row."""

    key = HiddenField()
    person_id = SelectField("Who")
    activity = RadioField(
        "What",
        [InputRequired("Choose one.")],
        choices=[choice(each, ACTIVITY_WORDS[each], words) for each, words in ACTIVITY_MEANINGS.items()],
    )
    day_on = day_field("Day", required="Choose a day.")
    starts_at = time_field("From", required="Type a time.")
    ends_at = time_field("Until", required="Type a time.", description="Past midnight when it is before the start.")
    site_id = SelectField("Place")
    service_id = SelectField(
        "Kind of work", description="Says which money pays for it, when a group keeps funds apart."
    )
    note = text_field("Note", 120, description="For example the name of the course.")

    def __init__(
        self, people: list[tuple[str, str]], sites: list[tuple[str, str]], services: list[tuple[str, str]], **known: Any
    ) -> None:
        super().__init__(**known)
        self.person_id.choices = choices(people)
        self.site_id.choices = choices([ANY_PLACE, *sites])
        self.service_id.choices = choices([ANY_WORK, *services])
        if not self.is_submitted():
            self.key.data = new_id()

    def offer_only(self, activities: Collection[Activity]) -> None:
        """Let no other work than this be chosen."""
        self.activity.choices = [each for each in self.activity.choices if each.value in activities]

    @property
    def row_key(self) -> str:
        """The id for the row; a new one when the page's own was tampered with."""
        key = str(self.key.data or "")
        return key if len(key) == KEY_LENGTH and key.isascii() and key.isalnum() else new_id()

    @property
    def row(self) -> dict[str, Any]:
        """The columns of the row."""
        return {
            "activity": Activity(self.activity.data),
            "day_on": self.day_on.data,
            "site_id": self.site_id.data or None,
            "service_id": self.service_id.data or None,
            "note": self.note.data,
        }

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when to when, as instants."""
        return span_of(self.day_on.data, self.starts_at.data, self.ends_at.data, clock.zone())


class PaperForm(FlaskForm):
    """On what a sheet is printed; asked with GET."""

    class Meta:
        """No token: this only asks."""

        csrf = False

    paper = SelectField("Paper", default="a4", choices=choices([("a4", "A4"), ("letter", "Letter")]))


class SheetForm(PaperForm):
    """Of which day the sign-in sheet is."""

    on = day_field("Day")


class WallForm(PaperForm):
    """What the sheet for the wall shows."""

    site_id = SelectField("Place", default="")
    first_on = day_field("From")
    span = SelectField(
        "How much",
        default="week",
        choices=choices([("week", "One week"), ("weeks", "Four weeks"), ("month", "One month")]),
    )
    with_work = BooleanField("Say the kind of work\nLeave this off where guests can read the wall.")

    def __init__(self, sites: list[tuple[str, str]], **known: Any) -> None:
        super().__init__(**known)
        self.site_id.choices = choices([("", "All places"), *sites])


def _instant(day: date | None, at: time | None, was: datetime | None) -> datetime | None:
    if day is None or at is None:
        return None
    shown = clock.local(was).replace(second=0, microsecond=0, tzinfo=None) if was is not None else None
    return was if shown == datetime.combine(day, at) else instant_of(day, at, clock.zone())
