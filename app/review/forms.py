"""Forms of the review slice; most are a button with hidden fields."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from app.review.moves import Kind, Wanted
from app.review.services import REASON_LENGTH, WantedWaiver

ID = Length(max=12)


class VersionForm(FlaskForm):
    """A button on a draft: which version of it the person was looking at."""

    version = IntegerField(validators=[InputRequired()])
    back = StringField(validators=[Optional(), Length(max=300)])


class MoveForm(VersionForm):
    """One move by hand."""

    kind = StringField(validators=[InputRequired(), AnyOf([each.value for each in Kind])])
    person = StringField(validators=[InputRequired(), ID])
    shift = StringField(validators=[InputRequired(), ID])
    to_person = StringField(validators=[Optional(), ID])
    to_shift = StringField(validators=[Optional(), ID])
    swap = StringField(validators=[Optional(), Length(max=25)])  # person/shift in one choice
    reason = TextAreaField("Why do it anyway?", validators=[Optional(), Length(max=REASON_LENGTH)])

    def wanted(self) -> Wanted:
        """The move the form asks for."""
        person, _, shift = (self.swap.data or "").partition("/")
        return Wanted(
            version=self.version.data or 0,
            kind=Kind(self.kind.data),
            person=self.person.data or "",
            shift=self.shift.data or "",
            to_person=person or self.to_person.data or "",
            to_shift=shift or self.to_shift.data or "",
            reason=self.reason.data or "",
        )


class DragForm(VersionForm):
    """A pill dropped on a row or cell: what was carried, from where, to where."""

    view = SelectField(choices=["people", "shifts"])
    what = StringField(validators=[InputRequired(), ID])
    origin = StringField(name="from", validators=[Optional(), ID])
    target = StringField(name="to", validators=[InputRequired(), ID])

    def wanted(self) -> Wanted | None:
        """The move a drop asks for, None when it asks for nothing."""
        what, origin, target = self.what.data or "", self.origin.data or "", self.target.data or ""
        version = self.version.data or 0
        if origin == target or not origin:
            return None
        if self.view.data == "shifts":
            return Wanted(version, Kind.MOVE, what, origin, to_shift=target)
        if origin == "open":
            return Wanted(version, Kind.ASSIGN, target, what)
        if target == "open":
            return Wanted(version, Kind.REMOVE, origin, what)
        return Wanted(version, Kind.GIVE, origin, what, to_person=target)


class WaiveForm(VersionForm):
    """A rule set aside for one shift, with the reason."""

    rule = StringField(validators=[InputRequired(), Length(max=40)])
    shift = StringField(validators=[InputRequired(), ID])
    reason = StringField("Why set it aside?", validators=[InputRequired(), Length(max=REASON_LENGTH)])

    def wanted(self) -> WantedWaiver:
        """The waiver the form asks for."""
        return WantedWaiver(self.version.data or 0, self.rule.data or "", self.shift.data or "", self.reason.data or "")


class WithdrawForm(VersionForm):
    """A waiver taken back."""

    waiver = StringField(validators=[InputRequired(), ID])


class PublishForm(VersionForm):
    """Publishing: the versions and the changes the person was shown."""

    period_version = IntegerField(validators=[InputRequired()])
    fingerprint = StringField(validators=[InputRequired(), Length(max=20)])
