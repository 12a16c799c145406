"""Who reads what bodies say: dialects are `proxy`'s, which stands above.

It leaves its reader here when Django starts (`proxy/apps.py`); asked by
`runs/exporters/talk.py`. Without one nothing is said. Apart from the exporters, which
load what only pages need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

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


def reader() -> Reader | None:
    return _reader[0] if _reader else None
