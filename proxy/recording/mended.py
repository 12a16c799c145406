"""What an answer says that fixes changed: what the client got.

Called by `proxy/recording/assemble.py`. When and what was counted is read from what the
upstream sent; words, tool calls and the end are those of the answer that the client
goes on with, or its next request would not be found to follow.
"""

from __future__ import annotations

from dataclasses import replace

from proxy.journal.format import Tail
from proxy.recording.facts import read_answer
from proxy.wire.base import ResponseFacts, WireFormat
from runs.detail import FixReport
from runs.record import CapturedBody, Side


def as_the_client_got_it(
    facts: ResponseFacts,
    form: WireFormat,
    tail: Tail,
    bodies: dict[Side, CapturedBody],
) -> ResponseFacts:
    body = bodies.get(Side.RESPONSE)
    if body is None or not any(fix.did for fix in tail.fixes):
        return facts
    told = read_answer(form, tail, {Side.RESPONSE: body})
    return replace(
        facts,
        message=told.message,
        tool_calls=told.tool_calls,
        finish_reason=told.finish_reason,
        terminal_seen=told.terminal_seen,
        error=told.error,
        error_type=told.error_type,
    )


def warnings(fixes: list[FixReport]) -> tuple[str, ...]:
    """For the request's notes."""
    return tuple(
        f"Fix {fix.id}: {warning}" for fix in fixes for warning in fix.warnings
    )
