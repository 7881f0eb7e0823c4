"""Photos of receipts: only what shows the picture is kept; where, when and with what it was taken is cut off."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 3 * 1_048_576
JPEG, PNG = "jpeg", "png"
MIME = {JPEG: "image/jpeg", PNG: "image/png"}
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
JPEG_START, JPEG_SCAN, JPEG_END, MARK = b"\xff\xd8", 0xDA, 0xD9, 0xFF
JPEG_RESTARTS = frozenset(range(0xD0, 0xD8))
# Application segments (Exif, location, thumbnails) and comments; 0xEE says how colours are meant and stays.
JPEG_DROPPED = frozenset({*range(0xE0, 0xEE), 0xEF, 0xFE})


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo without its metadata."""

    kind: str
    content: bytes

    @property
    def text(self) -> str:
        """The content as text, to be sealed."""
        return base64.b85encode(self.content).decode()

    @classmethod
    def from_text(cls, kind: str, text: str) -> Photo:
        """The photo that was kept as text."""
        return cls(kind, base64.b85decode(text))


def photo_of(content: bytes) -> Photo | str:
    """A photo from an uploaded file, without its metadata; else in plain words what is wrong with the file."""
    if len(content) > MOST_BYTES:
        return "The photo is too large. Take it again smaller (at most 3 MB)."
    try:
        if content.startswith(PNG_START):
            return Photo(PNG, PNG_START + b"".join(_png_kept(content)))
        if content.startswith(JPEG_START):
            return Photo(JPEG, JPEG_START + b"".join(_jpeg_kept(content)))
    except ValueError:
        return "The photo seems to be damaged. Please choose another file."
    return "Choose a photo: a JPEG or PNG file."


def _png_kept(content: bytes) -> Iterator[bytes]:
    place, kind = len(PNG_START), b""
    while kind != b"IEND":
        if place + 12 > len(content):
            raise ValueError("cut off")
        length = int.from_bytes(content[place : place + 4])
        kind = content[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(content):
            raise ValueError("cut off")
        if kind in PNG_KEPT:
            yield content[place:end]
        place = end


def _jpeg_kept(content: bytes) -> Iterator[bytes]:
    place = len(JPEG_START)
    while True:
        if place + 2 > len(content) or content[place] != MARK:
            raise ValueError("cut off")
        kind = content[place + 1]
        if kind == JPEG_END:
            yield content[place : place + 2]  # what a camera hangs on behind the picture's end is cut off
            return
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if kind == JPEG_SCAN:
            end = _scan_end(content, end)
        if not place + 4 <= end <= len(content):
            raise ValueError("cut off")
        if kind not in JPEG_DROPPED:
            yield content[place:end]
        place = end


def _scan_end(content: bytes, place: int) -> int:
    """Where the next segment begins after a scan: at a mark that is neither a filled-up byte nor a restart."""
    while True:
        place = content.find(MARK, place)
        if place < 0 or place + 1 >= len(content):
            raise ValueError("cut off")
        if content[place + 1] and content[place + 1] not in JPEG_RESTARTS:
            return place
        place += 2
