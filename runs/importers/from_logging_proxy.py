"""logging-proxy's files: raw HTTP messages in a folder, with or without metadata.

Names and metadata as in `file_logger.go` and `logger.go` (mrexodia/logging-proxy).
Without metadata the time is that of the file's name, the clock of its machine read as
UTC, and the address is what `X-Proxy-Path` or the first line says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.fields import Fields, milliseconds
from runs.importers.http_message import Message, parsed
from runs.record import Outcome

_STATUS = re.compile(r"[1-9][0-9]{2}")
_METHOD = re.compile(r"[A-Za-z]{1,16}")
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d\.\d+)_([0-9a-fA-F-]{8,36})_")


def claims(row: Fields) -> bool:
    return row.has("file", "request", "response", "about") and not row.any("about")


def read(row: Fields) -> Iterator[Imported]:
    asked, answered = parsed(row.body("request")), parsed(row.body("response"))
    about, end = row.inner("about_request"), row.inner("about_response")
    facts = about.inner("metadata")
    begun = facts.when("request_started_at") or _of_name(row.text("file"))
    if begun is None:
        raise BadRow("Neither its name nor its metadata tells its time.")
    if len(asked.start) < 2 or not _METHOD.fullmatch(asked.start[0]):
        raise BadRow("It begins with no line of HTTP.")
    ended = end.when("completed_at")
    status = _status(answered) or end.inner("metadata").count("response_status_code")
    url = facts.text("target_url") or asked.start[1]
    # `X-Proxy-Path` is the address at that proxy: its own prefix is no part of a call.
    yield Imported(
        id=facts.text("id") or row.text("file"),
        started_at=begun,
        url=url,
        method=asked.start[0],
        path=_path(facts.text("source_url") or asked.header("x-proxy-path")),
        request_headers=asked.headers,
        response_headers=answered.headers,
        request=asked.body,
        response=answered.body,
        request_type=asked.header("content-type"),
        response_type=answered.header("content-type"),
        request_encoding=asked.header("content-encoding"),
        response_encoding=answered.header("content-encoding"),
        status=status,
        outcome=_outcome(status, end),
        error=end.text("error"),
        duration_ms=milliseconds(begun, ended),
        first_byte_ms=facts.duration_ms("upstream_header_duration_ms"),
        user_agent=asked.header("user-agent"),
        told=Told(id=facts.text("id"), is_timed=ended is not None),
    )


def _of_name(name: str) -> datetime | None:
    found = _NAME.match(name)
    if not found:
        return None
    day, hour, minute, second, _ = found.groups()
    try:
        told = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second}")
    except ValueError:
        return None
    return told.replace(tzinfo=UTC)


def _status(answered: Message) -> int | None:
    """Of `HTTP/1.1 200 OK`."""
    words = answered.start
    is_one = len(words) > 1 and words[0].startswith("HTTP/")
    return int(words[1]) if is_one and _STATUS.fullmatch(words[1]) else None


def _outcome(status: int | None, end: Fields) -> Outcome:
    if status is None:
        return Outcome.UPSTREAM_ERROR
    is_whole = end.flag("completed") is not False
    return Outcome.COMPLETED if is_whole else Outcome.INTERRUPTED


def _path(source: str) -> str:
    """Of `http://localhost:5601/lmstudio/v1/…`."""
    return re.sub(r"^https?://[^/]*", "", source)


IMPORTER = Importer(
    name="logging-proxy",
    about="logging-proxy's folder of .bin files",
    claims=claims,
    read=read,
)
