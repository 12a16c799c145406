"""How a client is pointed at Weir: `/connect`."""

from __future__ import annotations
