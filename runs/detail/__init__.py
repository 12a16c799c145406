"""The wide part of a captured request, and the bytes it is stored as."""

from __future__ import annotations

from runs.detail.packed import Detail, FixReport, HeaderPairs, pack, unpack

__all__ = ["Detail", "FixReport", "HeaderPairs", "pack", "unpack"]
