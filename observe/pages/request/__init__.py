"""One request: `/requests/<id>`."""

from __future__ import annotations
