"""The rows of finished requests; `runs/store/writer.py` is their only writer."""

from __future__ import annotations

from runs.store.writer import Incident, forget, positions, restart, write

__all__ = ["Incident", "forget", "positions", "restart", "write"]
