"""The acts of the log in plain words.

A sentence names who acted as {who} and what was acted on as {what}; one without {who} tells of what nobody signed in
did. Where a person may also do a thing for themselves there are two sentences: for oneself, and for another.
An act that is not here is shown by its own two or three words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from app.access import ROLE_WORDS, Role


class Names(Protocol):
    """Names of what an entry is about; each says so in words when the thing is gone."""

    def person(self, person_id: str) -> str: ...  # noqa: D102
    def shift(self, shift_id: str) -> str: ...  # noqa: D102
    def rule(self, name: str) -> str: ...  # noqa: D102


class Group(StrEnum):
    """What the log can be narrowed to."""

    ROSTERS = "rosters"
    DAY = "day"
    MONEY = "money"
    PEOPLE = "people"
    PLACES = "places"
    DOORS = "doors"
    FILES = "files"


GROUP_WORDS = {
    Group.ROSTERS: "Rosters and shifts",
    Group.DAY: "On the day",
    Group.MONEY: "Pay and money",
    Group.PEOPLE: "People and skills",
    Group.PLACES: "Sites, services and rules",
    Group.DOORS: "Signing in",
    Group.FILES: "Import and export",
}

Sentence = str | tuple[str, str]

SENTENCES: dict[Group, dict[str, Sentence]] = {
    Group.ROSTERS: {
        "add period": "{who} added the period {what}",
        "edit period": "{who} changed the period {what}",
        "delete period": "{who} deleted a period",
        "follow patterns": "{who} brought the shifts of {what} in line with the patterns",
        "copy shifts": "{who} copied one-off shifts into {what}",
        "add shift": "{who} added a shift: {what}",
        "edit shift": "{who} changed a shift: {what}",
        "call off shift": "{who} called off a shift: {what}",
        "bring back shift": "{who} brought back a shift: {what}",
        "ask for a roster": "{who} asked for a roster of {what}",
        "stop run": "{who} stopped the making of a roster, keeping the best so far: {what}",
        "call off run": "{who} called off the making of a roster: {what}",
        "generate roster": "A roster was made: {what}",
        "begin draft": "{who} began {what}",
        "rename draft": "{who} renamed {what}",
        "put draft away": "{who} put {what} away",
        "bring draft back": "{who} brought {what} back",
        "assign by hand": "{who} put someone on a shift in {what}",
        "remove by hand": "{who} took someone off a shift in {what}",
        "move by hand": "{who} moved someone to another shift in {what}",
        "give by hand": "{who} gave a shift to someone else in {what}",
        "swap by hand": "{who} let two people change places in {what}",
        "pin by hand": "{who} pinned someone to a shift in {what}",
        "unpin by hand": "{who} took a pin away in {what}",
        "keep what people did": "{who} carried what people took and gave away into {what}",
        "undo move": "{who} took the last move back in {what}",
        "waive rule": "{who} set a rule aside in {what}",
        "withdraw waiver": "{who} put a rule that was set aside in force again in {what}",
        "publish roster": "{who} published the roster of {what}",
        "claim shift": "{who} took a shift: {what}",
        "put on shift at their word": "{who} put someone on a shift who said that they come: {what}",
        "take shift when asked": "{who} took a shift when asked: {what}",
        "decline to take shift": "{who} was asked and did not take a shift: {what}",
        "come after all": "{who} comes to a shift after all: {what}",
        "cannot come": "{who} noted that someone cannot come: {what}",
        "free place of someone who left": "The place of someone who left came open: {what}",
        "ask to take shift": "{who} asked someone to take a shift: {what}",
        "draw lots": "Lots were drawn for a shift: {what}",
        "ask for swap": "{who} asked for a swap of shifts",
        "swap shifts": "{who} said the last yes to a swap of shifts",
        "wish to change shifts": "{who} wished to change shifts with anybody",
        "propose change among several": "A change of shifts among several was proposed",
        "change shifts among several": "{who} said the last yes to a change of shifts among several",
        "end change among several": "A change of shifts among several came to nothing",
        "end swap": "A swap of shifts came to nothing",
        "say yes to a late change": "{who} said yes to a late change: {what}",
        "say no to a late change": "{who} said no to a late change: {what}",
    },
    Group.DAY: {
        "say coming": "{who} said whether they come: {what}",
        "add work": "{who} wrote down work that was no shift",
        "close attendance": "{who} closed a record of who came",
        "correct attendance": "{who} corrected a record of who came",
        "note leaving": "{who} noted that someone left",
        "take back attendance": "{who} took a note of who came back",
        "go out": "{who} noted that people went out together",
        "come back": "{who} noted that people came back",
        "reopen outing": "{who} noted that people are out after all",
        "stay out longer": "{who} noted that people stay out longer",
        "call contact": "The contact of people who are out was told that they are late",
        "add kiosk": "{who} added a tablet at a site",
        "enrol kiosk": "A tablet at a site was put to use",
        "remove kiosk": "{who} took a tablet at a site out of use",
        "sign in at kiosk": "{what} used a tablet at a site",
        "sign off step": ("{who} signed off a step of their own", "{who} signed off a step of {what}"),
        "take back sign-off": ("{who} took a sign-off of their own back", "{who} took a sign-off of {what} back"),
        "set level": ("{who} set a level by hand", "{who} set the level of {what} by hand"),
        "move up": ("{who} moved up a level", "{who} moved {what} up a level"),
        "tell incident": "{who} noted that something happened",
        "undo incident": "{who} took back a note that something happened",
        "settle incident": "{who} settled what was asked after something happened",
        "ask relief": "{who} asked for relief after something happened",
        "go on": "{who} goes on after a paid stop",
        "stand down": "{who} took a paid stop",
    },
    Group.MONEY: {
        "add rate": "{who} added a rate",
        "set pay terms": "{who} set the terms of pay",
        "choose pay": ("{who} chose how they are paid", "{who} noted how {what} wants to be paid"),
        "keep payee name": "{who} kept the legal name of {what} for the tax office",
        "ask for payment": "{who} asked for a payment to be approved",
        "approve payment": "{who} approved a payment",
        "begin payment": "{who} began a payment",
        "pay": "{who} paid",
        "take payment back": "{who} took a payment back",
        "open cash box": "{who} opened a cash box",
        "add fund": "{who} added a fund",
        "change fund": "{who} changed a fund",
        "share costs": "{who} set how costs are shared between funds",
        "ask for expense": "{who} asked for an expense",
        "refuse expense": "{who} refused an expense",
        "accept expense": "{who} accepted an expense",
        "take expense back": "{who} took back the yes to an expense",
        "withdraw expense": "{who} withdrew an expense",
    },
    Group.PEOPLE: {
        "name listener": "{who} named {what} as someone to talk to",
        "retire listener": "{who} noted that {what} is no longer someone to talk to",
        "load questionnaire": "{who} loaded the words of a questionnaire",
        "remove questionnaire": "{who} removed the words of a questionnaire",
        "count weeks": "{who} counted four weeks of the whole group",
        "add help line": "{who} added a help line",
        "remove help line": "{who} removed a help line",
        "add person": "{who} added {what}",
        "change person": ("{who} changed their own page", "{who} changed the page of {what}"),
        "deactivate person": "{who} took {what} out of the group",
        "reactivate person": "{who} took {what} into the group again",
        "add skill": "{who} added the skill {what}",
        "change skill": "{who} changed the skill {what}",
        "give skill": ("{who} noted a skill of their own", "{who} noted a skill of {what}"),
        "change skill of person": ("{who} changed a skill of their own", "{who} changed a skill of {what}"),
        "take skill": ("{who} took a skill of their own away", "{who} took a skill of {what} away"),
        "change availability": ("{who} changed when they can come", "{who} changed when {what} can come"),
        "enter a private wish at their request": "{who} wrote down something private for {what}, who asked for it",
    },
    Group.PLACES: {
        "set terms": "{who} set how shifts change hands at {what}",
        "add site": "{who} added the site {what}",
        "change site": "{who} changed the site {what}",
        "archive site": "{who} closed the site {what}",
        "restore site": "{who} opened the site {what} again",
        "add service": "{who} added the service {what}",
        "change service": "{who} changed the service {what}",
        "archive service": "{who} ended the service {what}",
        "restore service": "{who} took up the service {what} again",
        "add pattern": "{who} added the weekly pattern {what}",
        "change pattern": "{who} changed the weekly pattern {what}",
        "archive pattern": "{who} ended the weekly pattern {what}",
        "restore pattern": "{who} took up the weekly pattern {what} again",
        "set rule": "{who} changed the rule: {what}",
        "reset rule": "{who} set a rule back to its defaults: {what}",
    },
    Group.DOORS: {
        "sign in": "{who} signed in",
        "sign out": "{who} signed out",
        "end a session": ("{who} signed out at another place", "{who} ended a sign-in of {what}"),
        "end other sessions": "{who} signed out everywhere else",
        "end all sessions": ("{who} signed out everywhere", "{who} signed {what} out everywhere"),
        "create admin": "{what} was made an admin by a command on the server",
        "invite": "{who} mailed {what} an invitation",
        "set passphrase": "{who} chose a first passphrase",
        "change passphrase": "{who} changed their passphrase",
        "choose PIN": "{who} chose a PIN for their new card",
        "change PIN": "{who} changed their PIN",
        "give a sign-in code": ("{who} made a sign-in code for themselves", "{who} made a sign-in code for {what}"),
        "renew card": ("{who} made a new card for themselves", "{who} made a new card for {what}"),
        "void card": ("{who} made their own card useless", "{who} made the card of {what} useless"),
        "block card": "The card of {what} was stopped after too many wrong PINs",
        "set up second step": "{who} added a second step to their sign-in",
        "remove second step": ("{who} took their second step away", "{who} took the second step of {what} away"),
        "renew recovery codes": "{who} made new recovery codes",
        "use recovery code": "{who} used a recovery code",
        "refuse sign-in for a while": "Too many tries to sign in as {what}: refused for a quarter of an hour",
        "refuse second step for a while": "Too many wrong codes for {what}: refused for a quarter of an hour",
        "make calendar address": ("{who} made a calendar address", "{who} made a calendar address for {what}"),
        "revoke calendar address": ("{who} ended their calendar address", "{who} ended the calendar address of {what}"),
    },
    Group.FILES: {
        "import file": "{who} imported a file",
        "export file": "{who} exported a file: {what}",
    },
}
DOOR_WORDS = {
    "passphrase": "with a passphrase",
    "link": "with a link from a mail",
    "code": "with a code from a coordinator",
    "card": "with a card",
    "setup": "with an invitation",
}
PLACES = {"passphrase": "at the passphrase", "code": "at the code from a coordinator"}
STATUS = {"optimal": "the best there is", "feasible": "the best found in time"}


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to what, as the log keeps it."""

    act: str
    who: str | None
    is_own: bool
    what: str
    details: Mapping[str, Any]


def acts_of(group: Group) -> list[str]:
    """The acts of a group."""
    return list(SENTENCES[group])


def sentence(entry: Act) -> str:
    """As in "Ana published the roster of 2 to 29 March"."""
    who = entry.who or "Someone who is gone"
    known = next((acts[entry.act] for acts in SENTENCES.values() if entry.act in acts), None)
    if known is None:
        return f"{who}: {entry.act}" + (f", {entry.what}" if entry.what and not entry.is_own else "")
    if isinstance(known, tuple):
        known = known[0] if entry.is_own else known[1]
    return known.replace("{who}", who).replace("{what}", entry.what or "someone who is not known here")


def details(entry: Act, names: Names) -> list[str]:
    """What more can be told: only what is known here to be fit to be told, in this order."""
    found: list[str] = []
    for key, tell in TELL.items():
        value = entry.details.get(key)
        if value or value == 0:
            found += [words for words in [tell(value, names, entry)] if words]
    return found


def _plain(words: str) -> Callable[[Any, Names, Act], str]:
    return lambda value, _names, _entry: words.format(value)


def _counted(one: str, many: str) -> Callable[[Any, Names, Act], str]:
    return lambda value, _names, _entry: f"{value} {one if value == 1 else many}"


def _fields(value: Any, names: Names, entry: Act) -> str:
    del names, entry
    if isinstance(value, int):
        return f"{value} changed"
    return "changed: " + ", ".join(_field(each) for each in value)


def _field(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_minutes").removesuffix("_on").replace("_", " ").replace("is ", "")


def _roles(value: Any) -> str:
    return ", ".join(ROLE_WORDS[Role(each)] for each in value if each in list(Role)) or "none"


def _rule_change(value: Any, names: Names, entry: Act) -> str:
    del names
    before = entry.details.get("before") or {}
    told = (
        [] if value.get("is_on") == before.get("is_on") else ["switched on" if value.get("is_on") else "switched off"]
    )
    old, new = before.get("parameters") or {}, value.get("parameters") or {}
    told += [
        f"{_field(name)}: {_worth(old.get(name))} before, {_worth(new.get(name))} now"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return "; ".join(told)


def _worth(value: Any) -> str:
    if value is None:
        return "as usual"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _file_counts(value: Any, names: Names, entry: Act) -> str:
    del names, entry
    parts = []
    for kind, counts in value.items():
        told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        parts.append(f"{_field(kind)}: {told or 'nothing'}")
    return "; ".join(parts)


TELL: dict[str, Callable[[Any, Names, Act], str]] = {
    "door": lambda value, _names, entry: (DOOR_WORDS if entry.act == "sign in" else PLACES).get(value, ""),
    "roles": lambda value, _names, _entry: f"as: {_roles(value)}",
    "roles_before": lambda value, _names, _entry: f"was: {_roles(value)}",
    "roles_after": lambda value, _names, _entry: f"is now: {_roles(value)}",
    "changed": _fields,
    "after": _rule_change,
    "rule": lambda value, names, _entry: f"the rule: {names.rule(value)}",
    "person": lambda value, names, _entry: names.person(value),
    "shift": lambda value, names, _entry: names.shift(value),
    "to_person": lambda value, names, _entry: f"now {names.person(value)}",
    "to_shift": lambda value, names, _entry: f"now {names.shift(value)}",
    "skill": _plain("{}"),
    "expires_on": _plain("runs out {}"),
    "starts_on": _plain("from {}"),
    "changes": _counted("change", "changes"),
    "shifts": _counted("shift", "shifts"),
    "count": _counted("shift", "shifts"),
    "filled": _counted("place filled", "places filled"),
    "status": lambda value, _names, _entry: STATUS.get(value, ""),
    "seconds": _plain("{} seconds at most"),
    "source": lambda value, _names, _entry: {"published": "from what is published", "empty": "empty"}.get(value, ""),
    "added": _plain("{} added"),
    "dropped": _plain("{} dropped"),
    "counts": _file_counts,
    "rows": _counted("row", "rows"),
}
