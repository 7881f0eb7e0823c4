"""What is said of places, questions and swaps."""

from __future__ import annotations

from datetime import datetime

from app import clock
from app.exchange.models import SwapState
from app.words import day_words

SWAP_WORDS = {
    SwapState.ASKED: ("Waits for an answer", "warn"),
    SwapState.AGREED: ("Waits for a coordinator", "warn"),
    SwapState.DONE: ("Done", "good"),
    SwapState.DECLINED: ("Off: someone said no", ""),
    SwapState.WITHDRAWN: ("Off: taken back", ""),
    SwapState.LAPSED: ("Off: no answer in time", ""),
    SwapState.OVERTAKEN: ("Off: the plan changed", ""),
}


def opens_words(opens_at: datetime) -> str:
    """As in "Opens for you on Thursday at 10:00", "Opens for you today at 18:00"."""
    day = clock.local(opens_at).date()
    words = day_words(day)
    on = words if words in {"today", "tomorrow"} else f"on {words}"
    return f"Opens for you {on} at {clock.local(opens_at):%H:%M}"


def swap_words(state: str) -> tuple[str, str]:
    """A badge for a swap's state."""
    return SWAP_WORDS[SwapState(state)]
