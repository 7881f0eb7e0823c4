"""Photos of receipts: only the picture is kept, upright and no larger than it must be to be read.

Where, when and with what it was taken is cut off, for the picture is drawn anew.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 8 * 1_048_576
MOST_PIXELS = 60_000_000
"""More than any telephone takes; an image of more would only fill the memory."""
LONGEST_SIDE = 2_000
"""Pixels: the small print of a receipt can still be read."""
JPEG, PNG = "jpeg", "png"
MIME = {JPEG: "image/jpeg", PNG: "image/png"}
ORIENTATION = 0x0112
UPRIGHT_BY = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""What turns a picture upright, by how its camera says it was held (1: upright already)."""


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
    from PIL import Image, UnidentifiedImageError

    too_large = "The photo is too large. Take it again smaller (at most 8 MB)."
    if len(content) > MOST_BYTES:
        return too_large
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as taken:
            if taken.width * taken.height > MOST_PIXELS:
                return too_large
            taken.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = _upright(taken).convert("RGBA")
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


def _upright(taken: Image.Image) -> Image.Image:
    """A picture as it was seen; how it was held is a stranger's word, and nonsense counts as upright."""
    from PIL import Image

    taken.load()
    try:
        held = UPRIGHT_BY.get(int(taken.getexif().get(ORIENTATION, 1)))
    except Exception:  # noqa: BLE001 - the metadata is a stranger's, and reading it fails in more ways than are listed
        held = None
    return taken if held is None else taken.transpose(Image.Transpose[held])
