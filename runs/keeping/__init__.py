"""How long data stays, how small it gets, and the copy that is made of it."""

from __future__ import annotations
