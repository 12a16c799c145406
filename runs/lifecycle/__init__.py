"""Everything that happens to a run; the verbs that others use."""

from __future__ import annotations

from runs.lifecycle.changes import (
    active_global,
    delete,
    edit,
    end,
    pause,
    resume,
    start,
)
from runs.lifecycle.finding import find, were_deleted
from runs.lifecycle.keys import IssuedKey, issue_key, revoke_key
from runs.lifecycle.moving import move

__all__ = [
    "IssuedKey",
    "active_global",
    "delete",
    "edit",
    "end",
    "find",
    "issue_key",
    "move",
    "pause",
    "resume",
    "revoke_key",
    "start",
    "were_deleted",
]
