"""Amazon Bedrock's Converse API, one shape for all its models.

`POST /model/{id}/converse` answers JSON, `…/converse-stream` AWS's binary event stream,
whose `metadata` event comes last and brings the usage; errors come as exception frames
under a 200 (AWS API reference, Converse and ConverseStream). Input excludes the cache.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.usage import Usage
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Notes, RequestFacts, ResponseReader
from proxy.wire.bedrock_blocks import parts_of, read_message
from proxy.wire.bedrock_paths import bedrock_path, is_call, model_name
from proxy.wire.draft import Draft
from proxy.wire.lenient import (
    Record,
    count,
    first_count,
    record,
    rows,
    short,
    string,
)
from proxy.wire.members import Members
from proxy.wire.openai_models import NothingTake
from proxy.wire.plain import converse_event
from proxy.wire.raw_messages import read_all, with_system
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk

# Nova spells them with a count behind under InvokeModel.
_READ = ("cacheReadInputTokens", "cacheReadInputTokenCount")
_WRITTEN = ("cacheWriteInputTokens", "cacheWriteInputTokenCount")


class BedrockConverse:
    """`POST …/model/{id}/converse` and `…/converse-stream`."""

    name = "bedrock-converse"
    operation = "chat"
    terminal_marks: tuple[bytes, ...] = (b'"latencyMs"',)
    verbs: tuple[str, ...] = ("converse", "converse-stream")

    def claims(self, method: str, path: str) -> bool:
        return is_call(method, path, self.verbs)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer, where = Members(body), bedrock_path(path)
        return read_talk(
            outer,
            _messages(outer),
            read_message,
            model=short(where.model) if where else None,
            stream=where is not None and where.verb.endswith("-stream"),
            tools_offered=len(rows(outer.record("toolConfig").get("tools"))),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        outer = Members(body)
        raws = _messages(outer)
        return read_all(raws, read_message)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ConverseTake(), status, content_type, Expects.CONTENT)


class BedrockCountTokens(BedrockConverse):
    """`POST …/model/{id}/count-tokens`: counts, uses nothing."""

    name = "bedrock-count-tokens"
    operation = "count_tokens"
    terminal_marks = ()
    verbs = ("count-tokens",)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        return super().read_request(_asked(body), path)

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return super().read_messages(_asked(body))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type)


class ConverseTake:
    """What an answer and the events of a stream mean."""

    arrays_stream = False

    def __init__(self) -> None:
        self._has_stopped = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.finished(body.get("stopReason"))
        message = record(record(body.get("output")).get("message"))
        draft.take(0, parts_of(message.get("content")))
        self._count(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        if name == "contentBlockStart":
            _begin(body, draft)
        elif name == "contentBlockDelta":
            _grow(body, draft)
        elif name == "messageStop":
            draft.finished(body.get("stopReason"))
            self._has_stopped = True
        elif name == "metadata":
            self._count(body, draft)
            draft.terminal_seen = True

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        if name != b"contentBlockDelta":
            return False
        event = converse_event(data)
        draft.add((event.contentBlockIndex, 0), "text", event.delta.text)
        return True

    def end(self, draft: Draft) -> None:
        # The answer itself is whole without its metadata.
        draft.terminal_seen = draft.terminal_seen or self._has_stopped

    def _count(self, body: Record, draft: Draft) -> None:
        if usage := record(body.get("usage")):
            draft.usage = read_usage(usage, draft.notes)
        tier = record(body.get("serviceTier")).get("type")
        draft.name(None, None, tier)
        draft.served(record(body.get("performanceConfig")).get("latency"))
        routed = record(record(body.get("trace")).get("promptRouter"))
        draft.name(model_name(string(routed.get("invokedModelId"))), None)


def read_usage(usage: Record, notes: Notes) -> Usage:
    """The buckets of one `usage` object (`TokenUsage`)."""
    written = first_count(usage, _WRITTEN, notes)
    hour = None
    for detail in rows(usage.get("cacheDetails")):
        if detail.get("ttl") == "1h":
            hour = count(detail, "inputTokens", notes)
    if written is not None and hour is not None:
        hour = min(hour, written)
        written -= hour
    return Usage(
        input=count(usage, "inputTokens", notes),
        cache_read=first_count(usage, _READ, notes),
        cache_write_5m=written,
        cache_write_1h=hour,
        output=count(usage, "outputTokens", notes),
    )


def _begin(body: Record, draft: Draft) -> None:
    if call := record(record(body.get("start")).get("toolUse")):
        draft.call((_index(body), 0), call.get("name"), call.get("toolUseId"))


def _grow(body: Record, draft: Draft) -> None:
    delta, index = record(body.get("delta")), _index(body)
    draft.add((index, 0), "text", delta.get("text"))
    draft.add((index, 0), "tool_call", record(delta.get("toolUse")).get("input"))
    thought = record(delta.get("reasoningContent"))
    draft.add((index, 0), "reasoning", thought.get("text"))
    if "redactedContent" in thought and (index, 0) not in draft.blocks:
        draft.add((index, 0), "reasoning", "(redacted)")


def _index(body: Record) -> int:
    index = body.get("contentBlockIndex")
    return index if type(index) is int else 0


def _messages(outer: Members) -> list[bytes]:
    return with_system(outer.raw("system"), outer.elements("messages"))


def _asked(body: bytes) -> bytes:
    """What is to be counted, as Converse would be asked."""
    return Members(Members(body).raw("input")).raw("converse") or b"{}"
