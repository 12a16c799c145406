"""The list of runs: `/runs`."""

from __future__ import annotations
