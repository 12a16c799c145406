"""What an export format is given, and what it must offer.

`runs/api/exports.py` and the tests read `EXPORTERS`; each format turns one `Export`
into bytes, a batch of requests at a time, so that its memory doesn't grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runs import bodies
from runs.bodies.reader import BodyReader
from runs.detail import Detail
from runs.exporters.text import Text, as_text
from runs.models import Body, CapturedRequest, RequestDetail, Run, Turn
from runs.models.body import Encoding
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Side

BATCH = 200
"""Requests read at once."""


class Unavailable(Exception):
    """A format that can't be written here; str() says what is missing."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format; a module of this folder has one as `EXPORTER`."""

    name: str
    """As in `?format=`."""
    suffix: str
    content_type: str
    about: str
    """One line for people who choose."""
    write: Callable[[Export], Iterator[bytes]]
    check: Callable[[], None] = lambda: None
    """Raises `Unavailable` before the first byte."""

    def is_available(self) -> bool:
        try:
            self.check()
        except Unavailable:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Export:
    """Which requests, and whether with their bodies."""

    requests: CapturedRequestQuerySet
    title: str = "Captured requests"
    content: bool = True
    run: Run | None = None

    def exchanges(self) -> Iterator[Exchange]:
        """Oldest first; each batch is read when the one before is written."""
        reader = BodyReader()
        names: dict[int, Run] = {}
        for rows in self.requests.batches(BATCH):
            ids = [row.pk for row in rows]
            details = RequestDetail.objects.in_bulk(ids)
            turns = Turn.objects.in_bulk({row.turn_id for row in rows if row.turn_id})
            _add_runs(names, rows)
            bodies = reader.find(ids)
            for row in rows:
                yield Exchange(
                    row=row,
                    packed=details.get(row.pk),
                    bodies=bodies.get(row.pk, {}),
                    reader=reader,
                    run=names.get(row.run_id or 0),
                    turn=turns.get(row.turn_id or 0),
                    content=self.content,
                )


@dataclass(frozen=True)
class Exchange:
    """One request with everything a format may ask for."""

    row: CapturedRequest
    packed: RequestDetail | None
    bodies: dict[str, Body]
    """By side, without their bytes."""
    reader: BodyReader
    run: Run | None
    turn: Turn | None
    content: bool

    @cached_property
    def detail(self) -> Detail:
        return self.packed.facts if self.packed else Detail()

    def raw(self, side: Side) -> bytes | None:
        """The captured bytes; None when there are none, or they aren't wanted."""
        body = self.bodies.get(side)
        return self.reader.read(body) if body and self.content else None

    def size(self, side: Side) -> int | None:
        """Of the captured bytes; None as in `raw`."""
        body = self.bodies.get(side)
        return body.kept if body and self.content else None

    def pieces(self, side: Side) -> Iterator[bytes]:
        """The captured bytes, of a body that is stored in pieces one at a time."""
        body = self.bodies.get(side)
        if body is None or not self.content:
            return iter(())
        if body.encoding == Encoding.PARTS:
            return bodies.checked_pieces(body)
        return iter((self.reader.read(body),))

    def text(self, side: Side) -> Text | None:
        """The body decoded, as text where it is text."""
        raw = self.raw(side)
        if raw is None:
            return None
        body = self.bodies[side]
        return as_text(raw, body.content_encoding, is_cut=body.kept < body.size)

    def content_type(self, side: Side) -> str:
        body = self.bodies.get(side)
        return body.content_type if body else ""


def _add_runs(names: dict[int, Any], rows: list[CapturedRequest]) -> None:
    missing = {row.run_id for row in rows if row.run_id} - names.keys()
    names.update(Run.objects.in_bulk(missing))
