"""One run: `/runs/<id>`."""

from __future__ import annotations
