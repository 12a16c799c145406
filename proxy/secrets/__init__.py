"""What a credential is called and what it looks like: one table of each, for all."""

from __future__ import annotations
