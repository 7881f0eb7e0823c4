"""Files as people have them: bytes into rows with the numbers of their lines, and rows into bytes.

Nothing here knows what the columns mean.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MOST_BYTES = 4 * 1_048_576
MOST_UNPACKED = 16 * 1_048_576
MOST_ROWS = 20_000
MOST_MEMBERS = 40
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
LONG_AGO = (1980, 1, 1, 0, 0, 0)

SAVE_AS = "Open it in your spreadsheet program, choose Save as, then CSV (UTF-8), and bring that file."


class Unreadable(Exception):  # noqa: N818 - it is an answer to show, not an error of ours
    """A file that cannot be read as rows at all; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and the number of the line it begins on (a cell may hold line breaks)."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file read into rows; `encoding` and `delimiter` are words for people."""

    name: str
    encoding: str
    delimiter: str
    header: Row
    rows: tuple[Row, ...]


def guard(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula; `unguard` gives the cell back."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def unguard(cell: str) -> str:
    """A cell without the mark that `guard` put before it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(RISKY) else cell


def write_csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a file that spreadsheet programs open rightly: a mark for UTF-8, commas, Windows line ends."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([guard(cell) for cell in row])
    yield buffer.getvalue()


def write_zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of files, the same bytes for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read_zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The CSV files in a ZIP as (name, content); raises `Unreadable`. Folders and hidden files are passed over."""
    _refuse_other_kinds(data, is_zip_welcome=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            yield from _members(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, ValueError, OSError):
        raise Unreadable(
            "This is not a ZIP that can be opened here, or it is damaged or locked with a passphrase."
        ) from None


def _members(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    infos = [info for info in packed.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
    if len(infos) > MOST_MEMBERS:
        raise Unreadable(f"This ZIP holds {len(infos)} files. At most {MOST_MEMBERS} can be read at once.")
    left = MOST_UNPACKED
    for info in infos:
        with packed.open(info) as member:
            content = member.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Unreadable(f"Unpacked, this ZIP is larger than {MOST_UNPACKED // 1_048_576} MB. Bring fewer files.")
        yield info.filename.replace("\\", "/").rpartition("/")[2], content


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.replace("\\", "/").split("/"))


def read_sheet(data: bytes, name: str, known: Callable[[str], bool]) -> Sheet:
    """Read one CSV file; `known` says whether a header cell names a column (that finds the delimiter).

    Raises `Unreadable`. Lines are counted as an editor shows them.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"This file is larger than {MOST_BYTES // 1_048_576} MB. Split it into several files.")
    _refuse_other_kinds(data)
    text, encoding = _decode(data)
    if not text.strip():
        raise Unreadable("This file is empty.")
    delimiter, skip = _delimiter(text, known)
    rows = _rows(text, delimiter, skip)
    header = next(rows, None)
    if header is None:
        raise Unreadable("This file is empty.")
    return Sheet(name, encoding, DELIMITERS[delimiter], header, tuple(rows))


def _refuse_other_kinds(data: bytes, *, is_zip_welcome: bool = False) -> None:
    if data.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in data or b"xl/workbook" in data:
            raise Unreadable(f"This is an Excel workbook, not a CSV file. {SAVE_AS}")
        if b"opendocument" in data[:200]:
            raise Unreadable(f"This is an OpenDocument file, not a CSV file. {SAVE_AS}")
        if not is_zip_welcome:
            raise Unreadable('This is a ZIP. To import a ZIP of CSV files choose "Everything (ZIP)".')
    elif is_zip_welcome:
        raise Unreadable("This is not a ZIP. To import one CSV file choose what it holds.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(f"This is an old Excel workbook, not a CSV file. {SAVE_AS}")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")):
        raise Unreadable(f"This is a document or a picture, not a CSV file. {SAVE_AS}")


def _decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    tries = [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")]
    if data.startswith(b"\xef\xbb\xbf"):
        tries = [("utf-8-sig", "UTF-8 with a mark")]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = [("utf-16", "UTF-16")]
    for codec, words in tries:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not BINARY.search(text):
            return text, words
    raise Unreadable(f"This is not a text file. {SAVE_AS}")


def _delimiter(text: str, known: Callable[[str], bool]) -> tuple[str, int]:
    """The delimiter under which the header names most columns, and how many lines to pass over before it."""
    first = text[:40].splitlines()[0].strip().casefold() if text[:40].strip() else ""
    if re.fullmatch(r'"?sep=[,;\t]"?', first) or first == "sep=":
        mark = re.search(r"sep=(.)", text[:40].casefold())
        if mark is not None and mark[1] in DELIMITERS:
            return mark[1], 1

    def score(delimiter: str) -> tuple[int, int]:
        try:
            header = next(_rows(text, delimiter, 0), None)
        except Unreadable:
            return -1, 0
        cells = header.cells if header else ()
        return sum(known(cell) for cell in cells), len(cells)

    return max(DELIMITERS, key=score), 0


def _rows(text: str, delimiter: str, skip: int) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    for _ in range(skip):
        lines.readline()
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t")
    count, start = 0, skip + 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Unreadable(_csv_words(str(error), start)) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MOST_ROWS + 1:
                raise Unreadable(f"This file has more than {MOST_ROWS:,} rows. Split it into several files.")
            yield Row(start, tuple(unguard(cell) for cell in cells))
        start = skip + reader.line_num + 1


def _csv_words(error: str, line: int) -> str:
    if "field larger" in error:
        return f"The row that begins on line {line} has a cell that is far too long. Is a quotation mark missing?"
    if "unexpected end" in error:
        return f'In the row that begins on line {line} a quotation mark (") is opened and never closed.'
    return f'In the row that begins on line {line} something stands after a closing quotation mark (").'
