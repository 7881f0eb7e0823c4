"""When the database is busy for long, people get a kind page and nothing is half done."""

import threading

import pytest
import sqlalchemy as sa

from app.database import db
from tests.support.people import add_person


@pytest.fixture
def database():
    return "sqlite"


def test_a_database_that_stays_locked_gives_a_page_to_try_again(app, client, sign_in):
    sign_in(client, add_person("Sam"))
    token = client.token()
    db.session.rollback()
    held, free = threading.Event(), threading.Event()

    def hold():
        with app.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            held.set()
            free.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        answer = client.post("/sign-out", data={"csrf_token": token})
        assert answer.status_code == 503
    finally:
        free.set()
        thread.join()
    db.session.rollback()
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303


def test_who_writes_on_what_another_changed_in_that_moment_is_told_so(app):
    with app.test_request_context("/"):
        _, code = app.handle_user_exception(sa.orm.exc.StaleDataError())
    assert code == 409
