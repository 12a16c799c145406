"""A stored request as the recorder got it: its head, its tail and its bodies again.

`proxy/recording/rereading.py` reads it with today's readers. What was measured or
decided then (times, where it went, how it ended) is taken from the rows as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from proxy.errors import STATUS_OF_CODE
from proxy.journal.format import Head, Tail
from runs import bodies
from runs.bodies.reader import BodyReader
from runs.detail import Detail
from runs.models import Body, CapturedRequest
from runs.record import CapturedBody, Outcome, Side

_BROKEN = (Outcome.UPSTREAM_ERROR, Outcome.TIMED_OUT)
# Notes of captures, in requests stored before they were kept apart.
_OF_CAPTURE = re.compile(
    r"Sent again |Body lost|The \w+ body breaks off|.* It was forwarded as it is"
    r"|Its bodies could not be masked|A key that the answer spells"
)


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A `BodySource` of a body that is in the database."""

    body: Body
    reader: BodyReader

    def __len__(self) -> int:
        return self.body.kept

    def read(self) -> bytes:
        return self.reader.read(self.body)

    def pieces(self) -> Iterator[bytes]:
        return bodies.pieces(self.body)


def is_whole(row: CapturedRequest, found: Mapping[str, Body]) -> bool:
    """All that its facts were read from is still there."""
    if row.imported_from:
        return _as_it_came(row, found)
    if not found and (row.model or row.total_tokens is not None):
        return False  # of capture `facts`: read once, and never kept
    asked = row.request_bytes == 0 or Side.REQUEST.value in found
    answered = row.response_bytes == 0 or Side.RESPONSE.value in found
    return asked and answered


def _as_it_came(row: CapturedRequest, found: Mapping[str, Body]) -> bool:
    """Bodies that were never there are no loss: what is told stands with it."""
    asked = row.request_bytes == 0 or Side.REQUEST.value in found
    return asked and (row.response_bytes == 0 or Side.RESPONSE.value in found)


def bodies_of(
    found: Mapping[str, Body], reader: BodyReader
) -> dict[Side, CapturedBody]:
    return {
        Side(side): CapturedBody(
            side=Side(side),
            source=StoredBody(body, reader),
            size=body.size,
            sha256=bytes(body.sha256),
            content_type=body.content_type,
            content_encoding=body.content_encoding,
        )
        for side, body in found.items()
    }


def head_of(row: CapturedRequest, detail: Detail) -> Head:
    return Head(
        uid=row.uid.bytes,
        started_us=round(row.started_at.timestamp() * 1_000_000),
        method=row.method,
        path=row.path,
        query=detail.query,
        client=detail.client,
        headers=detail.request_headers,
        provider=row.provider,
        route=row.route,
        reason=detail.reason,
        upstream_url=detail.upstream_url,
        upstream_path=urlsplit(detail.upstream_url).path,
        upstream_model=row.upstream_model,
        sent_headers=detail.sent_headers,
        request_body=b"",
        request_size=row.request_bytes,
        keep_bodies=True,
        before=UUID(detail.before).bytes if detail.before else b"",
    )


def tail_of(row: CapturedRequest, detail: Detail) -> Tail:
    # Weir's own words stay; those of the provider are read again.
    is_own = row.outcome in _BROKEN or row.error_code in STATUS_OF_CODE
    # So do those of the product it is from, where no answer was kept there.
    is_own = is_own or bool(row.imported_from and not row.response_bytes)
    took_ms = detail.connection_ms
    return Tail(
        uid=row.uid.bytes,
        final=True,
        outcome=Outcome(row.outcome),
        status=row.status or 0,
        response_headers=detail.response_headers,
        error=row.error if is_own else "",
        error_code=row.error_code if is_own else "",
        duration_us=_us(row.duration_ms if took_ms is None else took_ms) or 0,
        upstream_us=_or_none(_us(detail.upstream_ms)),
        first_byte_us=_or_none(_us(row.first_byte_ms)),
        chunk_count=detail.chunk_count or 0,
        chunk_times=detail.chunk_times,
        bodies=[],
        notes=[],
        fixes=detail.fixes,
        own_us=_or_none(_us(row.overhead_ms)),
        after=UUID(detail.after).bytes if detail.after else b"",
    )


def capture_notes(detail: Detail) -> tuple[str, ...]:
    if detail.capture_notes is not None:
        return tuple(detail.capture_notes)
    return tuple(note for note in detail.notes if _OF_CAPTURE.match(note))


def _us(ms: float | None) -> int | None:
    return None if ms is None else round(ms * 1000)


def _or_none(us: int | None) -> int:
    return -1 if us is None else us
