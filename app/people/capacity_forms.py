"""The form of going easy for a while."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import Optional

from app.fields import HoursField, day_field, whole_field

LEAST_HOURS = 60
"""Minutes: a week of less than an hour is no work at all, and that is what dates are for."""


class LessForm(FlaskForm):
    """Until when, and what is less."""

    until = day_field("Until", required="Choose a day.")
    no_nights = BooleanField("No nights")
    no_demanding = BooleanField("No demanding shifts\nThose that wear most, as your group marked them.")
    maximum_minutes = HoursField("At most so many hours a week", [Optional()], least=LEAST_HOURS)
    maximum_shifts = whole_field("At most so many shifts a week", 0, 7)
