"""English, the only language that pages have."""

from __future__ import annotations
