"""The attendance slice: who came and left, who is out, who may do what next."""

from __future__ import annotations
