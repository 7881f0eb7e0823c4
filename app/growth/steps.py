"""The path from observer to mentor: what a mentor has seen before someone moves up, and what each level opens."""

from __future__ import annotations

from dataclasses import dataclass

from app.people.models import Level

PATH = tuple(Level)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a mentor signs off. `name` is kept in the database and never changes its meaning."""

    name: str
    words: str


STEPS: dict[Level, tuple[Step, ...]] = {
    Level.TRAINEE: (
        Step("looked-on", "Has looked on at two shifts"),
        Step("house-rules", "Knows the house rules and the way out"),
        Step("private", "Keeps to themselves what people tell"),
    ),
    Level.PEER: (
        Step("worked-along", "Has worked along on four shifts"),
        Step("every-task", "Has done every usual task once without help"),
        Step("call-help", "Knows when to call for help, and how"),
        Step("kind-words", "Talks with people kindly, on hard days too"),
    ),
    Level.LEAD: (
        Step("led-along", "Has led two shifts with a lead beside them"),
        Step("open-close", "Can open, hand over and close"),
        Step("hard-moment", "Stayed calm in a hard moment, or practised one"),
    ),
    Level.MENTOR: (
        Step("took-along", "Has taken two people along on their first shifts"),
        Step("told-kindly", "Says kindly what went well and what to change"),
    ),
}
"""The steps up to each level."""

OPENS = {
    Level.TRAINEE: "Works along in a trainee seat, where an observer looks on. Never counts as cover.",
    Level.PEER: "Counts as cover and can take any open place that fits.",
    Level.LEAD: "Can lead a shift, and note on the day who is there.",
    Level.MENTOR: "Can sign off steps for others.",
}


def next_level(level: str) -> Level | None:
    """The level after this one, None for the last."""
    at = PATH.index(Level(level))
    return PATH[at + 1] if at + 1 < len(PATH) else None


def level_of_step(name: str) -> Level | None:
    """The level that a step leads to, None when there is no such step."""
    return next((level for level, steps in STEPS.items() if any(each.name == name for each in steps)), None)
