"""Captured bodies: bytes to rows and back."""

from __future__ import annotations

from runs.bodies.stored import DamagedBody, pieces, read

__all__ = ["DamagedBody", "pieces", "read"]
