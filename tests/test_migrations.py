"""Migrations and models are one, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app import create_app, migrate
from app.database import db
from app.demo import build
from app.roster.models import Assignment, Shift, as_told
from app.sites.models import Service, Site
from tests.support.people import add_person


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


def counts() -> dict[str, int]:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in migrate.metadata().sorted_tables
        }


def test_steps_down_and_up_again_keep_the_rows_of_a_whole_group(app):
    build.build()
    before = counts()
    revisions = [script.revision for script in migrate.scripts()]
    db.session.close()
    for revision in revisions[1:]:  # newest first; the last one makes the first tables
        migrate.downgrade(revision, (migrate.MAIN,))
    kept = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    migrate.upgrade()
    after = counts()
    assert {name: before[name] for name in kept} == {name: after[name] for name in kept}
    migrate.downgrade("base")  # with rows that refer to one another
    migrate.upgrade()
    assert set(counts().values()) == {0}
    assert list(migrate.differences()) == []


def test_whoever_was_told_nothing_was_told_their_shift_as_it_is(app):
    site, service = Site(code="house", name="House"), Service(code="kit", name="Kit")
    db.session.add_all([site, service])
    db.session.flush()
    now = datetime(2026, 12, 7, 9, tzinfo=UTC)
    before, later = now - timedelta(hours=1), now + timedelta(hours=6)
    shift = Shift(site_id=site.id, service_id=service.id, day_on=now.date(), starts_at=now, ends_at=later)
    db.session.add(shift)
    db.session.flush()
    told, people = as_told(shift), {before: add_person("Ana"), now: add_person("Bo")}
    for at, person in people.items():
        place = told | {"shift_id": shift.id, "person_id": person, "assigned_at": now, "told_starts_at": at}
        db.session.add(Assignment(**place))
    db.session.commit()
    migrate.downgrade("0017", (migrate.MAIN,))
    db.session.execute(sa.update(Assignment).filter_by(person_id=people[now]).values(dict.fromkeys(told)))
    db.session.commit()
    migrate.upgrade()
    rows = db.session.scalars(sa.select(Assignment)).all()
    assert {row.told_starts_at: row.person_id for row in rows} == people
    assert {row.person_id for row in rows if row.is_told(shift)} == {people[now]}


def test_machines_that_start_at_once_migrate_once(databases, database, tmp_path):
    environ = databases.empty(database, tmp_path)
    apps, failed = [create_app(environ) for _ in range(3)], []
    together = threading.Barrier(3)

    def start(app):
        with app.app_context():
            try:
                together.wait(10)
                migrate.upgrade()
            except Exception as error:  # noqa: BLE001 - told by the test
                failed.append(error)
            finally:
                for engine in db.engines.values():
                    engine.dispose()

    threads = [threading.Thread(target=start, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with apps[0].app_context():
        is_current = migrate.is_current()
        for engine in db.engines.values():
            engine.dispose()
    databases.forget()
    assert not failed
    assert is_current
