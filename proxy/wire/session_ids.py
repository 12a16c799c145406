"""Where clients and gateways name a session: the one table, headers and body fields.

`proxy/recording/session.py` reads the headers, `proxy/wire/talk.py` the bodies; a
header goes before a field. Never a proof of who is calling. Pure.

Seen in clients (Claude Code, codex, opencode, Amp, pi, Copilot, Hermes) or told by
their makers: LiteLLM (request headers, litellm_session_id), OpenRouter (session_id),
Helicone (Helicone-Session-Id), Portkey (x-portkey-trace-id), Langfuse
(langfuse_session_id, as a header too), Vercel AI Gateway,
Open WebUI (ENABLE_FORWARD_USER_INFO_HEADERS), LibreChat (x-librechat-conversation-id),
Dify, xAI (x-grok-conv-id), Cline (x-task-id), Roo Code, Kilo Code (X-KiloCode-TaskId).
"""

from __future__ import annotations

import re

from proxy.wire.lenient import Record, folded, load_record, record
from proxy.wire.members import Members

LONGEST = 200

# Most specific first: opencode sends both of its own, codex all three of its own.
HEADERS: tuple[str, ...] = (
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
    "x-thread-id",
    "x-chat-id",
    "x-grok-conv-id",
    "x-openwebui-chat-id",
    "helicone-session-id",
    "x-portkey-trace-id",
    "x-task-id",
    "x-roo-task-id",
    "x-kilocode-taskid",
    "langfuse_session_id",
    "conversation-id",
    "conversation_id",
)
VENDORS = re.compile(
    r"x-[a-z0-9][a-z0-9-]{0,60}-(?:session|conversation|thread|chat)-?id"
)
"""Any other `x-<vendor>-session-id`, and its like."""
PARENT = "parent"
"""Part of the name in which a sub-agent tells the session that started it."""

FIELDS: tuple[tuple[str, ...], ...] = (
    ("conversation",),
    ("conversation", "id"),
    ("session_id",),
    ("sessionId",),
    ("conversation_id",),
    ("conversationId",),
    ("thread_id",),
    ("chat_id",),
    ("litellm_session_id",),
    ("litellm_metadata", "session_id"),
    ("metadata", "session_id"),
    ("metadata", "sessionId"),
    ("metadata", "conversation_id"),
    ("metadata", "thread_id"),
    ("metadata", "chat_id"),
    ("metadata", "langfuse_session_id"),
    ("client_metadata", "session_id"),
    ("extra_body", "session_id"),
    ("trace", "session_id"),
    ("prompt_cache_key",),
)
"""In the order of trust, as paths; codex sends its session as `prompt_cache_key`."""
_MEMBERS = frozenset({path[0] for path in FIELDS})

_SESSION_AT_END = re.compile(r"_session_([0-9A-Za-z][0-9A-Za-z-]{7,})$")


def is_vendors(name: str) -> bool:
    """A header that no table has, named as session headers are."""
    return PARENT not in name and VENDORS.fullmatch(name) is not None


def session_of(body: Members) -> tuple[str | None, str]:
    """A session id in the body and the rule that found it; the surest field first."""
    if not body.has_any(_MEMBERS):
        return None, ""
    metadata = body.record("metadata")
    if hint := _in_user_id(metadata.get("user_id")):
        return hint, "body:metadata.user_id"
    there, read = body.those(_MEMBERS), dict[str, object]()
    for path in FIELDS:
        first = path[0]
        if first not in there:
            continue
        if first not in read:
            read[first] = body.get(first) if body.raw(first) else None
        value = read[first]
        for name in path[1:]:
            value = record(value).get(name)
        if isinstance(value, str) and value.strip():
            return folded(value, LONGEST), f"body:{'.'.join(path).removesuffix('.id')}"
    return None, ""


def _in_user_id(user_id: object) -> str | None:
    """Claude Code: `user_…_session_{uuid}`, or JSON with a session_id."""
    if not isinstance(user_id, str):
        return None
    if user_id.lstrip().startswith("{"):
        inner: Record = load_record(user_id.encode("utf-8", "replace")) or {}
        session = inner.get("session_id")
        return (
            folded(session, LONGEST) if isinstance(session, str) and session else None
        )
    found = _SESSION_AT_END.search(user_id)
    return found.group(1)[:LONGEST] if found else None
