"""The wide part of a captured request, and the bytes it is stored as."""

from __future__ import annotations

from runs.detail.packed import (
    Billed,
    Detail,
    FixReport,
    HeaderPairs,
    billed,
    pack,
    unpack,
)
from runs.detail.told import Told

__all__ = [
    "Billed",
    "Detail",
    "FixReport",
    "HeaderPairs",
    "Told",
    "billed",
    "pack",
    "unpack",
]
