"""Forms of the doors."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.fields import MOST_ADDRESS, SecretField

SHARED = "Other people use this device too\nYou are signed out after 20 minutes without use."


class PassphraseForm(FlaskForm):
    """E-mail address and passphrase."""

    email = EmailField("Your e-mail address", [InputRequired("Type your e-mail address."), Length(max=MOST_ADDRESS)])
    passphrase = SecretField("Your passphrase", [InputRequired("Type your passphrase."), Length(max=200)])
    is_shared = BooleanField(SHARED)


class LinkForm(FlaskForm):
    """The address a link is mailed to."""

    email = EmailField("Your e-mail address", [InputRequired("Type your e-mail address."), Length(max=MOST_ADDRESS)])
    is_shared = BooleanField(SHARED)


class CodeForm(FlaskForm):
    """A name-code and a one-time code."""

    name = StringField("Your name-code", [InputRequired("Type your name-code."), Length(max=32)])
    code = StringField("The code", [InputRequired("Type the code."), Length(max=30)])
    is_shared = BooleanField(SHARED)


class PinForm(FlaskForm):
    """The PIN that goes with a card."""

    pin = SecretField("Your PIN", [InputRequired("Type your PIN."), Length(max=30)])
    is_shared = BooleanField(SHARED)


class NewPinForm(FlaskForm):
    """A PIN of one's own choice."""

    pin = SecretField("A PIN of your own", [InputRequired("Choose a PIN."), Length(max=30)])
    again = SecretField(
        "The same PIN again", [InputRequired("Type it again."), EqualTo("pin", "These two are not the same.")]
    )


class NewCardForm(FlaskForm):
    """The first use of a card: the code told with it, and a PIN."""

    code = StringField("The code you were told", [InputRequired("Type the code."), Length(max=30)])
    pin = SecretField("A PIN of your own", [InputRequired("Choose a PIN."), Length(max=30)])
    again = SecretField(
        "The same PIN again", [InputRequired("Type it again."), EqualTo("pin", "These two are not the same.")]
    )


class SetUpForm(FlaskForm):
    """The first passphrase."""

    passphrase = SecretField("Your new passphrase", [InputRequired("Choose a passphrase."), Length(max=200)])
    again = SecretField(
        "The same again", [InputRequired("Type it again."), EqualTo("passphrase", "These two are not the same.")]
    )


class ChangePassphraseForm(SetUpForm):
    """A new passphrase against the present one."""

    current = SecretField("Your present passphrase", [InputRequired("Type your present passphrase.")])


class SecondStepForm(FlaskForm):
    """A code from an app, or a recovery code."""

    code = StringField("The code", [InputRequired("Type the code."), Length(max=30)])
