"""Photos of receipts: only the picture is kept, upright and no larger than it must be to be read.

Where, when and with what it was taken is cut off, for the picture is drawn anew.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

MOST_BYTES = 8 * 1_048_576
MOST_PIXELS = 60_000_000
"""More than any telephone takes; an image of more would only fill the memory."""
LONGEST_SIDE = 2_000
"""Pixels: the small print of a receipt can still be read."""
JPEG, PNG = "jpeg", "png"
MIME = {JPEG: "image/jpeg", PNG: "image/png"}


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
    from PIL import Image, ImageOps, UnidentifiedImageError

    too_large = "The photo is too large. Take it again smaller (at most 8 MB)."
    if len(content) > MOST_BYTES:
        return too_large
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as taken:
            if taken.width * taken.height > MOST_PIXELS:
                return too_large
            taken.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(taken).convert("RGBA")
    except UnidentifiedImageError:
        return "Choose a photo: a JPEG or PNG file."
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "The photo seems to be damaged. Please choose another file."
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Onto white paper: a new picture, which knows nothing of the old one but its colours.
    picture = Image.new("RGB", upright.size, "white")
    picture.paste(upright, mask=upright)
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=85, optimize=True)
    return Photo(JPEG, drawn.getvalue())
