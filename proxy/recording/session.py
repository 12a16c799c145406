"""The session that a harness names in its headers, without any set-up.

Read by `proxy/recording/assemble.py`; session ids in bodies are the wire formats'
business. Seen in real clients (Claude Code, Codex, OpenCode, Amp); never a proof of who
is calling. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Most specific first: OpenCode sends both of its own, Codex all three of its own.
SESSION_HEADERS = (
    "x-claude-code-session-id",
    "session-id",
    "session_id",
    "thread-id",
    "thread_id",
    "x-opencode-session",
    "x-session-id",
    "x-session-affinity",
    "x-amp-thread-id",
    "x-conversation-id",
)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class ToldSession:
    """A session id and the rule that found it, e.g. `header:session-id`."""

    key: str
    rule: str


def told_session(headers: Iterable[tuple[str, str]]) -> ToldSession | None:
    values = {name: value.strip() for name, value in reversed(list(headers))}
    for name in SESSION_HEADERS:
        if key := values.get(name):
            return ToldSession(key[:LONGEST], f"header:{name}")
    return None
