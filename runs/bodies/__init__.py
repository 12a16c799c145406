"""Captured bodies: bytes to rows and back."""

from __future__ import annotations

from runs.bodies.stored import DamagedBody, checked_pieces, pieces, read

__all__ = ["DamagedBody", "checked_pieces", "pieces", "read"]
