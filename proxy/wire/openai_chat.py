"""OpenAI chat completions, and everything that speaks them.

vLLM, SGLang, LM Studio, llama.cpp, OpenRouter, DeepSeek, Groq, Mistral, xAI, Moonshot,
Azure; at addresses of their own watsonx.ai and Mistral's models on Vertex. A stream
ends with `[DONE]`; one that lacks it counts as ended when every choice that was begun
has given its finish_reason. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.faults import fault_in
from proxy.wire.lenient import Record, record, rows, short
from proxy.wire.members import Members
from proxy.wire.openai_delta import REASONING, TEXT, DeltaReader
from proxy.wire.openai_messages import read_message
from proxy.wire.openai_usage import read_timings
from proxy.wire.plain import ChatDelta, chat_chunk
from proxy.wire.raw_messages import read_all
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk
from proxy.wire.usage_dialects import at_openai
from proxy.wire.usage_merging import merged

DONE = rb"\[DONE\]"
_ELSEWHERE = re.compile(
    r"/ml/v1/(?:deployments/[^/]+/)?text/chat(?P<streams>_stream)?$"
    r"|/publishers/mistralai/models/(?P<model>(?!mistral-ocr)[^/:]+)"
    r":(?:rawPredict|streamRawPredict)$"
)


class OpenAIChat:
    """`POST …/chat/completions`, also under Azure's `/openai/deployments/D`.

    And watsonx.ai's `/ml/v1/text/chat`, and Mistral's on Vertex, where the path names
    the model.
    """

    name = "openai-chat"
    operation = "chat"
    terminal_marks: tuple[bytes, ...] = (DONE,)

    def claims(self, method: str, path: str) -> bool:
        if method != "POST":
            return False
        return path.endswith("/chat/completions") or _elsewhere(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        told = _elsewhere(path)
        in_path = short(told["model"]) if told else None
        return read_talk(
            outer,
            outer.elements("messages"),
            read_message,
            model=outer.short("model") or outer.short("model_id") or in_path,
            stream=outer.get("stream") is True or bool(told and told["streams"]),
            tools_offered=outer.length("tools") or outer.length("functions"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        raws = Members(body).elements("messages")
        return read_all(raws, read_message)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ChatTake(), status, content_type, Expects.CONTENT)


def _elsewhere(path: str) -> re.Match[str] | None:
    if path.endswith("/chat/completions"):  # as nearly all do
        return None
    return _ELSEWHERE.search(unquote(path))


class ChatTake:
    """What the objects of a chat answer mean; an answer is one large delta."""

    arrays_stream = False
    growing: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._deltas: dict[int, DeltaReader] = {}
        self._begun: set[int] = set()
        self._ended: set[int] = set()

    def whole(self, body: Record, draft: Draft) -> None:
        self._read(body, draft, "message")

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self._read(body, draft, "delta")

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        chunk = chat_chunk(data)
        delta = chunk.choices[0].delta
        thought = delta.reasoning_content or delta.reasoning or delta.thinking
        if delta.tool_calls or thought or delta.reasoning_details:
            if not self._grow(delta, thought, draft):
                return False
        elif delta.content:
            draft.add(TEXT, "text", delta.content)
        else:
            return False
        if chunk.id != draft.response_id or chunk.model != draft.model:
            draft.name(chunk.model, chunk.id)
        if chunk.service_tier != draft.service_tier:
            draft.name(None, None, chunk.service_tier)
        self._begun.add(0)
        draft.is_answered = True
        return True

    def _grow(self, delta: ChatDelta, thought: str | None, draft: Draft) -> bool:
        """A thought or a piece of a call's arguments; False for anything else."""
        if delta.tool_calls:
            call, *others = delta.tool_calls
            if others or thought or delta.content or delta.reasoning_details:
                return False
            reader = self._deltas.get(0)
            more = call.function.arguments
            return reader is not None and reader.more(call.index, more, draft)
        if not thought:
            return False
        draft.add(REASONING, "reasoning", thought)
        draft.add(TEXT, "text", delta.content)
        return True

    def end(self, draft: Draft) -> None:
        if self._begun and self._begun == self._ended:
            draft.terminal_seen = True

    def _read(self, body: Record, draft: Draft, member: str) -> None:
        model = body.get("model") or body.get("model_id")
        draft.name(model, body.get("id"), body.get("service_tier"))
        choices = rows(body.get("choices"))
        if fault := fault_in(record(body.get("x_groq")), 200):
            draft.failed(*fault)
        for place, choice in enumerate(choices):
            self._choice(choice, draft, member, place)
        take_usage(_usage_in(body, choices), body, draft)

    def _choice(self, choice: Record, draft: Draft, member: str, place: int) -> None:
        index = choice.get("index")
        index = index if type(index) is int else place
        if fault := fault_in(choice, 200):
            draft.failed(*fault)
        reason = choice.get("finish_reason")
        self._begun.add(index)
        if reason:
            self._ended.add(index)
        own = draft.choice(index)
        draft.is_answered = True
        own.finished(reason)
        reader = self._deltas.setdefault(index, DeltaReader())
        delta = record(choice.get("delta"))
        message = record(choice.get("message"))
        for part in (message, delta):
            if "provider_metadata" in part:  # Vercel's gateway puts its cost here
                draft.report_cost_beside(part)
        if member == "message":
            reader.read(message or delta, own)
        elif message and not any(delta[name] for name in delta if name != "role"):
            reader.repeat(message, own)
        else:
            reader.read(delta, own, is_last=bool(reason))


def take_usage(usages: Iterable[object], body: Record, draft: Draft) -> None:
    """The last usage that came, member by member; llama.cpp's timings fill gaps."""
    for usage in usages:
        if isinstance(usage, dict) and usage:
            draft.told = merged(draft.told, usage)
            draft.usage = at_openai(draft.told, draft.notes)
            draft.report_cost(usage)
    draft.report_cost_beside(body)
    if timings := record(body.get("timings")):
        draft.usage = read_timings(timings, draft.usage, draft.notes)


def _usage_in(body: Record, choices: list[Record]) -> Iterable[object]:
    """Groq's and Moonshot's own places, then the usual one, which is the surest."""
    yield record(body.get("x_groq")).get("usage")
    for choice in choices:
        yield choice.get("usage")
    yield body.get("usage")
