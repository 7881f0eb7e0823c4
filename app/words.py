"""Instants and days in the words people use, on the organisation's wall clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask

from app import clock

DAY = timedelta(days=1)
DAYS_BY_WEEKDAY = 6
LATE = 17


def init_app(app: Flask) -> None:
    """Teach templates the filters `when`, `day_words`, `long_day`, `clock_time` and their like, and two about spans."""
    app.jinja_env.filters |= {
        "when": when,
        "day_words": day_words,
        "long_day": long_day,
        "clock_time": clock_time,
        "is_night": is_night,
        "capitalize_first": capitalize_first,
    }
    app.jinja_env.globals |= {"span_words": span_words, "length_words": length_words}


def clock_time(instant: datetime) -> str:
    """The time on the wall, as in 22:00."""
    return f"{clock.local(instant):%H:%M}"


def capitalize_first(text: str) -> str:
    """The text as the beginning of a sentence; names further on keep their capitals."""
    return text[:1].upper() + text[1:]


def long_day(day: date) -> str:
    """As in Tuesday 24 November; with the year when it is not this one."""
    year = "" if day.year == clock.today().year else f" {day.year}"
    return f"{day:%A} {day.day} {day:%B}{year}"


def day_words(day: date) -> str:
    """As in today, tomorrow, Friday (within six days), else Tuesday 1 December."""
    distance = (day - clock.today()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(distance)
    if near:
        return near
    return f"{day:%A}" if 1 < distance <= DAYS_BY_WEEKDAY else long_day(day)


def when(instant: datetime) -> str:
    """An instant, as in "today 10:04" or "Tuesday 1 December 10:04"."""
    return f"{day_words(clock.local(instant).date())} {clock_time(instant)}"


def span_words(starts_at: datetime, ends_at: datetime) -> str:
    """A span, as in "today 09:00 to 17:00" or "tonight 22:00 to Saturday 06:00"."""
    start, end = clock.local(starts_at), clock.local(ends_at)
    first = day_words(start.date())
    if first == "today" and start.hour >= LATE:
        first = "tonight"
    if start.date() == end.date():
        return f"{first} {start:%H:%M} to {end:%H:%M}"
    # Midnight belongs to the day that ends then.
    if (end - timedelta(microseconds=1)).date() == start.date():
        return f"{first} {start:%H:%M} to midnight"
    last = day_words(end.date())
    if (end.date() - start.date()).days <= DAYS_BY_WEEKDAY and last not in {"today", "tomorrow"}:
        last = f"{end:%A}"
    return f"{first} {start:%H:%M} to {last} {end:%H:%M}"


def length_words(first: datetime, last: datetime) -> str:
    """The time from one instant to another, as in "25 min" or "4 h 13 min"."""
    hours, minutes = divmod(int((last - first).total_seconds() // 60), 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


def is_night(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a span runs past midnight."""
    return clock.local(starts_at).date() != clock.local(ends_at - timedelta(microseconds=1)).date()
