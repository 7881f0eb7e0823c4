"""How long a weekly check-in takes on a phone: `python -m bench.weekly [--times N]`.

Serves the demo group for real, opens Chromium 360 pixels wide as a peer who has private words, and taps from the home
page to "Keep it". What the machine takes is measured; what a person takes is reckoned from the keystroke-level model
(Card, Moran and Newell 1980): for each tap 1.35 s to make up one's mind, 1.10 s to reach it and 0.10 s to press.
Whoever does it for the first time also reads every word of the page first, at 238 words a minute (Brysbaert 2019).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Sequence

from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.demo import cast
from bench.served import served, signed_in
from tests.support.visitor import Visitor

THINK, REACH, PRESS = 1.35, 1.10, 0.10
WORDS_A_MINUTE = 238
LIMIT_SECONDS, LIMIT_TAPS = 30.0, 7
ANSWERS = (("energy", 2), ("load", 2), ("rest", 1))
SAM = "sam@example.org"
FOUND = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")


def check_in(browser: Browser, port: int, visitor: Visitor) -> tuple[int, int, float]:
    """Do one check-in; give its taps, the words that stand on its two pages, and the seconds the machine took."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{port}", viewport={"width": 360, "height": 740}, has_touch=True
    )
    context.set_extra_http_headers({"Cookie": visitor.cookies})
    page = context.new_page()
    page.goto("/")
    taps, words, seconds = 0, 0, 0.0
    for locator, heading in (
        (page.locator("nav summary", has_text="More"), None),
        (page.get_by_role("link", name="For me", exact=True), "How are you?"),
        *((page.locator(f"label:has(#{name}-{answer})"), None) for name, answer in ANSWERS),
        (page.get_by_role("button", name="Go on"), "Who sees what"),
        (page.get_by_role("button", name="Keep it"), "How are you?"),
    ):
        begun = time.perf_counter()
        locator.tap()
        taps += 1
        if heading is not None:
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
            words += _words_to_read(page) if taps < LIMIT_TAPS else 0
        seconds += time.perf_counter() - begun
    expect(page.get_by_text("It is kept for you alone")).to_be_visible()
    context.close()
    return taps, words, seconds


def _words_to_read(page: Page) -> int:
    """The words that stand on a page up to its last button, without folded parts, menus and numbers to call."""
    return len(str(page.evaluate("document.querySelector('main form.stack').innerText")).split()) + len(
        str(page.evaluate("document.querySelector('.headline').innerText")).split()
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print one JSON line; the exit code says whether a usual check-in stays within seven taps and 30 seconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.weekly", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--times", type=int, default=5)
    wanted = parser.parse_args(argv)
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, FOUND)), None)
    if path is None:
        sys.exit("no Chromium: install the package chromium, or set CHROMIUM to its path")
    with served("sqlite") as house, sync_playwright() as playwright:
        visitor = signed_in(house.port, SAM, cast.PASSPHRASE)
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if os.getuid() == 0 else [], headless=True
        )
        done = [check_in(browser, house.port, visitor) for _ in range(wanted.times)]
        browser.close()
    taps, words, _ = done[0]
    machine = statistics.median(seconds for _, _, seconds in done)
    usual = taps * (THINK + REACH + PRESS) + machine
    found = {
        "taps": taps,
        "machine_seconds": round(machine, 2),
        "usual_seconds": round(usual, 1),
        "words": words,
        "first_time_seconds": round(usual + words * 60 / WORDS_A_MINUTE, 1),
    }
    print(json.dumps(found))
    return 0 if taps <= LIMIT_TAPS and usual < LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
