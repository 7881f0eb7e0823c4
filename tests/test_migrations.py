"""Migrations and models are one, on both databases."""

from __future__ import annotations

import sqlalchemy as sa

from app import create_app, migrate
from app.database import db


def test_the_migrated_database_equals_the_models(app):
    assert list(migrate.differences()) == []
    assert migrate.is_current()


def test_every_constraint_has_a_name(app):
    nameless = [
        f"{table.name}: {constraint}"
        for place in migrate.PLACES
        for table in place.metadata().tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not nameless


def test_migrations_go_down_and_up_again(databases, database, tmp_path):
    environ = databases.empty(database, tmp_path)
    with create_app(environ).app_context():
        try:
            migrate.upgrade()
            migrate.downgrade("base")
            for engine in db.engines.values():
                left = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
                assert left == set()
            migrate.upgrade()
            assert list(migrate.differences()) == []
        finally:
            for engine in db.engines.values():
                engine.dispose()
            databases.forget()
