"""Forms of pay: amounts as people type them, notes and coins, rates, receipts, expenses, funds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from app import fields
from app.fields import EditForm, choice, choices, day_field, same_or, text_field, time_field, whole_field
from app.pay.currency import currency, money
from app.pay.photos import Photo, photo_of
from app.pay.words import (
    ACTIVITY_WORDS,
    CATEGORY_WORDS,
    EXPENSE_CATEGORIES,
    METHOD_WORDS,
    PREMIUM_WORDS,
    SHARE_WORDS,
)
from app.people.words import LEVEL_WORDS
from payroll.money import decimal_text, in_words, minor_in, pieces_of
from payroll.payout import Method, Share
from payroll.statement import Limit, Span

ALL = ""
KEY_LENGTH = 12
MOST = 100_000_000  # minor units: more than anyone is paid at once, and far less than a column holds
MOST_AN_HOUR = MOST // 100  # times the hours of a long shift it is still less than that
MOST_BUDGET = MOST * 1000
Names = Iterable[tuple[str, str]]


class MoneyField(StringField):
    """An amount of the group's currency, kept in whole minor units, at most `most` of them."""

    def __init__(self, *args: Any, most: int = MOST, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else decimal_text(money(self.data))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            self.data = minor_in(text, currency())
            if self.data is None:
                raise ValueError("Type an amount like 12.50.")
            if self.data > self.most:
                raise ValueError(f"Type at most {in_words(money(self.most))}.")


def money_field(label: str, *, required: str = "", description: str = "", most: int = MOST) -> Any:
    """A field for an amount; `required` is what is said when it is empty."""
    return MoneyField(label, [InputRequired(required) if required else Optional()], description=description, most=most)


def person_field(label: str, required: str, description: str = "") -> Any:
    """A choice of one person; the form fills in who there is."""
    return SelectField(label, [InputRequired(required)], choices=[], description=description)


class KeyedForm(fields.KeyedForm):
    """A form about money: it counts once, and shows what a service refuses."""

    def take(self, problems: Mapping[str, str]) -> None:
        """Show a service's refusals beside their fields, or on top when they belong to none.

        A key that was used for something else is made anew: what was typed is kept and may be sent.
        """
        for name, words in problems.items():
            if name == "key":
                self.renew_key()
                self.form_errors.append(words)
            elif name in self:
                self[name].errors = [*self[name].errors, words]
            else:
                self.form_errors.append(words)


def offer(field: Any, names: Names, first: str = "Choose") -> None:
    """Fill a choice of people or things."""
    field.choices = [choice("", first), *choices(names)]


class PiecesForm(KeyedForm):
    """A form with a number for each note and coin of the currency."""

    @classmethod
    def of_currency(cls) -> type[PiecesForm]:
        """The form with the pieces of the group's currency."""
        fields = {
            f"piece_{piece}": whole_field(in_words(money(piece)), 0, 9999, default=0) for piece in pieces_of(currency())
        }
        return type(cls.__name__, (cls,), fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.piece_fields:
            field.flags.optional = False  # none of it is nothing: no need to say so eight times

    @property
    def piece_fields(self) -> list[Any]:
        """The fields of the notes and coins, the largest first."""
        return [field for field in self if field.short_name.startswith("piece_")]

    @property
    def pieces(self) -> dict[int, int]:
        """How many of each were typed in."""
        return {int(each.short_name.removeprefix("piece_")): each.data for each in self.piece_fields if each.data}

    def show_pieces(self, pieces: Mapping[int, int]) -> None:
        """Fill in how many of each there should be."""
        for field in self.piece_fields:
            field.data = pieces.get(int(field.short_name.removeprefix("piece_")), 0)


class BoxForm(PiecesForm):
    """A new cash box."""

    name = text_field("Name", 80, required="Type a name.", description="For example: Night box.")
    custodian_id = person_field("Who keeps it", "Choose who keeps it.")
    witness_id = person_field("Who is with you", "Choose who is with you.", "Cash is moved by two people.")

    def __init__(self, staff: Names, people: Names, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.custodian_id, staff)
        offer(self.witness_id, people)


class MoveForm(PiecesForm):
    """Cash put in from the bank or taken to it."""

    direction = RadioField(
        "What happens?", choices=choices([("in", "Put in from the bank"), ("out", "Take to the bank")]), default="in"
    )
    witness_id = person_field("Who is with you", "Choose who is with you.", "Cash is moved by two people.")

    def __init__(self, people: Names, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.witness_id, people)


class CountForm(PiecesForm):
    """A count of a box."""

    kind = RadioField(
        "Why do you count?",
        choices=[
            choice("count", "Just to know"),
            choice("surprise", "A surprise count", "by someone who does not keep the box"),
            choice("hand_over", "Someone else keeps it now"),
            choice("closing", "Close the box", "all of it goes to the bank"),
        ],
        default="count",
    )
    to_id = SelectField("Who keeps it now", [Optional()], choices=[], description="Only when you hand it over.")
    witness_id = person_field("Who is with you", "Choose who is with you.", "A box is counted by two people.")
    note = text_field("If it does not agree: what do you know about it?", 300)

    def __init__(self, staff: Names, people: Names, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.to_id, staff, "Nobody else")
        offer(self.witness_id, people)


class AskForm(KeyedForm):
    """How much to pay someone, and how."""

    share = RadioField("How much?", choices=choices(SHARE_WORDS.items()), default=Share.ALL)
    minor = money_field("Amount", description="Only for another part, or ahead of the work.")
    method = RadioField("How?", choices=choices(METHOD_WORDS.items()), default=Method.CASH)
    float_id = SelectField("From which cash box?", [Optional()], choices=[])

    def __init__(self, boxes: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.float_id.choices = choices(boxes) or [choice("", "There is no open cash box")]


class ReceiptForm(PiecesForm):
    """How a person confirmed that they have the money; without cash a reference is enough."""

    kind = RadioField(
        "How do they confirm it?",
        choices=[
            choice("initials", "Initials"),
            choice("pin", "Their PIN", "the one of their card"),
            choice("slip", "A mark they draw on a paper slip", "type its number and keep it in the box"),
        ],
        default="initials",
    )
    name = text_field("Their initials, or the number of the slip", 80)
    pin = text_field("Their PIN", 12, description="They type it themselves. Then no initials are needed.")
    witness_id = SelectField("Who saw it?", [Optional()], choices=[])
    got_on = day_field("When did they get it?", description="The year and any limit of theirs go by this day.")

    def __init__(self, people: Names, *args: Any, is_cash: bool, is_unknown: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_unknown:
            del self.got_on
        offer(self.witness_id, people)
        for field in (self.name, self.witness_id):
            field.flags.optional = False  # whoever pays in cash needs both; only a PIN stands for the initials
        if not is_cash:
            for name in ("kind", "pin", "witness_id", *(each.short_name for each in self.piece_fields)):
                del self[name]
            self.name.label.text = "Reference"
            self.name.description = "For example the number of the transfer or cheque."


class ReasonForm(KeyedForm):
    """Why something is taken back or refused."""

    reason = text_field(
        "Why?", 300, required="Say why, in a few words.", description="They read this. Name nobody else."
    )


class TakeBackForm(ReasonForm):
    """Why a payment is taken back; of cash who saw it, and where it is now when its box was closed since."""

    witness_id = SelectField(
        "Who saw that the money is there?", [Optional()], choices=[], description="Cash is moved by two people."
    )
    back_to = SelectField("Where is the money now?", [Optional()], choices=[])

    def __init__(self, boxes: Names | None, people: Names | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.back_to.flags.optional = self.witness_id.flags.optional = False
        if people is None:
            del self.witness_id
        else:
            offer(self.witness_id, people)
        if boxes is None:
            del self.back_to
        else:
            offer(self.back_to, boxes)


class RateForm(KeyedForm):
    """A rate."""

    amount = money_field("How much?", required="Type an amount.", most=MOST_AN_HOUR)
    basis = RadioField("Paid by", choices=choices([("hour", "the hour"), ("shift", "the shift")]), default="hour")
    from_on = day_field(
        "From which day?",
        required="Choose a day.",
        description="It may be a day of the past for work that had no rate until now: that is owed then.",
    )
    activity = SelectField("For which work?", [Optional()], choices=[])
    service_id = SelectField("For which kind of service?", [Optional()], choices=[])
    level = SelectField("For whom?", [Optional()], choices=[])

    def __init__(self, services: Names, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activity.choices = [choice(ALL, "All work"), *choices(ACTIVITY_WORDS.items())]
        self.service_id.choices = [choice(ALL, "All kinds"), *choices(services)]
        self.level.choices = [choice(ALL, "Everyone"), *choices(LEVEL_WORDS.items())]

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the rate."""
        names = ("activity", "service_id", "level")
        every = {name: self[name].data or None for name in names}
        return every | {name: self[name].data for name in ("amount", "basis", "from_on")} | {"premium": None}


class PremiumForm(KeyedForm):
    """What comes on top."""

    premium = RadioField("For what?", choices=choices(PREMIUM_WORDS.items()), default="night")
    basis = RadioField(
        "How is it counted?",
        choices=choices(
            [
                ("hour", "An amount for each such hour"),
                ("shift", "An amount for each shift"),
                ("percent", "Percent of basic pay"),
            ]
        ),
        default="hour",
    )
    amount = MoneyField(
        "How much?",
        [InputRequired("Type an amount.")],
        most=MOST_AN_HOUR,
        description="An amount, or percent. 0 ends the premium.",
    )
    from_on = day_field("From which day?", required="Choose a day.")

    def validate_amount(self, field: Any) -> None:
        """Percent are whole and at most 300."""
        if self.basis.data == "percent" and field.data is not None:
            unit = minor_in("1", currency()) or 1
            if field.data % unit or field.data // unit > 300:  # noqa: PLR2004 - three times the basic pay
                raise ValidationError("Type whole percent, at most 300.")

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the premium."""
        found = {name: self[name].data for name in ("premium", "basis", "amount", "from_on")}
        if self.basis.data == "percent":
            found["amount"] //= minor_in("1", currency()) or 1
        return found


class TermsForm(KeyedForm):
    """Night, rounding, cancellation, second approver."""

    from_on = day_field("From which day?", required="Choose a day.")
    night_starts = time_field("Night begins at", required="Type a time.")
    night_ends = time_field("Night ends at", required="Type a time.")
    step_minutes = SelectField(
        "Time is counted up to full",
        coerce=int,
        choices=[choice(each, f"{each} minutes" if each > 1 else "minutes") for each in (1, 5, 6, 10, 15, 30)],
    )
    cancel_hours = whole_field(
        "A shift called off so many hours before, or less, is paid", 0, 336, required="Type hours."
    )
    cancel_percent = whole_field("So much of its basic pay", 0, 100, required="Type percent.")
    second_above = money_field("A second approver is needed above", required="Type an amount.")

    def validate_night_ends(self, field: Any) -> None:
        """A night lasts half an hour or longer."""
        start, end = self.night_starts.data, field.data
        if isinstance(start, time) and isinstance(end, time):
            length = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % 1440
            if not 30 <= length <= 1410:  # noqa: PLR2004 - minutes
                raise ValidationError("A night lasts half an hour or longer.")

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the terms."""
        return {name: value for name, value in self.data.items() if name not in {"key", "csrf_token"}}


class FundForm(EditForm):
    """A fund."""

    name = text_field("Name", 80, required="Type a name.")
    starts_on = day_field("First day", required="Choose a day.")
    ends_on = day_field("Last day", required="Choose a day.")
    budget = money_field("Budget", required="Type an amount.", most=MOST_BUDGET)
    categories = SelectMultipleField("What it may pay for", choices=choices(CATEGORY_WORDS.items()))

    validate_ends_on = staticmethod(
        same_or("The last day comes before the first.", "starts_on", lambda start, end: start <= end)
    )

    def validate_categories(self, field: Any) -> None:
        """It pays for something."""
        if not field.data:
            raise ValidationError("Choose at least one.")


class ShareForm(KeyedForm):
    """Which funds share the costs of a service from a day on."""

    service_id = SelectField("Costs of", [Optional()], choices=[])
    from_on = day_field("From which day?", required="Choose a day.")

    @classmethod
    def of_funds(cls, funds: Names) -> type[ShareForm]:
        """The form with a weight for each fund."""
        fields = {f"fund_{row_id}": whole_field(name, 0, 1000, default=0) for row_id, name in funds}
        return type(cls.__name__, (cls,), fields)

    @property
    def weights(self) -> dict[str, int]:
        """The weight of each fund."""
        return {each.short_name.removeprefix("fund_"): each.data or 0 for each in self.fund_fields}

    @property
    def fund_fields(self) -> list[Any]:
        """The fields of the weights."""
        return [each for each in self if each.short_name.startswith("fund_")]


class ExpenseForm(KeyedForm):
    """Money spent for the group."""

    category = RadioField(
        "What for?",
        [InputRequired("Choose one.")],
        choices=choices([(each, CATEGORY_WORDS[each]) for each in EXPENSE_CATEGORIES]),
    )
    minor = money_field("How much?", required="Type an amount.", description="What you really paid.")
    spent_on = day_field("When?", required="Choose a day.")
    note = text_field("What was it?", 200, description="For example: two bus tickets.")
    photo = FileField(
        "Photo of the receipt", description="JPEG or PNG, at most 8 MB. Where and when it was taken is cut off."
    )

    read: Photo | None = None

    def validate_minor(self, field: Any) -> None:
        """More than nothing."""
        if field.data is not None and field.data <= 0:
            raise ValidationError("Type an amount above nothing.")

    def validate_photo(self, field: Any) -> None:
        """A photo, cut down to the picture."""
        if field.data and getattr(field.data, "filename", ""):
            found = photo_of(field.data.read())
            if isinstance(found, str):
                raise ValidationError(found)
            self.read = found

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the expense."""
        return {name: self[name].data for name in ("category", "minor", "spent_on", "note")}


class ChoiceForm(FlaskForm):
    """How a person wants to be paid."""

    method = RadioField("How do you want to be paid?", choices=choices(METHOD_WORDS.items()), default=Method.CASH)
    is_declined = BooleanField("I do not want pay from now on\nYou can change this at any time.")


class LimitForm(FlaskForm):
    """Which limit a person looks at; kept only if they say so."""

    code = RadioField("Which limit?", [Optional()], choices=[])
    own = money_field("My own limit", description="If none of these fits. Ask an adviser which one does.")
    span = RadioField(
        "My own limit counts by",
        choices=choices([(Span.WEEK, "week"), (Span.MONTH, "month"), (Span.YEAR, "year")]),
        default=Span.MONTH,
    )
    other = money_field("What else I got in that time", description="From elsewhere. It is not kept unless you say so.")
    is_kept = BooleanField("Remember this for me\nOnly you can see it. You can make it forget at any time.")
    is_cap = BooleanField(
        "Give me no shift that would take me over it\n"
        "It must be remembered for that. Others only read that you are not available."
    )

    def __init__(self, limits: Iterable[Limit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code.choices = [
            *[choice(each.code, f"{each.place}: {each.name}", _limit_words(each)) for each in limits],
            choice("own", "My own limit"),
        ]


def _limit_words(limit: Limit) -> str:
    return f"{in_words(money(limit.minor))} a {limit.span}"


class PayeeForm(FlaskForm):
    """The name a yearly slip must carry."""

    legal_name = text_field("Legal name", 120, required="Type the name.")
    address = text_field("Address", 300)
