"""Longer questionnaires: the scoring keys are ours, the words are those an organisation may use and loads itself.

The file of words is plain text: `notice:` with what its owner wants shown, `answers:` with the words from the
least number to the highest (for all that follows, until others come), and one line for each item by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.checkins import sealing
from app.checkins.models import CheckIn, Pack
from app.checkins.once import is_first
from app.checkins.queries import check_in_info, key_of, monday_of, owner_of
from app.checkins.shredding import empty_private_log
from app.database import db
from app.editing import Outcome, Refused, Saved, refuse
from wellbeing.instrument import Instrument, Refusal, Wording
from wellbeing.instruments import instrument, instruments, refusals

LONGEST_NOTICE = 600
LONGEST_ITEM = 300
LINE = re.compile(r"\s*([A-Za-z0-9-]+)\s*:\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Question:
    """One item in words: its name, its text, and the words of its answers with their numbers."""

    name: str
    text: str
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What a file of words holds, and what is wrong with it, line by line."""

    notice: str
    questions: tuple[Question, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackShown:
    """One questionnaire as the group's page shows it."""

    key: str
    title: str
    about: str
    source: str
    licence: str
    loaded_on: date | None
    skeleton: str


@dataclass
class _Reader:
    """Reads a file of words for one questionnaire."""

    form: Instrument
    notice: str = ""
    words: list[str] = field(default_factory=list)
    found: dict[str, Question] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, number: int, line: str) -> None:
        match = LINE.match(line)
        if match is None:
            self.problems.append(f"Line {number}: write a name, a colon and the words.")
            return
        name, text = match[1].lower(), match[2]
        if not text:
            self.problems.append(f"Line {number}: there are no words after {name}.")
        elif name == "notice":
            self.notice = f"{self.notice} {text}".strip()[:LONGEST_NOTICE]
        elif name == "answers":
            self.words = [each.strip() for each in text.split("|") if each.strip()]
        else:
            self._item(number, name, text)

    def _item(self, number: int, name: str, text: str) -> None:
        item = next((each for each in self.form.items if each.name == name), None)
        if item is None:
            self.problems.append(f"Line {number}: this questionnaire has no item {name}.")
        elif name in self.found:
            self.problems.append(f"Line {number}: {name} was there before.")
        elif len(text) > LONGEST_ITEM:
            self.problems.append(f"Line {number}: at most {LONGEST_ITEM} letters.")
        elif len(self.words) != item.most - item.least + 1:
            wanted = item.most - item.least + 1
            self.problems.append(
                f"Line {number}: {name} needs {wanted} answers before it, there are {len(self.words)}."
            )
        else:
            self.found[name] = Question(name, text, tuple(enumerate(self.words, item.least)))


def read_words(form: Instrument, text: str) -> Words:
    """What a file of words says for a questionnaire."""
    reader = _Reader(form)
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            reader.take(number, line)
    lacking = [each.name for each in form.items if each.name not in reader.found]
    if lacking and not reader.problems:
        reader.problems.append(f"These have no words: {', '.join(lacking)}.")
    questions = tuple(reader.found[each.name] for each in form.items if each.name in reader.found)
    return Words(reader.notice, questions, tuple(reader.problems))


def skeleton(form: Instrument) -> str:
    """An empty file of words for a questionnaire."""
    first = form.items[0]
    answers = " | ".join(f"words for {number}" for number in range(first.least, first.most + 1))
    return "\n".join(["notice: ", f"answers: {answers}", *(f"{each.name}: " for each in form.items)])


def load_pack(key: str, text: str) -> Outcome:
    """Keep the words of a questionnaire in place of earlier ones; refuses those that are not used here, with why."""
    form = instrument(key)
    if isinstance(form, Refusal):
        return refuse(key=f"{form.title} is not used here. {form.reason}")
    if form is None or form.wording is not Wording.LOADED:
        return refuse(key="Choose one of the list.")
    words = read_words(form, text)
    if words.problems:
        return Refused({"words": " ".join(words.problems[:5])})
    row = db.session.get(Pack, key) or Pack(key=key)
    row.notice, row.loaded_on = words.notice, clock.today()
    row.questions = [[each.name, each.text, [list(pair) for pair in each.answers]] for each in words.questions]
    db.session.add(row)
    record(db.session, "load questionnaire", title=form.title)
    db.session.commit()
    return Saved(key, form.title)


def remove_pack(key: str) -> None:
    """Take the words of a questionnaire away; answers given with them stay with their owners."""
    row = db.session.get(Pack, key)
    if row is not None:
        record(db.session, "remove questionnaire", title=instruments()[key].title if key in instruments() else key)
        db.session.delete(row)
    db.session.commit()


def packs() -> list[PackShown]:
    """Every questionnaire that may be loaded."""
    loaded = {row.key: row.loaded_on for row in db.session.scalars(sa.select(Pack))}
    return [
        PackShown(each.key, each.title, each.about, each.source, each.licence, loaded.get(each.key), skeleton(each))
        for each in instruments().values()
        if each.wording is Wording.LOADED
    ]


def refused_packs() -> list[Refusal]:
    """Those that are not used here, with why."""
    return list(refusals().values())


def words_of(key: str) -> Words | None:
    """The loaded words of a questionnaire, None when there are none."""
    row = db.session.get(Pack, key)
    if row is None or key not in instruments():
        return None
    questions = (Question(name, text, tuple((n, word) for n, word in answers)) for name, text, answers in row.questions)
    return Words(row.notice, tuple(questions))


def keep_answers(person_id: str, key: str, answers: Mapping[str, int], form_key: str = "") -> Outcome:
    """Seal the answers to a questionnaire to their owner's key, in the form and size of any check-in."""
    pair, form = key_of(person_id), instruments().get(key)
    if pair is None or form is None:
        return refuse(form="Choose your private words first.")
    if not answers:
        return refuse(form="You left out every question, so there is nothing to keep.")
    if form_key and not is_first(form_key):
        db.session.rollback()
        return Saved(key)
    owner, row = owner_of(person_id), CheckIn(id=sealing.new_row_id(), month_on=clock.today().replace(day=1))
    told: dict[str, object] = {"pack": key, "week": monday_of(clock.today()).isoformat()}
    told |= {"at": clock.now().isoformat(), "answers": dict(answers)}
    row.owner = owner
    row.sealed = sealing.seal(told, pair.public_key, check_in_info(owner, row.id), sealing.CHECK_IN_BYTES)
    db.session.add(row)
    db.session.commit()
    empty_private_log()
    return Saved(key)
