"""Ollama's own API: chat, generate, embed, and what manages its models.

Answers stream as NDJSON unless the request says `"stream": false`; the last line has
`done: true`. `prompt_eval_count` may be absent when the prompt was cached: that is
unknown, not zero. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.usage import Usage
from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.blocks import call_part
from proxy.wire.draft import Draft
from proxy.wire.heard import PREVIEW
from proxy.wire.lenient import Record, count, folded, record, rows, short
from proxy.wire.members import Members
from proxy.wire.openai_embeddings import input_texts, text_messages
from proxy.wire.openai_messages import read_message
from proxy.wire.openai_models import NothingTake
from proxy.wire.plain import ollama_event
from proxy.wire.raw_messages import as_message, read_all
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk
from proxy.wire.usage_dialects import at_openai
from proxy.wire.usage_merging import merged

_COUNTS = ("prompt_eval_count", "eval_count")
_MANAGING = (
    "/api/tags",
    "/api/show",
    "/api/ps",
    "/api/version",
    "/api/pull",
    "/api/push",
    "/api/create",
    "/api/copy",
    "/api/delete",
)


class OllamaChat:
    """`POST …/api/chat`."""

    name = "ollama-chat"
    operation = "chat"
    terminal_marks = (rb'"done":\s*true',)
    path = "/api/chat"

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(self.path)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _messages(outer),
            read_message,
            model=outer.short("model"),
            stream=outer.get("stream") is not False,
            tools_offered=outer.length("tools"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        raws = _messages(Members(body))
        return read_all(raws, read_message)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(OllamaTake(), status, content_type, Expects.CONTENT)


class OllamaGenerate(OllamaChat):
    """`POST …/api/generate`: a prompt is read as one user message."""

    name = "ollama-generate"
    operation = "completion"
    path = "/api/generate"


class OllamaEmbed:
    """`POST …/api/embed` and the older `/api/embeddings`."""

    name = "ollama-embed"
    operation = "embeddings"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/api/embed", "/api/embeddings"))

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return RequestFacts(
            model=outer.short("model"),
            preview=folded(" ".join(_inputs(outer)[:8]), PREVIEW),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return text_messages(_inputs(Members(body)))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(OllamaTake(), status, content_type, Expects.JSON)


class OllamaModels:
    """`/api/tags`, `/api/show`, `/api/pull` and their like."""

    name = "ollama-models"
    operation = "models"
    # A pull streams its progress; there is nothing in it to keep safe.
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return path.endswith(_MANAGING)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return RequestFacts(model=short(outer.get("model") or outer.get("name")))

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return []

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type)


class OllamaTake:
    """Each line of a stream has the shape of a whole answer."""

    arrays_stream = False

    def __init__(self) -> None:
        self._calls = 0

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), None)
        message = record(body.get("message"))
        thought = message.get("thinking") or body.get("thinking")
        text = message.get("content") or body.get("response")
        is_last = body.get("done") is True
        came = draft.blocks.get((1, 0))
        draft.add((0, 0), "reasoning", thought)
        if not (is_last and came is not None and came.is_all(text)):
            draft.add((1, 0), "text", text)
        for call in rows(message.get("tool_calls")):
            self._call(call, draft)
        self._count(body, draft)
        if is_last:
            draft.finished(body.get("done_reason"))
            draft.terminal_seen = True if draft.is_stream else None

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        event = ollama_event(data)
        if event.done:
            return False
        draft.name(event.model, None)
        thought = event.message.thinking or event.thinking
        draft.add((0, 0), "reasoning", thought)
        draft.add((1, 0), "text", event.message.content or event.response)
        return True

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """`done: true` ends a stream."""

    def _call(self, call: Record, draft: Draft) -> None:
        function = record(call.get("function"))
        arguments = function.get("arguments")
        part = call_part(function.get("name"), arguments, call.get("id"))
        slot = (2, self._calls)
        self._calls += 1
        if draft.call(slot, part.name, part.call_id) is not None:
            draft.add(slot, "tool_call", part.text)

    def _count(self, body: Record, draft: Draft) -> None:
        told = {name: body[name] for name in _COUNTS if name in body}
        draft.told = merged(draft.told, told)
        prompt = count(draft.told, "prompt_eval_count", draft.notes)
        output = count(draft.told, "eval_count", draft.notes)
        if prompt is not None or output is not None:
            draft.usage = Usage(input=prompt, output=output)
        elif usage := record(body.get("usage")):  # a gateway that speaks OpenAI's
            draft.usage = at_openai(usage, draft.notes)


def _messages(outer: Members) -> list[bytes]:
    """The messages; generate's `system` and `prompt` are put in their shape."""
    messages = outer.elements("messages")
    if messages or not outer.raw("prompt").startswith(b'"'):
        return messages
    if outer.raw("system").startswith(b'"'):
        messages.append(as_message("system", outer.raw("system")))
    images = outer.raw("images")
    pictures = b',"images":' + images if images.startswith(b"[") else b""
    # Pictures stand beside the content, as in a message of a chat.
    return [*messages, as_message("user", outer.raw("prompt") + pictures)]


def _inputs(outer: Members) -> list[str]:
    return input_texts(outer, "input") or input_texts(outer, "prompt")
