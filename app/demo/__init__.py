"""The demo slice: a made-up group with a fixed cast of people."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    del app
