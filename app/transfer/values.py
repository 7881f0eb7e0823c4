"""What may stand in a cell: each type reads a cell into a value, and writes a value so that it reads back the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Any

from email_validator import EmailNotValidError, validate_email

from app.fields import MARKS, MOST_ADDRESS, can_be_seen

if TYPE_CHECKING:
    from app.transfer.world import World

YEARS = range(1900, 2200)
MINUTES = 60
NOON = 12
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAY_WORDS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DATE_ORDERS = {"": "not said", "dmy": "day/month/year", "mdy": "month/day/year"}
YES = frozenset({"yes", "y", "true", "t", "1", "x", "on", "✓", "ja", "oui", "sí", "si"})
NO = frozenset({"no", "n", "false", "f", "0", "off", "nein", "non"})
LISTED = re.compile(r"[\s,;/|+&]+")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class BadValue(Exception):  # noqa: N818 - it is a finding to show, not an error of ours
    """A cell that cannot be taken: the reason in plain words, and the column when it is another one."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


@dataclass(slots=True)
class Reading:
    """What the cells of one file are read against: what is known so far, the order of dates, notes for people."""

    world: World
    date_order: str = ""
    notes: list[str] = field(default_factory=list)
    cache: dict[Any, Any] = field(default_factory=dict)
    has_unclear_dates: bool = False


def fold(text: str) -> str:
    """A word as it is compared: without regard to capitals and spaces around."""
    return " ".join(text.split()).casefold()


def clean(text: str, *, is_long: bool = False) -> str:
    """A text as it is kept: no spaces around, one kind of line break, no characters that cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_long:
        text = text.replace("\n", " ")
    return CONTROL.sub(" ", MARKS.sub("", text)).strip()


def check_seen(text: str) -> None:
    """Hold a cell of any kind to what people can see; raises `BadValue`, which names the first mark they cannot."""
    shown = text.replace("\r", "\n").replace("\t", " ")
    if found := CONTROL.search(shown) or MARKS.search(shown):
        raise BadValue(f"This holds a character that cannot be shown (U+{ord(found[0]):04X}). Type it anew.")
    if not can_be_seen(text):
        raise BadValue(f"Nothing of this can be seen (U+{ord(text[0]):04X}). Type it anew, or leave it blank.")


def either(words: Iterable[str]) -> str:
    """Words in a row: "one, two or three"."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


class Type:
    """Reads one kind of cell and writes it again; `words` says to people what may stand there."""

    words = "any text"

    def parse(self, text: str, reading: Reading) -> Any:
        """The value of a cell that is not blank; raises `BadValue`."""
        raise NotImplementedError

    def text(self, value: Any, world: World) -> str:
        """The cell for a value that is not None."""
        del world
        return str(value)

    def unique(self, value: Any) -> Any:
        """What two values have in common when they count as the same."""
        return value


@dataclass(frozen=True)
class Text(Type):
    """A text of at most `most` characters; a long one may have several lines."""

    most: int
    is_long: bool = False

    @property
    def words(self) -> str:  # type: ignore[override]
        """What may stand here."""
        return f"text of at most {self.most} letters" + (", may have several lines" if self.is_long else "")

    def parse(self, text: str, reading: Reading) -> str:
        """Read a text."""
        del reading
        if not self.is_long and any(mark in text for mark in "\r\n"):
            raise BadValue("This must be one line.")
        text = clean(text, is_long=self.is_long)
        if len(text) > self.most:
            raise BadValue(f"This is longer than {self.most} letters.")
        return text

    def text(self, value: Any, world: World) -> str:
        """Write a text."""
        del world
        return clean(value, is_long=self.is_long)


@dataclass(frozen=True)
class Email(Text):
    """An e-mail address."""

    most: int = MOST_ADDRESS
    words = "an e-mail address"

    def parse(self, text: str, reading: Reading) -> str:
        """Read an address; it is kept as it was written."""
        text = super().parse(text, reading)
        try:
            validate_email(text, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise BadValue("This is not an e-mail address.") from None
        return text

    def unique(self, value: Any) -> Any:
        """Capitals do not make another address."""
        return value.lower()


class YesNo(Type):
    """Yes or no."""

    words = "yes or no"

    def parse(self, text: str, reading: Reading) -> bool:
        """Read yes or no."""
        del reading
        word = fold(text)
        if word in YES:
            return True
        if word in NO:
            return False
        raise BadValue("Write yes or no.")

    def text(self, value: Any, world: World) -> str:
        """Write yes or no."""
        del world
        return "yes" if value else "no"


@dataclass(frozen=True)
class Choice(Type):
    """One of some words; `also` maps other words people use to one of them."""

    options: tuple[str, ...]
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:  # type: ignore[override]
        """What may stand here."""
        return either(self.options)

    def parse(self, text: str, reading: Reading) -> str:
        """Read one of the words."""
        del reading
        word = fold(text).replace("_", " ").replace("-", " ")
        found = {option.replace("_", " "): option for option in self.options} | dict(self.also)
        if word not in found:
            raise BadValue(f"Write {either(self.options)}.")
        return found[word]


@dataclass(frozen=True)
class Choices(Choice):
    """Any number of some words, with spaces between."""

    @property
    def words(self) -> str:  # type: ignore[override]
        """What may stand here."""
        return f"one or more of {either(self.options)}, with spaces between"

    def parse(self, text: str, reading: Reading) -> frozenset[str]:  # type: ignore[override]
        """Read the words."""
        return frozenset(Choice.parse(self, word, reading) for word in LISTED.split(text.strip()) if word)

    def text(self, value: Any, world: World) -> str:
        """Write the words in the order of the options."""
        del world
        return " ".join(option for option in self.options if option in value)


@dataclass(frozen=True)
class Whole(Type):
    """A whole number within bounds."""

    least: int
    most: int

    @property
    def words(self) -> str:  # type: ignore[override]
        """What may stand here."""
        return f"a whole number from {self.least} to {self.most}"

    def parse(self, text: str, reading: Reading) -> int:
        """Read a number; 3.0 and 3,0 are 3."""
        del reading
        found = re.fullmatch(r"([0-9]{1,9})(?:[.,]0*)?", text.strip())
        if found is None or not self.least <= int(found[1]) <= self.most:
            raise BadValue(f"Write {self.words}.")
        return int(found[1])


@dataclass(frozen=True)
class Hours(Type):
    """Hours, kept in minutes: 7.5, 7,5, 7:30 or 7h30."""

    most: int = 168
    words = "hours: 7.5, 7,5, 7:30 or 7h30"

    def parse(self, text: str, reading: Reading) -> int:
        """Read hours, to the nearest minute."""
        del reading
        word = fold(text)
        if found := re.fullmatch(r"([0-9]{1,4})(?:[.,]([0-9]{0,6}))? ?(?:h|hrs?|hours?)?", word):
            minutes = round(float(f"{found[1]}.{found[2] or 0}") * MINUTES)
        elif (found := re.fullmatch(r"([0-9]{1,4}) ?(?::|h) ?([0-9]{2}) ?(?:m|min)?", word)) and int(
            found[2]
        ) < MINUTES:
            minutes = int(found[1]) * MINUTES + int(found[2])
        else:
            raise BadValue("Write hours like 7.5, 7:30 or 7h30.")
        if minutes > self.most * MINUTES:
            raise BadValue(f"This is more than {self.most} hours.")
        return minutes

    def text(self, value: Any, world: World) -> str:
        """Write hours with a point when two digits say it exactly, else with a colon."""
        del world
        whole, rest = divmod(value, MINUTES)
        if rest % 3:
            return f"{whole}:{rest:02}"
        return f"{whole}.{rest * 100 // MINUTES:02}".rstrip("0").rstrip(".")


class Day(Type):
    """A date."""

    words = "a date: 2026-03-31 (31/03/2026 when the order of day and month is clear or chosen)"

    def parse(self, text: str, reading: Reading) -> date:
        """Read a date; one that could mean two days is refused."""
        word = re.sub(r"[t ]00:00(:00(\.0+)?)?$", "", fold(text))
        if found := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", word):
            return _day(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"([0-9]{1,2})[-/.] ?([0-9]{1,2})[-/.] ?([0-9]{4})", word):
            return _ordered(int(found[1]), int(found[2]), int(found[3]), reading)
        if found := re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)?[ .-]+([a-z]{3,9})\.?,?[ -]+([0-9]{4})", word):
            return _day(int(found[3]), _month(found[2]), int(found[1]))
        if found := re.fullmatch(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})", word):
            return _day(int(found[3]), _month(found[1]), int(found[2]))
        if re.fullmatch(r"[0-9]{1,2}[-/. ]+([0-9]{1,2}|[a-z]{3,9})[-/. ]+[0-9]{2}", word):
            raise BadValue("Write the year with four digits.")
        raise BadValue("Write a date like 2026-03-31.")

    def text(self, value: Any, world: World) -> str:
        """Write a date."""
        del world
        return str(value.isoformat())


def _day(year: int, month: int, day: int) -> date:
    if year not in YEARS:
        raise BadValue(f"The year {year} cannot be right.")
    try:
        return date(year, month, day)
    except ValueError:
        raise BadValue("There is no such day in the calendar.") from None


def _month(word: str) -> int:
    for number, name in enumerate(MONTH_NAMES, 1):
        if word == name.casefold() or word == name[:3].casefold() or (word == "sept" and number == 9):  # noqa: PLR2004
            return number
    raise BadValue("Write a date like 2026-03-31.")


def _ordered(first: int, second: int, year: int, reading: Reading) -> date:
    if reading.date_order == "dmy":
        return _day(year, second, first)
    if reading.date_order == "mdy":
        return _day(year, first, second)
    if first <= NOON and second <= NOON and first != second:
        reading.has_unclear_dates = True
        raise BadValue(
            f"This could be {first} {MONTH_NAMES[second - 1]} or {second} {MONTH_NAMES[first - 1]}. "
            f"Say at the top which comes first, day or month, or write {year}-{second:02}-{first:02} "
            f"or {year}-{first:02}-{second:02}."
        )
    return _day(year, second, first) if first > NOON else _day(year, first, second)


TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2})(?::([0-9]{2}))?)? ?(?:([ap])\.?m?\.?)?")


class TimeOfDay(Type):
    """A time of day."""

    words = "a time: 21:30, 21.30, 9:30 PM, 9pm, noon or midnight"

    def parse(self, text: str, reading: Reading) -> time:
        """Read a time."""
        del reading
        return read_time(fold(text))

    def text(self, value: Any, world: World) -> str:
        """Write a time with 24 hours."""
        del world
        return write_time(value)


def read_time(word: str) -> time:
    """Read a time of day from a folded word; raises `BadValue`."""
    named = {"noon": time(12), "midday": time(12), "midnight": time(), "24:00": time(), "24.00": time()}
    if word in named:
        return named[word]
    if re.fullmatch(r"[0-9]{4}", word):
        word = f"{word[:2]}:{word[2:]}"
    found = TIME.fullmatch(word.removesuffix("h") if re.fullmatch(r"[0-9]{1,2}h", word) else word)
    if found is None:
        raise BadValue("Write a time like 21:30 or 9:30 PM.")
    hour, minute, second, half = int(found[1]), int(found[2] or 0), int(found[3] or 0), found[4]
    if half is None and found[2] is None and not word.endswith("h"):
        raise BadValue("Is this morning or evening? Write a time like 09:00 or 9 PM.")
    if half is not None and not 1 <= hour <= NOON:
        raise BadValue("With AM and PM the hour is from 1 to 12.")
    if half is not None:
        hour = hour % NOON + (NOON if half == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise BadValue("There is no such time of day.") from None


def write_time(value: time) -> str:
    """A time of day with 24 hours, and with seconds only when it has some."""
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


@dataclass(frozen=True)
class Clock:
    """A reading of the organisation's clock; `offset` (minutes east) tells apart a time that comes twice."""

    at: time
    offset: int | None = None


class ClockTime(Type):
    """A time on the organisation's clock, with its offset where the clocks go back and it comes twice."""

    words = "a time: 21:30, 9:30 PM, 9pm, noon; the second 01:30 when clocks go back: 01:30-08:00"

    def parse(self, text: str, reading: Reading) -> Clock:
        """Read a time with or without an offset."""
        del reading
        word = fold(text)
        found = re.fullmatch(r"(.+?) ?([+-])([0-9]{2}):?([0-9]{2})", word)
        if found is None:
            return Clock(read_time(word))
        offset = int(found[3]) * MINUTES + int(found[4])
        return Clock(read_time(found[1]), offset if found[2] == "+" else -offset)

    def text(self, value: Any, world: World) -> str:
        """Write a time, with its offset when it has one."""
        del world
        if value.offset is None:
            return write_time(value.at)
        sign, (hours, minutes) = "+" if value.offset >= 0 else "-", divmod(abs(value.offset), MINUTES)
        return f"{write_time(value.at)}{sign}{hours:02}:{minutes:02}"


class Weekday(Type):
    """One day of the week, kept as 0 for Monday to 6 for Sunday."""

    words = "a day of the week: Mon or Monday"

    def parse(self, text: str, reading: Reading) -> int:
        """Read a day of the week."""
        del reading
        word = fold(text).rstrip(".")
        for number, full in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")):
            if len(word) >= 2 and full.startswith(word.removesuffix("s") if word.endswith("days") else word):  # noqa: PLR2004
                return number
        raise BadValue("Write one day of the week, like Mon or Monday.")

    def text(self, value: Any, world: World) -> str:
        """Write a day of the week."""
        del world
        return DAY_WORDS[value]


class Weekdays(Weekday):
    """Days of the week, kept as a text of digits ("024" is Monday, Wednesday, Friday)."""

    words = "days of the week: Mon Wed Fri, Mon-Fri, daily"

    def parse(self, text: str, reading: Reading) -> str:  # type: ignore[override]
        """Read days of the week."""
        word = fold(text)
        if word in {"daily", "every day", "all"}:
            return "0123456"
        if word in {"weekdays", "weekends", "weekend"}:
            return "01234" if word == "weekdays" else "56"
        days: set[int] = set()
        for part in LISTED.split(re.sub(r"\s*(-|\u2013| to )\s*", "-", word)):
            first, _, last = part.partition("-")
            start = Weekday.parse(self, first, reading)
            end = Weekday.parse(self, last, reading) if last else start
            days |= {day % 7 for day in range(start, end + (7 if end < start else 0) + 1)}
        return "".join(map(str, sorted(days)))

    def text(self, value: Any, world: World) -> str:
        """Write days of the week."""
        del world
        return " ".join(DAY_WORDS[int(day)] for day in sorted(value))


class Nth(Type):
    """Which weekday of the month, kept as 1 to 5 or -1 for the last."""

    words = "1 to 5 or last"
    _names = ("first", "second", "third", "fourth", "fifth")

    def parse(self, text: str, reading: Reading) -> int:
        """Read 1 to 5 or last."""
        del reading
        word = fold(text)
        if word in {"last", "-1"}:
            return -1
        if word in self._names:
            return self._names.index(word) + 1
        if found := re.fullmatch(r"([1-5])(st|nd|rd|th|\.0*)?", word):
            return int(found[1])
        raise BadValue("Write 1 to 5 or last.")

    def text(self, value: Any, world: World) -> str:
        """Write 1 to 5 or last."""
        del world
        return "last" if value == -1 else str(value)


@dataclass(frozen=True)
class Reference(Type):
    """Another thing by its code, or by its name when only one has it; kept as that thing's id."""

    kind: str
    one: str
    plural: str

    @property
    def words(self) -> str:  # type: ignore[override]
        """What may stand here."""
        return f"the code of a {self.one}, or its name when only one is called that"

    def parse(self, text: str, reading: Reading) -> str:
        """Find the thing."""
        return reading.world[self.kind].refer(text, self.one, self.plural).id

    def text(self, value: Any, world: World) -> str:
        """Write the code of the thing."""
        return str(world[self.kind].by_id[value].values["code"])


@dataclass(frozen=True)
class References(Reference):
    """Any number of other things, one on each line of the cell or with semicolons between; kept as a set of ids."""

    @property
    def words(self) -> str:  # type: ignore[override]
        """What may stand here."""
        return f"codes or names of {self.plural}, with semicolons between"

    def parse(self, text: str, reading: Reading) -> frozenset[str]:  # type: ignore[override]
        """Find the things; a code that holds a semicolon itself stands alone on its line."""
        found: set[str] = set()
        for line in filter(str.strip, text.splitlines()):
            is_one = reading.world[self.kind].with_code(line.strip()) is not None
            for part in [line] if is_one else filter(str.strip, line.split(";")):
                found.add(Reference.parse(self, part.strip(), reading))
        return frozenset(found)

    def text(self, value: Any, world: World) -> str:
        """Write their codes."""
        return "\n".join(sorted(Reference.text(self, each, world) for each in value))
