"""Could this exchange have cost anything, and are its counts final? Pure.

`proxy/recording/quoting.py` asks before it asks for a quote. What is billed and gets
no cost is *unpriced*; what is not billed has no quote at all.
"""

from __future__ import annotations

import re

from proxy.wire.base import ResponseFacts

# Of a batch only the answers are billed, which are fetched by themselves.
_FREE_OPERATIONS = frozenset({"models", "count_tokens", "files", "batches"})
# Posts that no provider bills: counting, uploads, moderation, short-lived keys, what
# clients tell of themselves, and the keeping of files and local models. Everything
# else that is posted may cost.
_FREE_PATH = re.compile(
    r"/(?:tokenize|detokenize|tokenize-text|apply-template|uploads(?:/.*)?|moderations"
    r"|cancel|check-api-key|auth_tokens"
    r"|realtime/(?:client_secrets|sessions|transcription_sessions)"
    r"|vector_stores(?:/[^/]+(?:/(?:files|file_batches).*)?)?"
    r"|api/event_logging/.*|api/claude_code/.*"
    r"|api/(?:show|ps|pull|push|create|copy|delete|v1/models/(?:load|unload|download)))"
    r"/?$"
)
_SWITCHED = 101


def may_cost(
    method: str, path: str, operation: str, status: int, facts: ResponseFacts
) -> bool:
    """A provider answered, and not with an error alone."""
    used = facts.usage.is_reported or facts.usage.units
    if used or facts.reported_cost_usd is not None:
        return True
    if not (200 <= status < 300 or status == _SWITCHED):
        return False
    if operation in _FREE_OPERATIONS or _FREE_PATH.search(path):
        return False
    if method != "POST" and status != _SWITCHED:
        return False  # reads, lists and deletes what is there
    if facts.is_deferred:
        return False  # it is billed, and counted, when it is fetched
    # An error in place of an answer is not billed; what came before one is.
    return facts.error is None or facts.message is not None


def is_partial(facts: ResponseFacts) -> bool:
    """A stream that broke off tells at most what it had used when it began: Anthropic
    counts one output token there, Gemini those of each chunk so far."""
    broke_off = facts.is_stream and facts.terminal_seen is False
    return broke_off and not facts.finish_reason
