"""Forms of check-ins. None of them ever carries a person's name or a secret back into a page."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import EqualTo, InputRequired, Length, Optional, ValidationError

from app.checkins.packs import PackShown
from app.checkins.queries import ListenerShown, StandingChoice
from app.checkins.services import LONGEST_NOTE, Given, Page
from app.checkins.words import QUESTIONS, SHARING_WORDS
from app.fields import KeyedForm, SecretField, choice, choices, day_words, stripped, text_field

PHRASE = "Your private words"
SURE = "delete"


def _question(name: str) -> RadioField:
    words, answers = QUESTIONS[name]
    return RadioField(words, [_one_of_five], choices=list(choices(enumerate(answers))), validate_choice=False)


def _one_of_five(form: FlaskForm, field: RadioField) -> None:
    del form
    if field.data and field.data not in {"0", "1", "2", "3", "4"}:
        raise ValidationError("Choose one of the five, or none.")


class WeeklyForm(KeyedForm):
    """The weekly check-in. Everything may be left out. `card` marks what the page showed that somebody would get."""

    card = HiddenField()

    energy = _question("energy")
    load = _question("load")
    rest = _question("rest")
    hard = BooleanField("Something hard happened")
    needs = BooleanField("Pay, food or housing is a worry")
    listener = RadioField("I want someone to talk to", [Optional()], default="", validate_choice=False)
    note = TextAreaField("A few words to yourself", [Optional(), Length(max=LONGEST_NOTE)], filters=[stripped])

    def __init__(self, whom: Sequence[ListenerShown]) -> None:
        super().__init__()
        self.listener.choices = [
            choice("", "Not now"),
            *(choice(each.person_id, each.name, each.words) for each in whom),
        ]

    @property
    def page(self) -> Page:
        """What the page carried beside the answers."""
        return Page(self.key.data, self.card.data or "")

    def show(self, card: str) -> None:
        """Let the page carry the mark of this card from now on."""
        self.card.raw_data = None
        self.card.data = card

    @property
    def given(self) -> Given:
        """What was answered."""
        answers = {name: int(self[name].data) if self[name].data else None for name in QUESTIONS}
        return Given(answers, bool(self.hard.data), bool(self.needs.data), self.note.data or "")


class OpenForm(FlaskForm):
    """What opens a history."""

    passphrase = SecretField(PHRASE, [InputRequired("Type your private words."), Length(max=200)])


class ForgetForm(FlaskForm):
    """Deleting everything: a typed word, and the private words where the session is not the person's own."""

    sure = StringField(f"Type the word {SURE}", [InputRequired(f"Type the word {SURE}."), Length(max=40)])
    passphrase = SecretField(PHRASE, [Optional(), Length(max=200)])

    def validate_sure(self, field: StringField) -> None:
        """Only the word itself."""
        if (field.data or "").strip().lower() != SURE:
            raise ValidationError(f"Type the word {SURE}.")


class KeyForm(FlaskForm):
    """New private words, typed twice."""

    passphrase = SecretField("New private words", [InputRequired("Choose your words."), Length(max=200)])
    again = SecretField(
        "The same words again",
        [InputRequired("Type them again."), EqualTo("passphrase", "These two are not the same.")],
    )


class RecoverForm(KeyForm):
    """The recovery code, and new private words."""

    code = StringField("Your recovery code", [InputRequired("Type the code."), Length(max=80)])


class SharingForm(FlaskForm):
    """The standing choice."""

    sharing = RadioField(
        "What may they get?",
        [InputRequired("Choose one.")],
        choices=[choice(each, *words) for each, words in SHARING_WORDS.items()],
    )
    listener = RadioField("Who?", [Optional()], validate_choice=False)
    counts = BooleanField("Count my weeks for the whole group")

    def __init__(self, whom: Sequence[ListenerShown], choice_now: StandingChoice) -> None:
        super().__init__(
            data={"sharing": choice_now.sharing, "listener": choice_now.listener_id, "counts": choice_now.counts}
        )
        self.listener.choices = [
            choice(
                each.person_id,
                each.name,
                f"{each.words} · key: {each.fingerprint}, made on {day_words(each.key_made_on)}",
            )
            for each in whom
        ]


class ListenerForm(FlaskForm):
    """A person whom others may choose, and what they are to them."""

    person = SelectField("Person", [InputRequired("Choose someone.")])
    words = text_field("What they are to people", 80, required="Say what they are.", description="As in: another peer")


class PackForm(FlaskForm):
    """The words of a questionnaire: pasted, or in a file."""

    pack = SelectField("Which one?", [InputRequired("Choose one.")], validate_choice=False)
    words = TextAreaField("Its words", [Optional(), Length(max=40_000)])
    file = FileField("Or a text file", [Optional()])

    def __init__(self, packs: Sequence[PackShown]) -> None:
        super().__init__()
        self.pack.choices = [choice("", "Choose"), *(choice(each.key, each.title) for each in packs)]

    def text(self) -> str | None:
        """What was given, the file first; None for a file that is no text."""
        if not self.file.data:
            return self.words.data or ""
        try:
            return str(self.file.data.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            return None


class HelpLineForm(FlaskForm):
    """One line of help outside."""

    name = text_field("Name", 80, required="Type a name.")
    phone = text_field("Phone number", 40, required="Type a number.")
    words = text_field("In a few words", 160, description="As in: day and night, free")
