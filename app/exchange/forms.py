"""Forms of the exchange slice; most are a button, some with a choice."""

from __future__ import annotations

import hashlib

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional

from app.exchange.swaps import Wanted
from app.exchange.terms import Terms


def hazards_mark(hazards: str | None) -> str:
    """A mark of a text that was read: another one as soon as the text is."""
    return hashlib.sha256((hazards or "").encode()).hexdigest()[:32]


class TakeForm(FlaskForm):
    """Take a shift as it was when its page was read; its hazards have to be acknowledged where there are any."""

    plan = HiddenField(validators=[Length(max=32)])
    read = HiddenField(validators=[Length(max=32)])
    hazards = BooleanField("I have read what to look out for", validators=[Optional()])


class ButtonForm(FlaskForm):
    """A button that asks nothing more."""


class AnswerForm(FlaskForm):
    """Yes or no."""

    answer = StringField(validators=[InputRequired(), AnyOf(["yes", "no"])])

    @property
    def is_yes(self) -> bool:
        """Whether the answer is yes."""
        return bool(self.answer.data == "yes")


class QuestionForm(AnswerForm):
    """Yes or no to a shift; a yes acknowledges its hazards where there are any."""

    read = HiddenField(validators=[Length(max=32)])
    hazards = BooleanField("I have read what to look out for", validators=[Optional()])


class PersonForm(FlaskForm):
    """A button about one person."""

    person = StringField(validators=[InputRequired(), Length(max=12)])


class SwapForm(FlaskForm):
    """Whom to ask: a person and, for a swap, their shift (person/shift); `knows` says whose yes is known.

    Whoever asks for themselves acknowledges the hazards of the shift they would get, where there are any.
    """

    read = HiddenField(validators=[Length(max=32)])
    hazards = BooleanField("I have read what to look out for", validators=[Optional()])
    other = StringField("With whom?", validators=[DataRequired("Choose one."), Length(max=25)])
    knows = BooleanField("They have both told me yes", validators=[Optional()])

    def wanted(self, person: str, shift: str) -> Wanted:
        """The swap the form asks for."""
        other, _, other_shift = (self.other.data or "").partition("/")
        return Wanted(person, shift, other, other_shift or None)


class SeveralForm(FlaskForm):
    """What one would give, and what one would like to get."""

    gives = SelectMultipleField(validate_choice=False, validators=[Optional(), Length(max=60)])
    wants = SelectMultipleField(validate_choice=False, validators=[Optional(), Length(max=60)])


class TermsForm(FlaskForm):
    """How shifts of a site change hands."""

    first_hours = IntegerField(
        "People under their fair share go first for",
        validators=[InputRequired("Write a number."), NumberRange(0, 336, "Write 0 to 336 hours.")],
        description="Hours from when a place comes up. 0 opens it to everybody at once.",
    )
    open_hours = IntegerField(
        "But everybody may take it in the last",
        validators=[InputRequired("Write a number."), NumberRange(0, 336, "Write 0 to 336 hours.")],
        description="Hours before the shift begins.",
    )
    has_draw = BooleanField(
        "Draw lots when the first hours are over\nEverybody who enters has the same chance, whoever taps first"
    )
    week_quota = IntegerField(
        "Most shifts here for one person in 7 days",
        validators=[Optional(), NumberRange(1, 14, "Write 1 to 14, or leave it empty.")],
        description="Empty: no limit. It does not count for shifts in the next 48 hours.",
    )
    asks_all = BooleanField(
        "Ask all at once when someone cannot come in the next 48 hours\n"
        "Otherwise one after another, the relief pool first"
    )
    ask_minutes = IntegerField(
        "Each has time to answer",
        validators=[InputRequired("Write a number."), NumberRange(5, 1440, "Write 5 to 1440 minutes.")],
    )
    stays_listed = BooleanField(
        "Who cannot come stays on the shift until someone takes it\n"
        "Only in the last 48 hours. It reads: looking for cover"
    )
    needs_coordinator = BooleanField("A coordinator has to say yes to a swap too")
    version = IntegerField(validators=[InputRequired()])

    def terms(self) -> Terms:
        """What the form says."""
        return Terms(**{name: self[name].data for name in Terms.names()})
