"""Forms at a tablet, and of those who set one up."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.fields import SecretField, choices, text_field


class EnrolForm(FlaskForm):
    """The code that makes a device the tablet of a site."""

    code = StringField("The code", [InputRequired("Type the code."), Length(max=30)])


class ScanForm(FlaskForm):
    """What a scanner types when it reads a card."""

    card = StringField("Your card", [InputRequired("Scan your card."), Length(max=300)])

    @property
    def token(self) -> str:
        """The card's token, out of the whole address or by itself."""
        return str(self.card.data or "").strip().rstrip("/").rpartition("/")[2][:100]


class PinForm(FlaskForm):
    """The PIN that goes with a card."""

    pin = SecretField("Your PIN", [InputRequired("Type your PIN."), Length(max=30)])


class FirstPinForm(FlaskForm):
    """The first use of a card: the code told with it, and a PIN."""

    code = StringField("The code you were told", [InputRequired("Type the code."), Length(max=30)])
    pin = SecretField("A PIN of your own", [InputRequired("Choose a PIN."), Length(max=30)])
    again = SecretField(
        "The same PIN again", [InputRequired("Type it again."), EqualTo("pin", "These two are not the same.")]
    )


class KioskForm(FlaskForm):
    """A tablet to be set up."""

    site_id = SelectField("Where it stands")
    name = text_field("What it is called", 60, required="Type a name.", description="For example: tablet by the door.")

    def __init__(self, sites: list[tuple[str, str]]) -> None:
        super().__init__()
        self.site_id.choices = choices(sites)
