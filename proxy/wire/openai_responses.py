"""OpenAI Responses, as codex and the newer SDKs speak it.

A stream ends with `response.completed`, `.incomplete` or `.failed`; there is no
`[DONE]`. `responses_stream.py` reads the answer. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.lenient import load_record, short
from proxy.wire.members import Members
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
            _with_instructions(outer, _items(outer)),
            read_item,
            model=outer.short("model"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
            previous_response_id=short(outer.get("previous_response_id")),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        outer = Members(body)
        raws = _with_instructions(outer, _items(outer))
        return [m for raw in raws for m in read_item(load_record(raw) or {})]

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ResponsesTake(), status, content_type, Expects.CONTENT)


def _items(outer: Members) -> list[bytes]:
    """The input list; a plain text is one user message."""
    raw = outer.raw("input")
    if raw.startswith(b'"'):
        return [b'{"role":"user","content":' + raw + b"}"]
    return outer.elements("input")


def _with_instructions(outer: Members, items: list[bytes]) -> list[bytes]:
    instructions = outer.raw("instructions")
    if instructions in (b"", b"null", b'""'):
        return items
    return [b'{"role":"system","content":' + instructions + b"}", *items]
