"""Request and answer as files, as they were on the wire, where a route asks for them.

Written by the recorder just before the rows, in the layout of logging-proxy:
`{timestamp}_{id}_{request|response}.bin` and `…_metadata.json` beside each. Credentials
are masked as in the database, and nothing is written that isn't kept there, too. A file
that exists is not written again, so a batch may be tried twice. `weir resend FILE`
reads them.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runs.keeping import raw_files
from runs.record import CapturedBody, ExchangeRecord, HeaderPairs, Side

log = logging.getLogger(__name__)

FRAMING = frozenset({"content-length", "transfer-encoding"})
"""Said anew: a file has its body whole, or its beginning."""
ROOM = 0.9
"""Of the limit that is left in use where old files had to go."""


class RawFiles:
    """One directory, and how much it may hold."""

    def __init__(self, directory: Path, limit: int) -> None:
        self._directory = directory
        self._limit = limit
        self._used: int | None = None
        self._is_failing = False

    def write(self, record: ExchangeRecord) -> None:
        """Both files; a disk that won't take them is told once, and costs nothing."""
        try:
            self._write_pair(record)
            self._is_failing = False
        except OSError as error:
            if not self._is_failing:
                log.warning("raw files can't be written: %s", error)
            self._is_failing = True

    def _write_pair(self, record: ExchangeRecord) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        bodies = {body.side: body for body in record.bodies}
        sides = (
            (Side.REQUEST, _request_head(record), record.request_headers),
            (Side.RESPONSE, _status_line(record), record.response_headers),
        )
        for side, first, headers in sides:
            if side is Side.RESPONSE and record.status is None:
                continue
            self._write_file(record, side, first, headers, bodies.get(side))
        self._make_room()

    def _write_file(
        self,
        record: ExchangeRecord,
        side: Side,
        first: str,
        headers: HeaderPairs,
        body: CapturedBody | None,
    ) -> None:
        file = self._directory / f"{_stem(record)}_{side.value}.bin"
        if file.exists():
            return
        pieces = _pieces(_head(first, headers, body), body)
        with _whole(file, pieces) as size:
            # Before the file has its name: whatever ends this, none is without it.
            told = json.dumps(_metadata(record, side, file, size, body), indent=2)
            beside = file.with_name(f"{file.stem}_metadata.json")
            with _whole(beside, iter((told.encode(),))) as more:
                size += more
        if self._used is not None:
            self._used += size

    def _make_room(self) -> None:
        """The oldest go first: their names begin with the time."""
        if self._used is not None and self._used <= self._limit:
            return
        # Counted anew: a prune in another process takes files, too.
        sizes = {file: _size(file) for file in raw_files.found(self._directory)}
        self._used = sum(sizes.values())
        if self._used <= self._limit:
            return
        for file in sorted(sizes):
            if self._used <= self._limit * ROOM:
                return
            file.unlink(missing_ok=True)
            self._used -= sizes[file]


@contextmanager
def _whole(file: Path, pieces: Iterator[bytes]) -> Iterator[int]:
    """Whole or not at all, for its owner alone: it has its name after the block."""
    begun, size = file.with_name(f".{file.name}{raw_files.BEGUN}"), 0
    try:
        with open(
            os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as out:
            for piece in pieces:
                size += out.write(piece)
        yield size
        begun.replace(file)
    except BaseException:
        begun.unlink(missing_ok=True)
        raise


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0  # pruned meanwhile


def _stem(record: ExchangeRecord) -> str:
    at = record.started_at
    return f"{at:%Y-%m-%d_%H-%M-%S}.{at.microsecond // 1000:03}_{record.uid.hex}"


def _request_head(record: ExchangeRecord) -> str:
    """As it goes to the destination, with the client's own address in a header."""
    parts = urlsplit(record.upstream_url)
    asked = f"{record.path}?{record.query}" if record.query else record.path
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    line = f"{record.method} {target or asked} HTTP/1.1\r\n"
    host = f"host: {parts.netloc}\r\n" if parts.netloc else ""
    return f"{line}{host}x-proxy-path: {asked}\r\n"


def _status_line(record: ExchangeRecord) -> str:
    status = record.status or 0
    known = status in HTTPStatus._value2member_map_
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase if known else ''}\r\n"


def _head(first: str, headers: HeaderPairs, body: CapturedBody | None) -> bytes:
    told = [
        f"{name}: {value}\r\n"
        for name, value in headers
        if name not in FRAMING and not (name == "host" and "host: " in first)
        if name != "content-encoding" or (body is not None and body.content_encoding)
    ]
    length = len(body.source) if body is not None else 0
    text = f"{first}{''.join(told)}content-length: {length}\r\n\r\n"
    return text.encode("latin-1", "replace")


def _pieces(head: bytes, body: CapturedBody | None) -> Iterator[bytes]:
    yield head
    if body is not None:
        yield from body.source.pieces()


def _metadata(
    record: ExchangeRecord,
    side: Side,
    file: Path,
    size: int,
    body: CapturedBody | None,
) -> dict[str, Any]:
    at, took = record.started_at, timedelta(milliseconds=record.connection_ms or 0)
    asked = f"{record.path}?{record.query}" if record.query else record.path
    return {
        "stream_type": side.value,
        "metadata": {
            "id": str(record.uid),
            "pattern": record.route,
            "method": record.method,
            "source_url": asked,
            "target_url": record.upstream_url,
            "request_started_at": at.isoformat(),
            "upstream_header_duration_ms": round(record.upstream_ms or 0),
            "response_status_code": record.status or 0,
        },
        "started_at": at.isoformat(),
        "completed_at": (at + took).isoformat(),
        "duration_ms": round(record.connection_ms or 0),
        "bytes_written": size,
        "completed": body is None or not body.is_cut,
        "error": record.error,
        "outcome": record.outcome.value,
        "filename": file.name,
    }
