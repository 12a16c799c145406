"""Whether a 200 brought an answer at all: an empty body, a login page or a vendor's own
error under it did not.

`whole_body.py` and `stream_events.py` ask; a format says what it expects. Pure.
"""

from __future__ import annotations

from enum import Enum

from proxy.wire.draft import Draft
from proxy.wire.faults import fault_in, fault_in_text
from proxy.wire.lenient import Record, short
from proxy.wire.vendor_faults import words_in

NO_ANSWER = "no_answer"
"""`error_type` of a 200 that is no success. `proxy/recording/facts.py` takes the
finding back where the body may have come and only wasn't kept or waited for."""
EMPTY = "The answer is empty."
STATUSES = (200, 201)
"""Under which an answer should be there."""
FAILED = frozenset(
    {
        "error",  # OpenRouter, Mistral, Cohere, vLLM
        "failed",  # Responses
        "timeout",  # Cohere
        "network_error",  # Zhipu
        "insufficient_system_resource",  # DeepSeek
    }
)
"""Finish reasons of an answer that broke off at its server."""
_TICKETS = ("request_id", "task_id", "task_status", "job_id", "generation_id")
"""Deferred answers (xAI, Zhipu) tell where theirs will be."""
_PENDING = ("queued", "in_progress", "pending", "processing")


class Expects(Enum):
    """What the answer to a call must be for a success."""

    ANYTHING = "anything"
    JSON = "json"
    TEXT = "text"
    """JSON, or the text itself (a transcription)."""
    CONTENT = "content"
    """JSON with something of what the format answers with."""


def miss(draft: Draft, why: str, status: int) -> None:
    """Note that no answer came, unless the draft tells of a failure already."""
    if status in STATUSES:
        draft.failed(why, NO_ANSWER)


def check_content(draft: Draft, body: Record, status: int) -> None:
    """An object, or a stream that ended, without anything of the format in it."""
    if status not in STATUSES or draft.error is not None or has_content(draft):
        return
    is_deferred = any(body.get(name) for name in _TICKETS)
    if (is_deferred or body.get("status") in _PENDING) and not fault_in(body, 200):
        draft.is_deferred = True
        return
    if words := words_in(body):
        draft.failed(words, short(body.get("type") or body.get("code")))
    miss(draft, "The answer has no content.", status)


def check_ending(draft: Draft) -> None:
    """An answer whose finish reason says that its server failed."""
    reason = draft.finish_reason or ""
    if reason.lower() in FAILED:
        draft.failed(f"The answer ended with {reason!r}.", short(reason))


def check_text(draft: Draft, text: bytes, status: int) -> None:
    """A stream that brought no event of its format, but maybe words."""
    if status not in STATUSES or draft.error is not None or has_content(draft):
        return
    said = fault_in_text(text)
    miss(draft, f"The answer is not JSON: {said}" if said else EMPTY, status)


def has_content(draft: Draft) -> bool:
    return bool(
        draft.blocks
        or draft.is_answered
        or draft.others
        or draft.finish_reason
        or draft.is_deferred
        or draft.usage.is_reported
        or draft.images
        or draft.reported_cost_usd is not None
    )
