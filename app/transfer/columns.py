"""Columns: each is declared once, and parsing, preview, help page, template and export follow from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.transfer.values import Type


def header_key(text: str) -> str:
    """A header as it is compared: letters and digits only, small."""
    return re.sub(r"[\W_]+", "", text).casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind of file.

    `words` explains it; `example` stands in the template. `attribute` is where the database keeps it, None when the
    kind reads and writes it itself. `default` is what a blank cell means, and what a new thing gets without the
    column unless `absent` says otherwise. `is_needed`: a new thing must have it. `is_private`: contact details,
    which only admins take out. `is_line`: part of a demand line, of which a thing may have several, one on each row.
    `is_shown`: written for the reader and left out of account on the way in. `is_pointer`: only used to find
    what the row is about.
    """

    name: str
    type: Type
    words: str
    example: str = ""
    attribute: str | None = None
    default: Any = None
    absent: Any = None
    also: tuple[str, ...] = ()
    is_needed: bool = False
    is_private: bool = False
    is_line: bool = False
    is_shown: bool = False
    is_pointer: bool = False

    @property
    def when_absent(self) -> Any:
        """What a new thing gets when the file has no such column."""
        return self.default if self.absent is None else self.absent

    def answers_to(self, key: str) -> bool:
        """Whether a header (as `header_key` gives it) means this column."""
        return key in {header_key(name) for name in (self.name, *self.also)}
