"""Pages that share one address, so that a browser's history does not tell which of them somebody looked at.

Each page of such a blueprint keeps a path, an endpoint and a mark of its own; what a browser shows is only the first
address of the blueprint. Buttons turn to a page by POST (`TURN`), forms name the page they belong to (`PAGE`), and a
cookie of one use carries which page comes next over the redirect that follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.wrappers import Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as Redirect

TURN, PAGE = "turn", "page"
COOKIE = "turn"
SECONDS = 60
_KEY = "one_address"


def init_app(app: Flask) -> None:
    """Make a request to a shared address one to the page that is meant, before anything else looks at it."""
    app.extensions[_KEY] = {}
    app.before_request(_become)
    app.after_request(_forget)
    app.jinja_env.globals.update(way_to=way_to, page_to_turn_to=page_to_turn_to, this_page=this_page)


def share(bp: Blueprint, apart: Iterable[str] = ()) -> None:
    """Give all pages of a blueprint its first address, but those at the paths `apart`."""
    address = f"{bp.url_prefix}/"
    bp.record(lambda state: state.app.extensions[_KEY].update({address: frozenset(apart)}))
    bp.before_request(_turn)
    bp.context_processor(lambda: {"turns_at": address})


def turn_to(endpoint: str) -> Redirect:
    """Go on to a page after something was done; a page that is only asked for is shown, not turned to."""
    return _shown(url_for(endpoint))


def way_to(url: str) -> tuple[str, str]:
    """The address that a browser shows for a path of ours, and the page it stands for there.

    `TURN` and `PAGE` carry that page; it is empty where the path is the address itself, or one of its own.
    """
    for address, apart in _all().items():
        page = url.removeprefix(address)
        if url.startswith(address) and page and page not in apart:
            return address, page
    return url, ""


def page_to_turn_to(url: str) -> str:
    """The page that a button turns to from here; empty where a plain link leads there."""
    return way_to(url)[1] if _is_shared(request.path) else ""


def this_page() -> str:
    """The page that is shown, empty when it is the first of its address or has one of its own."""
    if request.endpoint is None or not _is_shared(request.path):
        return ""
    return way_to(url_for(request.endpoint, **(request.view_args or {})))[1]


def _all() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = current_app.extensions[_KEY]
    return found


def _is_shared(path: str) -> bool:
    return any(path.startswith(address) for address in _all())


def _become() -> None:
    if request.path not in _all():
        return
    name = request.form.get(PAGE) if request.method == "POST" else request.cookies.get(COOKIE)
    if not name:
        return
    try:
        if not way_to(request.path + name)[1]:
            raise NotFound
        adapter = current_app.url_map.bind("")
        request.url_rule, values = adapter.match(request.path + name, request.method, return_rule=True)
        request.view_args = dict(values)
    except HTTPException:
        if request.method == "POST":  # a form of no page of ours is not taken for one of the first page
            request.url_rule, request.routing_exception = None, NotFound()


def _turn() -> Redirect | None:
    """Turn to another page; the asked one was checked before, the other is when it is shown."""
    if request.path in _all():
        name = request.form.get(TURN, "") if request.method == "POST" else ""
        return _shown(request.path + name) if name else None
    is_asked = request.method in {"GET", "HEAD"} and way_to(request.path)[1]
    return _shown(request.path) if is_asked else None  # an old address, or a link from elsewhere


def _shown(url: str) -> Redirect:
    address, page = way_to(url)
    answer = redirect(address, 303)
    if page:
        answer.set_cookie(COOKIE, page, max_age=SECONDS, path=address, **_manner())
    return answer


def _forget(response: Response) -> Response:
    if request.path in _all() and request.method == "GET" and COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path=request.path, **_manner())
    return response


def _manner() -> dict[str, Any]:
    return {"secure": current_app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax"}
