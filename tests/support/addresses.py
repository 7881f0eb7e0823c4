"""How addresses are built, compiled once for all applications of a run.

Nearly every test makes an application anew, with hundreds of rules of addresses; to compile how each is built takes
nine tenths of that time. What is compiled hangs on nothing but the rule itself, so it is kept from one to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable


def remember_builders() -> None:
    """Let rules of addresses take what was compiled for an equal rule before."""
    compile_builder: Callable[..., Any] = Rule._compile_builder
    known: dict[tuple[Any, ...], Any] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = tuple(rule._trace), defaults, append_unknown
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[assignment]
