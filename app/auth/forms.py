"""Forms of the doors."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length


class PassphraseForm(FlaskForm):
    """E-mail address and passphrase."""

    email = EmailField("Your e-mail address", [InputRequired("Type your e-mail address."), Length(max=200)])
    passphrase = PasswordField("Your passphrase", [InputRequired("Type your passphrase."), Length(max=200)])
