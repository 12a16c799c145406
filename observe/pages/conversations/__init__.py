"""The list of conversations: `/conversations`."""

from __future__ import annotations
