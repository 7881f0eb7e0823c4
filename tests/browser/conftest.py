"""A real Chromium on pages that are really served: telephone and desktop, with and without JavaScript."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from tests.support.pages import end_transaction
from tests.support.people import open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
GRAVE = ("serious", "critical")
expect.set_options(timeout=15_000)  # a machine that does other things too may take its time


@pytest.fixture
def database() -> str:
    """Pages look the same on both databases: the browser is driven on one."""
    return "sqlite"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("no Chromium: install the package chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*sandbox, "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def address(bare_app: Flask) -> Iterator[str]:
    """Where the application under test is really served."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, bare_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join(10)
    server.server_close()
    assert not thread.is_alive(), "the server did not end"


@pytest.fixture
def visit(chromium: Browser, address: str, bare_app: Flask) -> Iterator[Callable[..., Page]]:
    """Open a browser page: `visit("/people", as_=person_id, size="phone", javascript=False)`.

    When the test ends, whatever the browser complained of (script errors, refused resources, policy violations)
    fails it.
    """
    contexts, complaints = [], []

    def opened(path: str = "/", *, as_: str | None = None, size: str = "desktop", javascript: bool = True) -> Page:
        end_transaction()
        context = chromium.new_context(
            base_url=address,
            viewport=SIZES[size],
            java_script_enabled=javascript,
            has_touch=size == "phone",
            locale="en-CA",
            timezone_id="America/Los_Angeles",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if as_ is not None:
            context.add_cookies([_cookie(bare_app, as_, address)])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    refused = [text for text in complaints if "the server responded with a status of 4" not in text]
    assert not refused, f"the browser complained: {refused}"


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fail when axe finds something serious or critical on a page, or when the page is wider than the screen."""
    source = (resources.files("axe_playwright_python") / "axe.min.js").read_text()

    def examined(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        grave = [
            f"{v['id']} ({v['impact']}): {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}"
            for v in found
            if v["impact"] in GRAVE
        ]
        assert not grave, f"{page.url}:\n  " + "\n  ".join(grave)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{page.url} is {over} px wider than the screen"

    return examined


def _cookie(app: Flask, person_id: str, address: str) -> Any:
    with app.app_context():
        token = open_session(person_id)
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": address}
