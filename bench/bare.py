"""A bare Flask page to measure ours against: sign-in, rows of a table and forms, with the usual extensions.

Flask-Login, SQLAlchemy, Flask-WTF and Jinja with their defaults, one template, no slices, no navigation, no headers of
security, no log: what anyone would write first for the same rows, cells, forms and fields.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, render_template, request
from flask_login import LoginManager, UserMixin, login_required, login_user
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from wtforms import Field, SelectField, StringField

DATABASE = "BARE_DATABASE_URL"
ROWS = 600

db = SQLAlchemy()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page is made of, counted: table rows and list items, cells, forms, fields and options of selections."""

    rows: int
    cells: int
    forms: int
    fields: int
    options: int

    @property
    def path(self) -> str:
        """The bare page of this shape."""
        return (
            f"/page?rows={self.rows}&cells={self.cells}&forms={self.forms}&fields={self.fields}&options={self.options}"
        )


class Model(DeclarativeBase):
    """The base of the bare tables."""


class User(UserMixin, Model):
    """Whoever is signed in."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Row(Model):
    """One row of the page's table."""

    __tablename__ = "row"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    words: Mapped[str]
    state: Mapped[str]


TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rows</title></head><body>
<h1>Rows of {{ current_user.name }}</h1>
<table>
{% for row in rows %}<tr><th>{{ row.name }}</th>
{% for number in range(cells) %}<td class="{{ row.state }}">{{ row.words }}</td>{% endfor %}</tr>
{% endfor %}</table>
{% for form in forms %}<form method="post">{{ form.hidden_tag() }}
{% for field in form if field.type != "CSRFTokenField" %}<div>{{ field.label }} {{ field() }}</div>{% endfor %}
<button>Save</button></form>{% endfor %}
</body></html>
"""


def fill() -> None:
    """Make the tables and their rows, once."""
    Model.metadata.create_all(db.engine)
    if db.session.get(User, 1) is None:
        db.session.add(User(id=1, name="Ana Costa"))
        db.session.add_all(
            Row(id=number, name=f"Row {number}", words=f"Some words {number}", state="open") for number in range(ROWS)
        )
        db.session.commit()


def create_app() -> Flask:
    """Make the bare application."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="bare", SQLALCHEMY_ENGINES={"default": os.environ[DATABASE]})
    app.jinja_loader = DictLoader({"page.html": TEMPLATE})
    db.init_app(app)
    manager = LoginManager(app)
    manager.user_loader(lambda user_id: db.session.get(User, int(user_id)))

    @app.get("/")
    def sign_in() -> str:
        login_user(db.session.get_one(User, 1))
        return "in"

    @app.get("/page")
    @login_required  # type: ignore[untyped-decorator]
    def page() -> str:
        shape = Shape(*(int(request.args[name]) for name in ("rows", "cells", "forms", "fields", "options")))
        rows = db.session.scalars(sa.select(Row).order_by(Row.id).limit(shape.rows)).all()
        kinds = _forms(shape)
        return render_template(
            "page.html",
            rows=rows,
            cells=round(shape.cells / max(1, shape.rows)) - 1,
            forms=[kind() for kind in kinds],
        )

    with app.app_context():
        fill()
    return app


_made: dict[Shape, list[type[FlaskForm]]] = {}


def _forms(shape: Shape) -> list[type[FlaskForm]]:
    """Form classes that share out a shape's fields and options, made once, as a module would define them."""
    if shape not in _made:
        selections = min(shape.fields, -(-shape.options // 12))
        each = -(-shape.options // selections) if selections else 0
        fields: list[Field] = [
            SelectField(f"Field {number}", choices=[(str(n), f"Choice {n}") for n in range(each)])
            if number < selections
            else StringField(f"Field {number}")
            for number in range(shape.fields)
        ]
        _made[shape] = [
            type(f"Form{start}", (FlaskForm,), {f"field_{n}": f for n, f in enumerate(fields[start :: shape.forms])})
            for start in range(shape.forms)
        ]
    return _made[shape]
