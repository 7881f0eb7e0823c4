"""Forms about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from wtforms import BooleanField, EmailField, Field, HiddenField, RadioField, SelectField, SelectMultipleField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp, ValidationError

from app.access import ROLE_WORDS, Role
from app.fields import (
    MOST_ADDRESS,
    EditForm,
    HoursField,
    choice,
    choices,
    day_field,
    same_or,
    stripped,
    text_field,
    time_field,
    whole_field,
)
from app.people.models import Dial, Grade, Level, Skill, WishKind
from app.people.week import PARTS, Cell, Said, cells
from app.people.words import (
    DIAL_MEANINGS,
    DIAL_WORDS,
    GRADE_MEANINGS,
    GRADE_WORDS,
    LEVEL_MEANINGS,
    LEVEL_WORDS,
    WISH_WORDS,
)

CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", message="Use letters, digits, dots and hyphens only.")
PHONE = Regexp(r"^[0-9+() ./-]{3,40}$", message="Use digits, spaces and + only.")


def unless_kept(check: Any) -> Any:
    """A check that lets pass what is kept already: files may have brought what nobody would type here."""

    def checked(form: Any, field: Any) -> None:
        if field.data != field.object_data:
            check(form, field)

    return checked


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERY_WEEKS = ((1, "every week"), (2, "every second week"), (3, "every third week"), (4, "every fourth week"))
LONGEST_RANGE = timedelta(days=92)
MIDNIGHT = time()


def grade_choices() -> list[SelectChoice]:
    """The four grades as large choices."""
    return [choice(grade, GRADE_WORDS[grade], GRADE_MEANINGS[grade]) for grade in Grade]


class ProfileForm(EditForm):
    """What people say about themselves."""

    name = text_field(
        "Chosen name", 80, required="Type a name.", description="The name others see. It can be any name."
    )
    pronouns = text_field("Pronouns", 40, description="For example she, they, he.")
    email = EmailField(
        "E-mail",
        [Optional(), Length(max=MOST_ADDRESS), Email("This does not look like an e-mail address.")],
        filters=[stripped],
        description="For sign-in links and word of changes. Nobody in the group sees it but coordinators and admins.",
    )
    phone = TelField("Phone", [Optional(), Length(max=40), unless_kept(PHONE)], filters=[stripped])
    wanted_minutes = HoursField(
        "Wanted hours a week", [Optional()], description="About how many hours of shifts would be good."
    )
    maximum_minutes = HoursField(
        "At most, hours a week", [Optional()], description="A roster never gives more than this."
    )
    hours_dial = RadioField(
        "For the coming rosters",
        [InputRequired("Choose one.")],
        choices=[choice(dial, DIAL_WORDS[dial], DIAL_MEANINGS[dial]) for dial in Dial],
        default=Dial.SAME,
        description="Counts until it is changed again. Nobody asks why.",
    )
    default_grade = RadioField(
        "Times that nothing is said about",
        [InputRequired("Choose one.")],
        choices=grade_choices(),
        default=Grade.AVAILABLE,
        description="Counts wherever no availability is written down.",
    )


class PersonForm(ProfileForm):
    """What coordinators and admins keep about a person. The level is chosen once; later it changes on their path."""

    level = SelectField(
        "Level",
        choices=choices((level, f"{LEVEL_WORDS[level]}: {LEVEL_MEANINGS[level]}") for level in Level),
        default=Level.PEER,
    )
    roles = SelectMultipleField(
        "Roles",
        choices=choices(ROLE_WORDS.items()),
        default=[Role.PEER],
        description="What the person may do here.",
    )
    is_volunteer = BooleanField("Volunteer", description="Paid expenses only, no honorarium.")
    is_relief = BooleanField("In the relief pool", description="Is asked when someone cannot come.")
    code = text_field(
        "Code", 32, description="Tells apart people of one name in files. Made from the name when left empty."
    )

    def __init__(
        self, *args: Any, with_roles: bool, with_address: bool, with_level: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not with_level:
            del self.level
        if not with_roles:
            del self.roles
        if not with_address:
            del self.email

    def validate_code(self, field: Any) -> None:
        """Letters, digits, dots and hyphens."""
        if field.data:
            unless_kept(CODE)(self, field)

    def validate_roles(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError("Choose at least one role.")


class SkillForm(EditForm):
    """A skill or kind of certificate."""

    name = text_field(
        "Name", 80, required="Type a name.", description='For example "Overdose response" or "First aid".'
    )
    is_certificate = BooleanField("It is a certificate", description="Something on paper that may run out.")
    validity_months = whole_field(
        "Valid for, in months", 1, 600, description="Left empty, it does not run out. Used to suggest the last day."
    )
    code = text_field("Code", 32, description="Used in files. Made from the name when left empty.")
    is_active = BooleanField("In use", default=True, description="What is not in use cannot be given or asked for.")

    def validate_code(self, field: Any) -> None:
        """Letters, digits, dots and hyphens."""
        if field.data:
            unless_kept(CODE)(self, field)


class HeldSkillForm(EditForm):
    """When a person got a skill or certificate and how long it lasts."""

    obtained_on = day_field("Since", description="The day on the paper.")
    expires_on = day_field("Last valid day", description="Left empty, it is reckoned from the months it is valid.")
    lasts = BooleanField("It does not run out")
    seen = HiddenField()

    def validate_expires_on(self, field: Any) -> None:
        """Not before the first day."""
        if field.data and self.obtained_on.data and field.data < self.obtained_on.data:
            raise ValidationError("This is before the day it was obtained.")

    def see(self, obtained_on: date | None, expires_on: date | None) -> None:
        """Let the page carry these dates as those it showed."""
        self.seen.raw_data = None
        self.seen.data = f"{obtained_on or ''}/{expires_on or ''}"

    @property
    def seen_dates(self) -> tuple[date | None, date | None]:
        """The dates the page showed before they were changed."""
        first, _, last = (self.seen.data or "").partition("/")
        return _day(first), _day(last)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class GiveSkillForm(HeldSkillForm):
    """A skill or certificate that a person does not have yet."""

    skill_id = SelectField("Skill or certificate", [InputRequired("Choose one.")])

    def __init__(self, skills: Sequence[Skill], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skill_id.choices = choices([("", "Choose one"), *((each.id, _skill_words(each)) for each in skills)])


def _skill_words(skill: Skill) -> str:
    return f"{skill.name} ({skill.validity_months} months)" if skill.validity_months else skill.name


class TimesForm(EditForm):
    """The part of a day and how well it suits."""

    grade = RadioField("How well does it suit?", [InputRequired("Choose one.")], choices=grade_choices())
    is_all_day = BooleanField("All day")
    starts_at = time_field("From")
    ends_at = time_field("Until", description="At or before the start means the next day.")
    rows = HiddenField()

    def validate_starts_at(self, field: Any) -> None:
        """Needed unless it is all day."""
        if field.data is None and not self.is_all_day.data:
            raise ValidationError("Type a time, or choose all day.")

    validate_ends_at = validate_starts_at

    @property
    def times(self) -> tuple[time, time]:
        """First and last time; midnight to midnight is the whole day."""
        return (MIDNIGHT, MIDNIGHT) if self.is_all_day.data else (self.starts_at.data, self.ends_at.data)

    @property
    def replaced(self) -> frozenset[str]:
        """The ids of the rows that this change replaces."""
        return frozenset(filter(None, (self.rows.data or "").split(",")))


class RegularTimesForm(TimesForm):
    """Times that come every week, or every second."""

    weekdays = SelectMultipleField(
        "Days", [InputRequired("Choose at least one day.")], choices=choices(enumerate(WEEKDAYS)), coerce=int
    )
    every_weeks = SelectField("How often", choices=choices(EVERY_WEEKS), coerce=int, default=1)
    starts_on = day_field("From this day on", description="Every second week counts from the week of this day.")
    ends_on = day_field("Until this day")

    def validate_weekdays(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError("Choose at least one day.")

    def validate_starts_on(self, field: Any) -> None:
        """Needed to know which weeks are meant."""
        if field.data is None and self.every_weeks.data != 1:
            raise ValidationError("Type a day of the first week.")

    def validate_ends_on(self, field: Any) -> None:
        """Not before the first day."""
        same_or("This is before the first day.", "starts_on", lambda first, last: first <= last)(self, field)


class DatedTimesForm(TimesForm):
    """One day, or every day from one to another."""

    first_on = day_field("Day", required="Type a day.")
    last_on = day_field("Until (last day)", description="Left empty, it is one day.")

    def validate_last_on(self, field: Any) -> None:
        """Not before the first day, and not too far."""
        if field.data is None or self.first_on.data is None:
            return
        if field.data < self.first_on.data:
            raise ValidationError("This is before the first day.")
        if field.data - self.first_on.data >= LONGEST_RANGE:
            raise ValidationError(f"At most {LONGEST_RANGE.days} days at once. Add the rest as another entry.")

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        return self.first_on.data, self.last_on.data or self.first_on.data


class WishForm(EditForm):
    """A private wish about one other person, site or kind of service."""

    kind = RadioField("Wish", [InputRequired("Choose one.")])
    about = SelectField("About", [InputRequired("Choose one.")])

    def __init__(self, kinds: Sequence[WishKind], label: str, those: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = choices((kind, WISH_WORDS[kind]) for kind in kinds)
        self.about.label.text = label
        if len(kinds) == 1 and not self.kind.raw_data:
            self.kind.data = kinds[0].value
        self.about.choices = choices([("", "Choose one"), *those])


ALIKE = "keep"


class WeekForm(EditForm):
    """A week in parts of days; `seen` is the mark of the rows that the page showed, `hints` what a choice means."""

    seen = HiddenField()
    hints: Mapping[Cell, str]

    def part(self, cell: Cell) -> Field:
        """The field of one part of the week."""
        return self[f"part-{cell[0]}-{cell[1]}"]

    def whole(self, day: int) -> Field:
        """The field that says the same for all parts of a day."""
        return self[f"day-{day}"]

    def see(self, mark: str) -> None:
        """Let the page carry this mark from now on."""
        self.seen.raw_data = None
        self.seen.data = mark

    def changes(self, there: Mapping[Cell, Said]) -> dict[Cell, Grade | None]:
        """The parts that are to say something else than what is `there`."""
        wanted: dict[Cell, Grade | None] = {}
        for cell, now in there.items():
            value = self.whole(cell[0]).data or self.part(cell).data
            if value != ALIKE and (Grade(value) if value else None) != now:
                wanted[cell] = Grade(value) if value else None
        return wanted


def week_form(
    there: Mapping[Cell, Said], shown: Mapping[Cell, Said], nothing: str, hints: Mapping[Cell, str]
) -> WeekForm:
    """The form of a week that says what is `shown`.

    `nothing` are the words for a part that says nothing; `hints` stand under the parts. Parts that hold several
    times now may stay as they are.
    """
    grades = choices(GRADE_WORDS.items())
    fields: dict[str, Any] = {}
    for day, name in enumerate(WEEKDAYS):
        fields[f"day-{day}"] = SelectField(
            f"{name}, whole day", choices=[choice("", "Set all four"), *grades], default=""
        )
    for cell in cells():
        those = [choice("", nothing), *grades]
        if there[cell] == "several":
            those.insert(0, choice(ALIKE, "Keep these times"))
        value = shown[cell]
        default = (
            ALIKE if value == "several" and there[cell] == "several" else "" if value in {None, "several"} else value
        )
        label = f"{WEEKDAYS[cell[0]]}, {PARTS[cell[1]][0].lower()}"
        fields[f"part-{cell[0]}-{cell[1]}"] = SelectField(label, choices=those, default=default)
    form: WeekForm = type("ThisWeekForm", (WeekForm,), fields)()
    form.hints = hints
    return form
