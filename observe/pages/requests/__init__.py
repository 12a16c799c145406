"""The list of requests: `/requests`."""

from __future__ import annotations
