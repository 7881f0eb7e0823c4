"""Forms about sites, kinds of service and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import FieldList, Form, FormField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Regexp, ValidationError

from app.fields import (
    MOST_PEOPLE,
    MOST_SEATS,
    EditForm,
    asks_for_nobody,
    choice,
    choices,
    day_field,
    same_or,
    text_field,
    time_field,
    whole_field,
)
from app.sites.calendar import NTH_WORDS, WEEKDAYS
from app.sites.models import Cycle, Pattern, Service, Site
from app.sites.words import DEMANDING_WORDS

CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", message="Use letters, digits, dots and hyphens only.")
CODE_HINT = "Used in files. Made from the name when left empty."
BLANK_LINES = 2
MOST_LINES = 12


class CodedForm(EditForm):
    """A form with a code."""

    def validate_code(self, field: Any) -> None:
        """Letters, digits, dots and hyphens, unless a file brought another one before."""
        if field.data and field.data != field.object_data:
            CODE(self, field)


class SiteForm(CodedForm):
    """A place people work from."""

    name = text_field("Name", 80, required="Type a name.", description="What people call it.")
    address = text_field("Address", 200)
    directions = text_field("How to find the door", 4000, area=True)
    code = text_field("Code", 32, description=CODE_HINT)


class ServiceForm(CodedForm):
    """A kind of service."""

    name = text_field("Name", 80, required="Type a name.")
    demanding = RadioField(
        "How demanding is it?",
        choices=choices(DEMANDING_WORDS.items()),
        coerce=int,
        default=0,
        description="Demanding shifts are shared fairly and kept shorter.",
    )
    minimum_company = whole_field(
        "At least so many together",
        1,
        100,
        required="Type a number.",
        default=1,
        description="2 means: nobody ever does this alone.",
    )
    maximum_company = whole_field("At most so many together", 1, 100, description="Left empty, there is no limit.")
    lead_skill_id = SelectField(
        "Who may lead", description="One person with this skill is on every shift. Choose none when no lead is needed."
    )
    need_ids = SelectMultipleField(
        "Everyone holds",
        description="Nobody without these, valid on the day, is put on such a shift. People in training are excepted.",
    )
    hazards = text_field("What to look out for", 4000, area=True, description="People read it before a shift.")
    code = text_field("Code", 32, description=CODE_HINT)

    def __init__(self, skills: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead_skill_id.choices = choices([("", "No lead needed"), *skills])
        self.need_ids.choices = choices(skills)
        if not self.is_submitted() and self.lead_skill_id.data is None:
            self.lead_skill_id.data = ""

    def validate_maximum_company(self, field: Any) -> None:
        """At least the minimum."""
        same_or("This is fewer than the least.", "minimum_company", lambda least, most: least <= most)(self, field)

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in; no lead is None."""
        found = super().facts
        return found | {"lead_skill_id": found["lead_skill_id"] or None}


class DemandForm(Form):
    """One demand line of a pattern."""

    skill_id = SelectField("Of whom hold")
    minimum = whole_field("To run", 0, MOST_PEOPLE)
    target = whole_field("Wanted", 0, MOST_PEOPLE)
    maximum = whole_field("At most", 0, MOST_PEOPLE)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was said in this line."""
        return all(each.data is None for each in (self.minimum, self.target, self.maximum))

    def validate_target(self, field: Any) -> None:
        """Not below the minimum; a line that says anything says this."""
        if self.is_blank:
            if self.skill_id.data:
                raise ValidationError("Say how many, or choose no skill in this line.")
            return
        if field.data is None:
            raise ValidationError("Say how many are wanted.")
        if self.minimum.data is not None and field.data < self.minimum.data:
            raise ValidationError("This is fewer than needed to run.")
        if asks_for_nobody(self.skill_id.data, field.data):
            raise ValidationError("At least one, or choose no skill in this line.")

    def validate_maximum(self, field: Any) -> None:
        """Not below the target."""
        if field.data is not None and self.target.data is not None and field.data < self.target.data:
            raise ValidationError("This is fewer than wanted.")

    @property
    def line(self) -> dict[str, Any]:
        """The columns of the line; a minimum left empty is the target."""
        minimum = self.target.data if self.minimum.data is None else self.minimum.data
        return {
            "skill_id": self.skill_id.data or None,
            "minimum": minimum,
            "target": self.target.data,
            "maximum": self.maximum.data,
        }


class PatternForm(CodedForm):
    """A shift that comes round."""

    site_id = SelectField("Site", [InputRequired("Choose one.")])
    service_id = SelectField("Kind of service", [InputRequired("Choose one.")])
    cycle = RadioField(
        "How it comes round",
        choices=[
            choice(Cycle.WEEKLY, "By the week", "every week, every second week ..."),
            choice(Cycle.MONTHLY, "By the month", "such as the first Monday"),
        ],
        default=Cycle.WEEKLY,
    )
    weekdays = SelectMultipleField("Days", choices=choices(enumerate(WEEKDAYS)), coerce=int)
    every_weeks = whole_field(
        "Every so many weeks",
        1,
        52,
        default=1,
        description="1 is every week, 2 every second. Counted from the week of the first day.",
    )
    nth = SelectField(
        "Which of the month",
        choices=choices((number, words) for number, words in NTH_WORDS.items()),
        coerce=int,
        default=1,
        description="Counts only when it comes round by the month.",
    )
    starts_at = time_field("Begins", required="Type a time.")
    ends_at = time_field("Ends", required="Type a time.", description="At or before the beginning: on the next day.")
    starts_on = day_field("First day", required="Type a day.")
    ends_on = day_field("Last day", description="Left empty, it goes on.")
    trainee_seats = whole_field(
        "Trainee seats", 0, MOST_SEATS, required="Type a number.", default=0, description="They never count as cover."
    )
    lines = FieldList(FormField(DemandForm))
    code = text_field("Code", 32, description=CODE_HINT)

    def offer(
        self, sites: Sequence[Site], services: Sequence[Service], skills: Sequence[tuple[str, str]], more: int = 0
    ) -> None:
        """Fill in what can be chosen, and see that some lines are blank."""
        self.site_id.choices = choices([("", "Choose one"), *((each.id, each.name) for each in sites)])
        self.service_id.choices = choices([("", "Choose one"), *((each.id, each.name) for each in services)])
        if not self.is_submitted():
            more = max(0, BLANK_LINES - sum(entry.form.is_blank for entry in self.lines))
        more = more or int(len(self.lines) == 0)
        for _ in range(min(more, MOST_LINES - len(self.lines))):
            self.lines.append_entry()
        for number, entry in enumerate(self.lines):
            first = "Everyone on the shift" if number == 0 else "No further line"
            entry.form.skill_id.choices = choices([("", first), *skills])

    def validate_weekdays(self, field: Any) -> None:
        """At least one day, and for the month exactly one."""
        if not field.data:
            raise ValidationError("Choose at least one day.")

    def validate_every_weeks(self, field: Any) -> None:
        """Needed for the week."""
        if field.data is None and self.cycle.data == Cycle.WEEKLY:
            raise ValidationError("Type a number.")

    def validate_ends_on(self, field: Any) -> None:
        """Not before the first day."""
        same_or("This is before the first day.", "starts_on", lambda first, last: first <= last)(self, field)

    def validate_lines(self, field: Any) -> None:
        """One line at least, and each about something else."""
        given = [entry.form for entry in field if not entry.form.is_blank]
        about = [each.skill_id.data or "" for each in given]
        if not given:
            field[0].form.target.errors = ["Say how many people are needed."]
            raise ValidationError("Say how many people are needed.")
        twice = {skill for skill in about if about.count(skill) > 1}
        for each in given:
            if (each.skill_id.data or "") in twice:
                each.skill_id.errors = ["Two lines are about the same."]
        if twice:
            raise ValidationError("Two lines are about the same. Put them into one.")

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the pattern, with its demand lines as `lines`."""
        found = super().facts
        is_monthly = found["cycle"] == Cycle.MONTHLY
        return found | {
            "weekdays": "".join(map(str, sorted(found["weekdays"]))),
            "every_weeks": 1 if is_monthly else found["every_weeks"],
            "nth": found["nth"] if is_monthly else None,
            "lines": [entry.form.line for entry in self.lines if not entry.form.is_blank],
        }

    def sketch(self) -> Pattern | None:
        """A pattern that is kept nowhere, to look ahead with; None while the days are not clear."""
        if not self.weekdays.data or self.starts_on.data is None or self.cycle.data not in set(Cycle):
            return None
        if self.starts_at.data is None or self.ends_at.data is None:
            return None
        facts = {name: value for name, value in self.facts.items() if name not in {"lines", "code"}}
        return Pattern(**facts | {"every_weeks": facts["every_weeks"] or 1})


def pattern_data(pattern: Pattern) -> dict[str, Any]:
    """What a pattern's form shows."""
    return {
        name: getattr(pattern, name)
        for name in ("site_id", "service_id", "cycle", "every_weeks", "starts_at", "ends_at", "starts_on", "ends_on")
    } | {
        "weekdays": [int(digit) for digit in pattern.weekdays],
        "nth": pattern.nth or 1,
        "trainee_seats": pattern.trainee_seats,
        "code": pattern.code,
        "lines": [
            {"skill_id": d.skill_id or "", "minimum": d.minimum, "target": d.target, "maximum": d.maximum}
            for d in pattern.demands
        ],
    }


def new_pattern_data(today: date, site_id: str, pattern: Pattern | None = None) -> dict[str, Any]:
    """What an empty form begins with: a copy of a pattern, if one is named."""
    if pattern is not None:
        return pattern_data(pattern) | {"code": None, "starts_on": today, "ends_on": None}
    return {"site_id": site_id, "starts_on": today, "lines": [{"skill_id": "", "minimum": None}]}
