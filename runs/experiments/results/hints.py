"""Ids and keys of Weir's that stand somewhere in a file. Pure.

A harness is started with `WEIR_RUN_ID` and `WEIR_RUN_KEY`, and many programs keep the
environment, or a folder's name, with their result. A key is never passed on: its digest
is what the server knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from runs.experiments.results.base import KEY, UID

MOST = 50
DEEPEST = 12


def of(*places: Any) -> tuple[str, ...]:
    """Those in texts, however deep, and in the last parts of a path."""
    found: dict[str, None] = {}
    for text in _texts(places, 0):
        for key in KEY.findall(text):
            found[sha256(key.encode()).hexdigest()] = None
        for uid in UID.findall(text.lower()):
            found[uid.replace("-", "")] = None
        if len(found) >= MOST:
            break
    return tuple(found)[:MOST]


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:100_000]
    elif isinstance(value, Path):
        yield from value.parts[-4:]
    elif depth < DEEPEST and isinstance(value, dict):
        for each in value.values():
            yield from _texts(each, depth + 1)
    elif depth < DEEPEST and isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, depth + 1)
