"""OpenAI Responses, as codex and the newer SDKs speak it.

A stream ends with `response.completed`, `.incomplete` or `.failed`; there is no
`[DONE]`. `responses_stream.py` reads the answer. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.lenient import short
from proxy.wire.members import Members
from proxy.wire.raw_messages import as_message, read_all, with_system
from proxy.wire.reading import Reader
from proxy.wire.responses_items import read_item
from proxy.wire.responses_stream import TERMINAL, ResponsesTake
from proxy.wire.talk import read_talk


class OpenAIResponses:
    """`POST …/responses`, and `…/responses/compact`."""

    name = "openai-responses"
    operation = "chat"
    terminal_marks = tuple(re.escape(f'"{kind}"'.encode()) for kind in TERMINAL)

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/responses", "/responses/compact"))

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _messages(outer),
            read_item,
            model=outer.short("model"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
            previous_response_id=short(outer.get("previous_response_id")),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return read_all(_messages(Members(body)), read_item)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ResponsesTake(), status, content_type, Expects.CONTENT)


def _messages(outer: Members) -> list[bytes]:
    """Instructions and the input list; a plain text is one user message."""
    raw = outer.raw("input")
    is_text = raw.startswith(b'"')
    items = [as_message("user", raw)] if is_text else outer.elements("input")
    return with_system(outer.raw("instructions"), items)
