"""Forms of the shifts slice: buttons with hidden fields."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import InputRequired


class AnswerForm(FlaskForm):
    """Yes or no to a late change: which state of the shift the person was looking at."""

    sequence = IntegerField(validators=[InputRequired()])


class SeenForm(FlaskForm):
    """Changes a person has looked at, by the ids the page showed."""

    change = SelectMultipleField(validate_choice=False)
