"""A person's browser as far as served processes are concerned: cookies, forms, redirects, over real sockets."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from tests.support.pages import Page


class Visitor:
    """Visits pages on any of several ports of this machine with one set of cookies."""

    def __init__(self) -> None:
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.address = ""
        self.status = 0

    @property
    def cookies(self) -> str:
        """All cookies as the header a browser would send."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def visit(self, port: int, path: str = "/", data: dict[str, Any] | None = None) -> Page:
        """Fetch (or with `data`, post to) a path and follow redirects; `address` is where it ended."""
        url = urllib.parse.urljoin(f"http://127.0.0.1:{port}", path)
        body = None if data is None else urllib.parse.urlencode(data, doseq=True).encode()
        try:
            answer = self._opener.open(url, body, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.address, self.status = answer.geturl(), answer.status
            return Page(answer.read().decode())

    def submit(self, port: int, path: str, action: str | None = None, **changes: Any) -> Page:
        """Fetch a page, fill in its form and send it."""
        form = self.visit(port, path).form(action)
        return self.visit(port, form.action or self.address, form.filled(**changes))
