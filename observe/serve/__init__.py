"""The processes of `weir serve`."""

from __future__ import annotations
