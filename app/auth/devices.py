"""Who knocks: the caller of a door, told coarsely and never stored as sent."""

from __future__ import annotations

from dataclasses import dataclass

from app.auth.throttle import network

# The first that is found names the device; phones and tablets call themselves by several of these.
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("SamsungBrowser", "Samsung browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands at a door: their device in words, their network, and whether they said that others use it too."""

    device: str
    network: str
    is_shared: bool = False

    @classmethod
    def of(cls, user_agent: str, address: str | None, *, is_shared: bool = False) -> Caller:
        """The caller behind a request."""
        return cls(device_words(user_agent), network(address), is_shared)


def device_words(user_agent: str) -> str:
    """A device in three words ("Firefox on Android"), enough to know one's own from a stranger's."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), "A browser")
    system = next((words for mark, words in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
