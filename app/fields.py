"""Fields that several forms share, in the words and formats people type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectFieldBase,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.database import ID_LENGTH, new_id

MINUTES = 60
NOTHING = "nothing"
YEARS = range(1900, 2200)
REACH = date(2000, 1, 1), date(2100, 12, 31)
"""Days that a page may be asked for: reckoning with them never leaves the calendar."""
MOST_ADDRESS = 200
MOST_PEOPLE = 500
MOST_SEATS = 100
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that no page can show."""
MARKS = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060\u2066-\u2069\u2800\u3164\ufeff\uffa0]"
)
"""Marks without a shape, which turn words around or let two that look alike differ.

The two joiners (U+200C and U+200D) stay: names in Persian and Hindi, and emoji, are written with them.
"""
SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""Categories of characters that show nothing by themselves; the joiners are of them."""
SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Choose the shape of the character before them."""


def without_unseen(text: str) -> str:
    """The text with what can be seen of it."""
    return UNSEEN.sub(" ", MARKS.sub("", text))


def can_be_seen(text: str) -> bool:
    """Whether any character of a text shows something by itself."""
    return any(unicodedata.category(each) not in SHAPELESS for each in SELECTORS.sub("", text))


def stripped(text: str | None) -> str | None:
    """The text without white space around it; None when nothing is left to see."""
    left = without_unseen(text or "").strip()
    return left if can_be_seen(left) else None


def on_one_line(text: str | None) -> str | None:
    """The text on one line, without white space around it; None when nothing is left to see."""
    left = " ".join(without_unseen(text or "").split())
    return left if can_be_seen(left) else None


def text_field(label: str, most: int, *, required: str = "", description: str = "", area: bool = False) -> Field:
    """A text of at most `most` characters; `required` is what is said when it is empty."""
    rules: list[Any] = [DataRequired(required)] if required else [Optional()]
    rules.append(Length(max=most, message=f"Use at most {most} characters."))
    kind, tidied = (TextAreaField, stripped) if area else (StringField, on_one_line)
    return kind(label, rules, filters=[tidied], description=description)


def whole_field(  # noqa: PLR0913 - what a number can be told; all but label and bounds has a default
    label: str, least: int, most: int, *, required: str = "", description: str = "", default: int | None = None
) -> Field:
    """A whole number from `least` to `most`."""
    first: Any = InputRequired(required) if required else Optional()
    between = NumberRange(least, most, f"Type a whole number from {least} to {most}.")
    return PlainInteger(label, [first, between], description=description, default=default)


def day_field(label: str, *, required: str = "", description: str = "") -> Field:
    """A day of a year that can be meant."""
    return DateField(
        label,
        [InputRequired(required) if required else Optional(), _likely_year],
        format=["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"],
        invalid_value_message="Type a day like 2026-03-31.",
        description=description,
    )


def _likely_year(form: object, field: Any) -> None:
    del form
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(f"The year {field.data.year} cannot be right.")


def day_asked(text: str, otherwise: date) -> date:
    """The day that an address names as 2026-03-31, or the nearest within reach; `otherwise` where it names none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return within_reach(day)


def within_reach(day: date) -> date:
    """The day, or the nearest that a page may be asked for."""
    return min(max(day, REACH[0]), REACH[1])


def is_within_reach(day: date) -> bool:
    """Whether pages may be asked for this day."""
    return REACH[0] <= day <= REACH[1]


def asks_for_nobody(skill_id: str | None, target: int) -> bool:
    """Whether a demand line names a skill and wants nobody who has it: then it says nothing."""
    return bool(skill_id) and target < 1


def time_field(label: str, *, required: str = "", description: str = "") -> Field:
    """A time on the wall, in 24 or 12 hours."""
    return PlainTime(
        label,
        [InputRequired(required) if required else Optional()],
        format=["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"],
        invalid_value_message="Type a time like 22:00 or 10:00 pm.",
        description=description,
    )


class PlainInteger(IntegerField):
    """A whole number that says in plain words when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata([text.strip() for text in valuelist])
        except ValueError as error:
            raise ValueError("Type a whole number.") from error


class SecretField(PasswordField):
    """A passphrase or PIN, without the white space that a phone or a paste leaves before and after it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        super().process_formdata([text.strip() for text in valuelist])


class PlainTime(TimeField):
    """A time on the wall that keeps what was typed when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, with or without white space around it."""
        super().process_formdata([text.strip() for text in valuelist])


class HoursField(StringField):
    """A length of time that people type in hours ("7.5", "7,5" or "7:30") and that is kept in whole minutes."""

    def __init__(
        self, label: str, validators: Iterable[Any], least: int = 0, most: int = 168 * 60, **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.least, self.most = least, most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else hours_text(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed into minutes."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        minutes = minutes_in(text)
        if minutes is None:
            raise ValueError("Type hours like 7.5 or 7:30.")
        if not self.least <= minutes <= self.most:
            raise ValueError(f"Type hours from {hours_text(self.least)} to {hours_text(self.most)}.")
        self.data = minutes


def minutes_in(text: str) -> int | None:
    """Minutes in a length of time typed in hours, None when it is none."""
    hours, colon, minutes = text.partition(":")
    if colon:
        return int(hours) * MINUTES + int(minutes) if hours.isdecimal() and _is_minutes(minutes) else None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > 10_000:  # noqa: PLR2004 - more than a year of hours
        return None
    return int((number * MINUTES).to_integral_value(ROUND_HALF_UP))


def _is_minutes(text: str) -> bool:
    return text.isdecimal() and int(text) < MINUTES


def hours_text(minutes: int) -> str:
    """Minutes as hours, shortly: 450 is "7.5", 500 is "8:20"."""
    if minutes * 100 % MINUTES:
        return f"{minutes // MINUTES}:{minutes % MINUTES:02}"
    return f"{Decimal(minutes) / MINUTES:f}".rstrip("0").rstrip(".") if minutes % MINUTES else str(minutes // MINUTES)


class KeyedForm(FlaskForm):
    """A form that counts once, however often it is sent: its key was made with the page."""

    key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_key(self.key.data or ""):
            self.renew_key()

    def renew_key(self) -> None:
        """Let the page carry another key from now on."""
        self.key.raw_data = None
        self.key.data = new_id()


def is_key(text: str) -> bool:
    """Whether a text is a key as forms of ours carry it."""
    return len(text) == ID_LENGTH and text.isascii() and text.isalnum()


class EditForm(FlaskForm):
    """A form for something that others may change too; `version` is the one this page showed."""

    version = HiddenField(default="0")

    @property
    def seen_version(self) -> int:
        """The version this page showed; nonsense counts as none."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, by field, without the fields that only forms need."""
        return {name: value for name, value in self.data.items() if name not in {"version", "csrf_token"}}

    def show(self, version: int) -> None:
        """Let the page carry this version from now on."""
        self.version.raw_data = None
        self.version.data = str(version)

    def take(self, problems: Mapping[str, str]) -> None:
        """Show a service's refusals beside their fields, or on top when they belong to none."""
        for name, words in problems.items():
            if name in self:
                self[name].errors = [*self[name].errors, words]
            else:
                self.form_errors.append(words)


@dataclass(frozen=True)
class Difference:
    """One field in which two people's versions differ, in words."""

    label: str
    theirs: str
    yours: str


def differences(mine: FlaskForm, theirs: FlaskForm) -> list[Difference]:
    """The fields in which a form as typed differs from one filled with what is kept now."""
    return [
        Difference(each.label.text, field_words(theirs[each.short_name]), field_words(each))
        for each in mine
        if each.type not in {"HiddenField", "CSRFTokenField"}
        and field_words(each) != field_words(theirs[each.short_name])
    ]


def field_words(field: Field) -> str:
    """What a field says, as a person would read it."""
    if isinstance(field, FieldList):
        return "; ".join(field_words(entry) for entry in field if not _is_blank(entry)) or NOTHING
    if isinstance(field, FormField):
        return ", ".join(f"{each.label.text}: {field_words(each)}" for each in field if each.type != "CSRFTokenField")
    if isinstance(field, SelectFieldBase):
        chosen = field.data if isinstance(field, SelectMultipleField) else [field.data]
        words = {str(value): str(label).split("\n")[0] for value, label, *_ in field.iter_choices()}
        return ", ".join(words.get(str(each), str(each)) for each in chosen or [] if each not in {None, ""}) or NOTHING
    if isinstance(field, BooleanField):
        return "yes" if field.data else "no"
    return _value_words(field.data, field)


def _is_blank(entry: Field) -> bool:
    return isinstance(entry, FormField) and bool(getattr(entry.form, "is_blank", False))


def _value_words(value: Any, field: Field) -> str:
    if value in {None, ""}:
        return NOTHING
    if isinstance(field, HoursField):
        return f"{hours_text(value)} hours"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return day_words(value) if isinstance(value, date) else str(value)


def day_words(day: date, *, weekday: bool = False) -> str:
    """A day as people write it: "31 March 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}" if weekday else f"{day.day} {day:%B} {day.year}"


def choice(value: object, words: str, more: str = "") -> SelectChoice:
    """One choice of a field, with a smaller second line."""
    return SelectChoice(str(value), f"{words}\n{more}" if more else words)


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """Choices of a field from (value, words)."""
    return [choice(value, words) for value, words in pairs]


def same_or(message: str, first: str, is_right: Callable[[Any, Any], bool]) -> Callable[[Any, Any], None]:
    """A check of a field against an earlier one; silent while either is empty or wrong in itself."""

    def check(form: Any, field: Any) -> None:
        other = form[first]
        if (
            field.data is not None
            and other.data is not None
            and not other.errors
            and not is_right(other.data, field.data)
        ):
            raise ValidationError(message)

    return check
