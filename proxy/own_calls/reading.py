"""What an answer to a call of Weir's own says, for who asked for it.

The recorder reads it again from the journal; this is for the API's answer alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from proxy.own_calls.call import OwnAnswer
from proxy.own_calls.planning import Plan
from proxy.wire import format_for
from runs.decoding import decode

SHOWN = 6_000


@dataclass(frozen=True, slots=True)
class InWords:
    """The answer in words; its beginning, where it is long."""

    text: str
    tool_calls: tuple[str, ...]
    error: str
    body: str


def heard(plan: Plan, answer: OwnAnswer) -> InWords:
    """Never raises: what can't be read says nothing."""
    data, _ = decode(answer.begin, answer.content_encoding)
    body = data[: SHOWN * 4].decode("utf-8", "replace")[:SHOWN]
    if answer.status is None:
        return InWords("", (), "The answer broke off before it began.", body)
    form = format_for(plan.call.method, plan.target.path.decode("latin-1"))
    try:
        reader = form.reader(answer.status, answer.content_type)
        reader.feed(data)
        facts = reader.finish()
    except Exception:  # a parser's fault is the recorder's to tell
        return InWords("", (), "", body)
    parts = facts.message.parts if facts.message else ()
    text = "".join(part.text for part in parts if part.kind == "text")
    error = facts.error or ("" if answer.status < 400 else f"HTTP {answer.status}")
    return InWords(text[:SHOWN], facts.tool_calls, error, body)
