"""Forms about periods, shifts, runs and drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.roster.facts import Keep
from app.roster.patterns import Line

SPARE_LINES = 2
MOST_PEOPLE = 50
NAME = Length(max=80, message="Use at most 80 characters.")
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"]
TIME_FORMATS = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"]


def _stripped(text: str | None) -> str | None:
    return (text or "").strip() or None


def _day(label: str, missing: str, description: str = "") -> DateField:
    return DateField(label, [InputRequired(missing)], format=DAY_FORMATS, description=description)


def _time(label: str, missing: str, description: str = "") -> TimeField:
    return TimeField(label, [InputRequired(missing)], format=TIME_FORMATS, description=description)


def _count(label: str, *, required: str = "") -> IntegerField:
    first: Any = InputRequired(required) if required else Optional()
    between = NumberRange(0, MOST_PEOPLE, f"Type a whole number from 0 to {MOST_PEOPLE}.")
    return IntegerField(label, [first, between])


class PeriodForm(FlaskForm):
    """Name and days of a period."""

    starts_on = _day("First day", "Choose the first day.")
    ends_on = _day("Last day", "Choose the last day.")
    name = StringField(
        "Name", [Optional(), NAME], filters=[_stripped], description="Made from the days when left empty."
    )

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
    minimum = _count("Needed to run")
    target = _count("Wanted")
    maximum = _count("At most")


class ShiftForm(FlaskForm):
    """One shift. `version` is the one the page showed."""

    version = HiddenField(default="0")
    site_id = SelectField("Site", [InputRequired("Choose a site.")])
    service_id = SelectField("Work", [InputRequired("Choose the kind of work.")])
    day_on = _day("Day it starts on", "Choose a day.")
    starts_at = _time("Starts", "Type when it starts, like 22:00.")
    ends_at = _time("Ends", "Type when it ends, like 06:00.", "At or before the start means: on the next day.")
    minimum = _count("Needed to run", required="How many people must be there for it to run?")
    target = _count("Wanted", required="How many people would be good?")
    maximum = _count("At most")
    lines = FieldList(FormField(LineForm))
    trainee_seats = IntegerField(
        "Places for people who learn",
        [Optional(), NumberRange(0, MOST_PEOPLE, f"Type a whole number from 0 to {MOST_PEOPLE}.")],
        default=0,
        description="They come on top and never count as cover.",
    )
    note = StringField(
        "Note",
        [Optional(), Length(max=200, message="Use at most 200 characters.")],
        filters=[_stripped],
        description="Everybody on the shift sees it.",
    )

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
    def seen_version(self) -> int:
        """The version this page showed; nonsense counts as none."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions

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
            if target < max(least, 1):
                line.target.errors = [*line.target.errors, "At least one, and not fewer than needed to run."]
            if line.maximum.data is not None and line.maximum.data < target:
                line.maximum.errors = [*line.maximum.errors, "Fewer than wanted."]
        if any(each.errors for entry in field for each in entry.form):
            raise ValidationError("")


class PatternsForm(FlaskForm):
    """Which patterns to follow again, as the page showed the difference."""

    fingerprint = HiddenField()
    patterns = SelectMultipleField("Patterns", validate_choice=False)


class CopiesForm(FlaskForm):
    """Which one-offs of the period before to copy."""

    shifts = SelectMultipleField("Shifts to copy")


class GenerateForm(FlaskForm):
    """How a roster is to be made."""

    keep = RadioField("Stay close to", default=Keep.PUBLISHED)
    seconds = IntegerField("Work on it for at most", description="The longer it works, the better the roster may get.")
    seed = IntegerField(
        "Seed",
        [Optional(), NumberRange(0, 999_999, "Type a whole number from 0 to 999999.")],
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


class NameForm(FlaskForm):
    """A draft's name."""

    version = HiddenField(default="0")
    name = StringField("Name of this draft", [InputRequired("Type a name."), NAME], filters=[_stripped])


def take(form: FlaskForm, problems: dict[str, str]) -> None:
    """Show a service's refusals beside their fields, or on top when they belong to none."""
    for name, words in problems.items():
        if name in form:
            form[name].errors = [*form[name].errors, words]
        else:
            form.form_errors.append(words)
