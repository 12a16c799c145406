"""What was said in a request and its answer, for formats that tell it as a talk.

Dialects are `proxy`'s, which stands above: it leaves its reader here when Django starts
(`proxy/apps.py`). Without one nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from runs.exporters.base import Exchange
from runs.record import Side


class _Said(Protocol):
    """A piece of a message."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def call_id(self) -> str: ...


class Spoken(Protocol):
    """A message, whatever dialect it came in."""

    @property
    def role(self) -> str: ...
    @property
    def parts(self) -> Sequence[_Said]: ...


Reader = Callable[[str, Side, bytes, int, str], Sequence[Spoken]]
"""Dialect, side, body without encoding, status, content type → messages."""
_reader: list[Reader] = []


def read_by(reader: Reader) -> None:
    _reader[:] = [reader]


def spoken(exchange: Exchange, side: Side) -> Sequence[Spoken]:
    """Nothing where the body isn't there, or nobody understands it."""
    text = exchange.text(side)
    if text is None or text.is_base64 or not _reader:
        return ()
    row = exchange.row
    try:
        return _reader[0](
            row.wire_format,
            side,
            text.data,
            row.status or 0,
            exchange.content_type(side),
        )
    except Exception:  # a defect of a dialect's reader costs its words alone
        return ()
