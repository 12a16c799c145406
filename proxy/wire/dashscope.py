"""DashScope, the native API of Alibaba Cloud's Model Studio.

`POST /api/v1/services/aigc/text-generation/generation` and its multimodal twin; with
`X-DashScope-SSE: enable` the answer is an event stream whose last event has a
`finish_reason` other than "null" (help.aliyun.com/zh/model-studio, "DashScope API
reference"). An error is `code` and `message`, in an `error` event as in a body. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from proxy.wire.answer_block import Slot
from proxy.wire.answered import Expects
from proxy.wire.base import Message, PartKind, RequestFacts, ResponseReader
from proxy.wire.dashscope_blocks import block_parts, read_message
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.openai_usage import read_usage
from proxy.wire.raw_messages import as_message, read_all
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk
from proxy.wire.whole_or_delta import WholeOrDelta

_PATH = re.compile(r"/services/aigc/[a-z-]*generation/generation$")
_REASONING: Slot = (0, 0)
_TEXT: Slot = (1, 0)
_CALLS, _MEDIA = 2, 3


class DashScope:
    """`POST …/services/aigc/{task}/generation`."""

    name = "dashscope"
    operation = "chat"
    # Other dialects have a finish_reason as well, but no request_id behind it.
    terminal_marks = (
        rb'"finish_reason":\s*"(?!null")[^\n]*?"request_id"',
        rb'"code":\s*"[\w.]+",\s*"message":',
    )

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        tools = outer.record("parameters").get("tools")
        return read_talk(
            outer,
            _messages(outer),
            read_message,
            model=outer.short("model"),
            stream=False,
            tools_offered=len(tools) if isinstance(tools, list) else 0,
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        raws = _messages(Members(body))
        return read_all(raws, read_message)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(DashScopeTake(), status, content_type, Expects.CONTENT)


class DashScopeTake:
    """Each object of a stream has the shape of a whole answer."""

    arrays_stream = False

    def __init__(self) -> None:
        self._texts: dict[Slot, WholeOrDelta] = {}
        self._media = 0

    def whole(self, body: Record, draft: Draft) -> None:
        if isinstance(body.get("code"), str) and body["code"] and "output" not in body:
            draft.failed(string(body.get("message")), short(body["code"]))
        draft.name(body.get("model"), body.get("request_id"))
        output = record(body.get("output"))
        self._choice(output, draft)
        for choice in rows(output.get("choices"))[:1]:
            self._choice(choice, draft)
        if usage := record(body.get("usage")):
            draft.usage = read_usage(usage, draft.notes)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """`finish_reason` ends a stream."""

    def _choice(self, choice: Record, draft: Draft) -> None:
        message = record(choice.get("message"))
        self._grow(_REASONING, "reasoning", message.get("reasoning_content"), draft)
        self._grow(_TEXT, "text", choice.get("text"), draft)
        self._content(message.get("content"), draft)
        for place, call in enumerate(rows(message.get("tool_calls"))):
            self._call(call, place, draft)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason not in ("", "null"):
            draft.finished(reason)
            draft.terminal_seen = True if draft.is_stream else None

    def _content(self, content: Any, draft: Draft) -> None:
        """A text, or the multimodal models' list of blocks."""
        if not isinstance(content, list):
            self._grow(_TEXT, "text", content, draft)
            return
        texts = [item["text"] for item in rows(content) if string(item.get("text"))]
        if texts or not content:
            self._grow(_TEXT, "text", "".join(texts), draft)
        for part in (part for item in rows(content) for part in block_parts(item)):
            if part.source:
                slot = (_MEDIA, self._media)
                self._media += 1
                draft.media(slot, part.kind, part.mime_type, part.source)

    def _call(self, call: Record, place: int, draft: Draft) -> None:
        index = call.get("index")
        slot = (_CALLS, index if type(index) is int else place)
        function = record(call.get("function"))
        if draft.call(slot, function.get("name"), call.get("id")) is not None:
            self._grow(slot, "tool_call", function.get("arguments"), draft)

    def _grow(self, slot: Slot, kind: PartKind, text: object, draft: Draft) -> None:
        if slot not in self._texts:
            if not isinstance(text, str) or not text:
                return
            self._texts[slot] = WholeOrDelta(slot, kind)
        self._texts[slot].add(text, draft)


def _messages(outer: Members) -> list[bytes]:
    """The messages, or the prompt as one."""
    inner = Members(outer.raw("input"))
    if messages := inner.elements("messages"):
        return messages
    prompt = inner.raw("prompt")
    if not prompt.startswith(b'"'):
        return []
    return [as_message("user", prompt)]
