"""Weir's own exports: JSONL, CSV, and the ZIP of raw HTTP messages.

Requests keep their ids: importing into the database that they came from adds nothing.
`har` of Weir is read with the other HARs. A JSONL of 0.1 has no path of its own for
headers; whatever is not there stays empty.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator

from runs.importers.base import BadRow, Imported, Importer
from runs.importers.fields import Fields
from runs.importers.http_message import parsed
from runs.importers.own import facts_of
from runs.record import HeaderPairs


def claims(row: Fields) -> bool:
    about = _about(row)
    return about.has("id", "started_at", "outcome", "wire_format", "endpoint")


def read(row: Fields) -> Iterator[Imported]:
    about = _about(row)
    begun = about.when("started_at")
    if begun is None:
        raise BadRow("It has no started_at.")
    facts = facts_of(about) | {"started_at": begun}
    if row.has("request", "response", "about"):
        yield _of_messages(row, about, facts)
        return
    bodies = row.inner("bodies")
    asked, answered = bodies.inner("request"), bodies.inner("response")
    received = bodies.inner("received")
    yield Imported(
        **facts,
        request_headers=_pairs(about, "request_headers"),
        response_headers=_pairs(about, "response_headers"),
        request=_body(asked) or about.body("request_body"),
        response=_body(answered) or about.body("response_body"),
        received=_body(received) if received.values else None,
        request_type=asked.text("content_type"),
        response_type=answered.text("content_type"),
        response_size=_size(answered),
    )


def _of_messages(row: Fields, about: Fields, facts: dict[str, object]) -> Imported:
    asked = parsed(row.body("request"))
    answered = parsed(row.body("response"))
    return Imported(
        **facts,  # type: ignore[arg-type]
        request_headers=_pairs(about, "request_headers"),
        response_headers=_pairs(about, "response_headers"),
        request=asked.body,
        response=answered.body,
        request_type=asked.header("content-type"),
        response_type=answered.header("content-type"),
        request_encoding=asked.header("content-encoding"),
        response_encoding=answered.header("content-encoding"),
    )


def _about(row: Fields) -> Fields:
    return row.inner("about") if row.has("about") else row


def _pairs(about: Fields, name: str) -> HeaderPairs:
    told = about.json(name)
    return tuple(
        (str(pair[0]), str(pair[1]))
        for pair in (told if isinstance(told, list) else [])
        if isinstance(pair, list) and len(pair) == 2
    )


def _body(side: Fields) -> bytes:
    if side.has("base64"):
        try:
            return b64decode(side.text("base64"))
        except (BadBase64, ValueError):
            return b""
    return side.body("text")


def _size(side: Fields) -> int | None:
    """Where only the beginning of it was kept."""
    size, kept = side.count("size_bytes"), side.count("kept_bytes")
    return size if size is not None and kept is not None and kept < size else None


IMPORTER = Importer(
    name="weir",
    about="Weir's own exports: jsonl, csv, and the ZIP of http",
    claims=claims,
    read=read,
)
