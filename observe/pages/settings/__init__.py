"""The pages of what an operator sets: one menu, a section each."""

from __future__ import annotations
