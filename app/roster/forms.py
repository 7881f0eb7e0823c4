"""Forms about periods, shifts, runs and drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from app.fields import (
    MOST_PEOPLE,
    MOST_SEATS,
    EditForm,
    PlainInteger,
    asks_for_nobody,
    day_field,
    text_field,
    time_field,
    whole_field,
)
from app.roster.facts import Keep
from app.roster.patterns import Line

SPARE_LINES = 2


class PeriodForm(EditForm):
    """Name and days of a period; `seen` is the mark of those the page showed."""

    starts_on = day_field("First day", required="Choose the first day.")
    ends_on = day_field("Last day", required="Choose the last day.")
    name = text_field("Name", 80, description="Made from the days when left empty.")
    seen = HiddenField()

    def see(self, mark: str) -> None:
        """Let the page carry this mark from now on."""
        self.seen.raw_data = None
        self.seen.data = mark

    def validate_ends_on(self, field: Any) -> None:
        """Not before the first day."""
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError("The last day comes before the first.")


class NewPeriodForm(PeriodForm):
    """Days of a new period and the patterns its shifts are made from."""

    patterns = SelectMultipleField(
        "Make shifts from these patterns", description="Take a tick away to leave a pattern or a whole site out."
    )

    def offer(self, patterns: Sequence[tuple[str, str]]) -> None:
        """Offer these patterns, all of them chosen until the person says otherwise."""
        self.patterns.choices = list(patterns)
        if not self.is_submitted():
            self.patterns.data = [value for value, _ in patterns]


class LineForm(Form):
    """One demand line with a skill."""

    skill_id = SelectField("With this skill", validate_choice=True)
    minimum = whole_field("Needed to run", 0, MOST_PEOPLE)
    target = whole_field("Wanted", 0, MOST_PEOPLE)
    maximum = whole_field("At most", 0, MOST_PEOPLE)

    @property
    def is_blank(self) -> bool:
        """Whether this line asks for nothing."""
        return not self.skill_id.data


class ShiftForm(EditForm):
    """One shift."""

    site_id = SelectField("Site", [InputRequired("Choose a site.")])
    service_id = SelectField("Work", [InputRequired("Choose the kind of work.")])
    day_on = day_field("Day it starts on", required="Choose a day.")
    starts_at = time_field("Starts", required="Type when it starts, like 22:00.")
    ends_at = time_field(
        "Ends",
        required="Type when it ends, like 06:00.",
        description="At or before the start means: on the next day.",
    )
    minimum = whole_field("Needed to run", 0, MOST_PEOPLE, required="How many people must be there for it to run?")
    target = whole_field("Wanted", 0, MOST_PEOPLE, required="How many people would be good?")
    maximum = whole_field("At most", 0, MOST_PEOPLE)
    lines = FieldList(FormField(LineForm))
    trainee_seats = whole_field(
        "Trainee seats", 0, MOST_SEATS, default=0, description="They come on top and never count as cover."
    )
    note = text_field("Note", 200, description="Everybody on the shift sees it.")

    def offer(
        self, sites: Sequence[tuple[str, str]], services: Sequence[tuple[str, str]], skills: Sequence[tuple[str, str]]
    ) -> None:
        """Offer these sites, kinds of work and skills; keep a few empty lines for more skills."""
        self.site_id.choices, self.service_id.choices = list(sites), list(services)
        if not self.is_submitted():
            for _ in range(SPARE_LINES):
                self.lines.append_entry()
        for entry in self.lines:
            entry.form.skill_id.choices = [("", "No skill"), *skills]

    @property
    def demand(self) -> tuple[Line, ...]:
        """All demand lines: everyone first, then those of whom a skill is asked."""
        found = [Line(None, self.minimum.data or 0, self.target.data or 0, self.maximum.data)]
        for entry in self.lines:
            line = entry.form
            if line.skill_id.data:
                minimum = line.minimum.data or 0
                target = minimum if line.target.data is None else line.target.data
                found.append(Line(line.skill_id.data, minimum, target, line.maximum.data))
        return tuple(found)

    def validate_target(self, field: Any) -> None:
        """Wanted is at least what is needed."""
        if field.data is not None and self.minimum.data is not None and field.data < self.minimum.data:
            raise ValidationError("Fewer than needed to run.")

    def validate_maximum(self, field: Any) -> None:
        """At most is at least what is wanted."""
        if field.data is not None and self.target.data is not None and field.data < self.target.data:
            raise ValidationError("Fewer than wanted.")

    def validate_lines(self, field: Any) -> None:
        """Each skill once, numbers in order."""
        seen: set[str] = set()
        for entry in field:
            line = entry.form
            skill, least = line.skill_id.data, line.minimum.data or 0
            if not skill:
                continue
            if skill in seen:
                line.skill_id.errors = [*line.skill_id.errors, "This skill stands above already."]
            seen.add(skill)
            target = least if line.target.data is None else line.target.data
            if target < least or asks_for_nobody(skill, target):
                line.target.errors = [*line.target.errors, "At least one, and not fewer than needed to run."]
            if line.maximum.data is not None and line.maximum.data < target:
                line.maximum.errors = [*line.maximum.errors, "Fewer than wanted."]
        if any(each.errors for entry in field for each in entry.form):
            raise ValidationError("")


class PatternsForm(EditForm):
    """Which patterns to follow again, as the page showed the difference."""

    fingerprint = HiddenField()
    patterns = SelectMultipleField("Patterns", validate_choice=False)


class CopiesForm(FlaskForm):
    """Which one-offs of the period before to copy."""

    shifts = SelectMultipleField("Shifts to copy")


class GenerateForm(FlaskForm):
    """How a roster is to be made."""

    keep = RadioField("Stay close to", default=Keep.PUBLISHED)
    seconds = PlainInteger("Work on it for at most", description="The longer it works, the better the roster may get.")
    seed = whole_field(
        "Seed",
        0,
        999_999,
        description="The same number with the same input gives the same roster, when the work ends by itself.",
    )

    def offer(self, keeps: Sequence[tuple[str, str]], most_seconds: int) -> None:
        """Offer these ways to stay close to something, and at most so many seconds."""
        self.keep.choices = list(keeps)
        self.seconds.validators = [
            InputRequired("Type a number of seconds."),
            NumberRange(1, most_seconds, f"Type a whole number from 1 to {most_seconds}."),
        ]
        if not self.is_submitted():
            self.seconds.data = most_seconds
            self.keep.data = keeps[0][0]


class NameForm(EditForm):
    """A draft's name."""

    name = text_field("Name of this draft", 80, required="Type a name.")
