"""One conversation: `/conversations/<id>`."""

from __future__ import annotations
