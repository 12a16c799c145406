"""The wide part of a captured request, and the bytes it is stored as."""

from __future__ import annotations

from runs.detail.packed import Detail, FixReport, HeaderPairs, pack, unpack
from runs.detail.told import Told

__all__ = ["Detail", "FixReport", "HeaderPairs", "Told", "pack", "unpack"]
