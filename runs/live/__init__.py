"""Tells pages, and other processes, that something changed."""

from __future__ import annotations

from runs.live.changes import (
    GROUP,
    ChangeFeed,
    announce,
    announce_turn,
    changed_message,
)

__all__ = ["GROUP", "ChangeFeed", "announce", "announce_turn", "changed_message"]
