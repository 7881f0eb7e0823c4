"""Forms of the growth path."""

from __future__ import annotations

from wtforms import SelectField

from app.fields import EditForm, choices, text_field
from app.people.words import LEVEL_MEANINGS, LEVEL_WORDS


class LevelForm(EditForm):
    """A level that is set by hand, and why."""

    level = SelectField(
        "Level", choices=choices((level, f"{words}: {LEVEL_MEANINGS[level]}") for level, words in LEVEL_WORDS.items())
    )
    reason = text_field(
        "Why by hand?",
        200,
        required="Say in a few words why.",
        description="It stands on their path, and they read it too.",
    )
