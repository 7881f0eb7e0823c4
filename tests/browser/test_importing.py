"""A coordinator imports people, on a desk and on a telephone, with and without JavaScript."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app.access import Role
from app.database import db
from app.people.models import Person
from tests.support.people import add_person

pytestmark = pytest.mark.browser

WRONG = "name;roles;wanted hours\r\nNour;peer;8\r\nBo;king;12,5\r\n"
RIGHT = WRONG.replace("king", "volunteer")


@pytest.mark.parametrize(("size", "javascript"), [("desktop", True), ("phone", True), ("phone", False)])
def test_a_coordinator_imports_people(visit, axe, bare_app, size, javascript):
    with bare_app.app_context():
        robin = add_person("Robin", Role.COORDINATOR)
    page = visit("/transfer/", as_=robin, size=size, javascript=javascript)

    def looked_at() -> None:
        if javascript:
            axe(page)

    looked_at()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Template for people", exact=True).click()
    assert taken.value.suggested_filename == "people-template.csv"

    def bring(text: str) -> None:
        page.get_by_label("What is in the file?").select_option("people")
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
        page.get_by_label("File", exact=True).set_input_files(file)
        page.get_by_role("button", name="Look at the file").click()
        page.wait_for_url("**/transfer/files/*")

    bring(WRONG)
    expect(page.get_by_role("heading", name="Rows to mend")).to_be_visible()
    assert "Line 3" in page.inner_text("main")
    assert page.get_by_role("button", name="Yes, import").count() == 0
    looked_at()
    page.get_by_role("link", name="Choose the mended file").click()
    bring(RIGHT)
    looked_at()
    page.get_by_role("button", name="Yes, import 2 new").click()
    page.wait_for_url("**/done")
    assert "2 new, 0 changed, 0 unchanged" in page.inner_text("main")
    looked_at()
    with bare_app.app_context():
        assert set(db.session.scalars(sa.select(Person.name))) == {"Robin", "Nour", "Bo"}
        db.session.rollback()
