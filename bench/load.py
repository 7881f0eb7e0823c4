"""A load client: some connections kept open, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of asking for one page for a while: `seconds` of each answer in order, and how long it all took."""

    answers: list[float]
    elapsed: float

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return len(self.answers) / self.elapsed

    def percentile(self, share: float) -> float:
        """The time in milliseconds within which this share (0 to 1) of the requests was answered."""
        ordered = sorted(self.answers)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class UnexpectedAnswerError(Exception):
    """A page answered with something else than 200."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is asked for, and as whom: a port of this machine, a path, the cookies of a signed-in person."""

    port: int
    path: str
    cookie: str


def load(visit: Visit, *, connections: int, seconds: float, every: float = 0.0) -> Load:
    """Ask for a page over some connections for some seconds; with `every`, each waits so long (s) between requests."""
    return asyncio.run(_load(visit, connections, seconds, every))


async def _load(visit: Visit, connections: int, seconds: float, every: float) -> Load:
    request = (
        f"GET {visit.path} HTTP/1.1\r\nHost: {HOST}:{visit.port}\r\nCookie: {visit.cookie}\r\nAccept: text/html\r\n"
        "Connection: keep-alive\r\n\r\n"
    ).encode()
    answers: list[float] = []
    started = time.perf_counter()
    ends = started + seconds
    await asyncio.gather(*(_connection(visit.port, request, ends, every, answers) for _ in range(connections)))
    return Load(answers, time.perf_counter() - started)


async def _connection(port: int, request: bytes, ends: float, every: float, answers: list[float]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**20)
    while time.perf_counter() < ends:
        asked = time.perf_counter()
        try:
            writer.write(request)
            is_kept = await _answer(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            is_kept = False  # the server closed a connection that lay idle: a browser asks again, too
        else:
            answers.append(time.perf_counter() - asked)
        if not is_kept:
            writer.close()
            reader, writer = await asyncio.open_connection(HOST, port, limit=2**20)
        if every:
            await asyncio.sleep(every)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Read one whole answer; whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.split("\r\n")
    if " 200 " not in status:
        raise UnexpectedAnswerError(status)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    await reader.readexactly(int(headers["content-length"]))
    return headers.get("connection", "").lower() != "close"
