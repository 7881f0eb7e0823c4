"""Forms of the transfer slice."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.transfer.kinds import Kind
from app.transfer.queries import EVERYTHING

ORDERS = [
    SelectChoice("", "No such dates, or the order is clear"),
    SelectChoice("dmy", "Day first: 31/3/2026"),
    SelectChoice("mdy", "Month first: 3/31/2026"),
]


class UploadForm(FlaskForm):
    """A file and what it holds."""

    kind = SelectField("What is in the file?")
    file = FileField("File", [FileRequired("Choose a file.")], description="CSV, or a ZIP of CSV files. At most 4 MB.")
    date_order = SelectField("Dates like 3/4/2026", choices=ORDERS, default="")

    def offer(self, kinds: list[Kind]) -> None:
        """Offer these kinds of file, and a ZIP of all."""
        self.kind.choices = [
            *(SelectChoice(kind.name, kind.title) for kind in kinds),
            SelectChoice(EVERYTHING, "Everything (ZIP)"),
        ]


class DateOrderForm(FlaskForm):
    """Whether day or month comes first."""

    date_order = SelectField("Dates like 3/4/2026", choices=ORDERS)


class ConfirmForm(FlaskForm):
    """A yes to the changes that were shown."""

    digest = HiddenField()
