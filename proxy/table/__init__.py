"""The routing table in memory, and how a worker hears that it changed."""

from __future__ import annotations
