"""Chat completions that are asked for now and fetched later, or were kept.

xAI (`deferred: true`, then `GET /chat/deferred-completion/{id}`, 202 until it is made),
Perplexity (`/async/chat/completions`, `/async/sonar`, the answer under `response`) and
Zhipu (`/async/chat/completions`, then `/async-result/{id}`); docs.x.ai,
docs.perplexity.ai and docs.bigmodel.cn, API references. OpenAI keeps those that were
made with `store: true` (`GET` or `POST /chat/completions/{id}`,
platform.openai.com/docs/api-reference/chat/get). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pricing.usage import NO_USAGE
from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, id_in, record, string
from proxy.wire.members import Members
from proxy.wire.openai_chat import ChatTake, OpenAIChat
from proxy.wire.reading import Reader

_ASKED = ("/async/chat/completions", "/async/sonar")
_FETCHED = re.compile(
    r"/(?:chat/deferred-completion|async-result|async/chat/completions|async/sonar)"
    r"/([^/]+)$"
)
_STORED = re.compile(r"/chat/completions/([^/]+)$")
_FAILED = ("failed", "fail")


class DeferredChat(OpenAIChat):
    """`POST …/async/chat/completions`; Perplexity wraps the body in `request`."""

    name = "openai-chat-deferred"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(_ASKED)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        return super().read_request(_unwrapped(body), path)

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return super().read_messages(_unwrapped(body))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(DeferredTake(), status, content_type, Expects.CONTENT)


class FetchedChat(DeferredChat):
    """`GET` of one that was asked for before."""

    name = "openai-chat-fetched"

    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and _FETCHED.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        asked = id_in(_FETCHED, path)
        return RequestFacts(previous_response_id=asked, answer_id=asked)


class StoredChat(OpenAIChat):
    """`GET` of one that was answered before, or `POST` to change its metadata."""

    name = "openai-chat-stored"
    operation = "chat"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method in ("GET", "POST") and _STORED.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        asked = id_in(_STORED, path)
        return RequestFacts(previous_response_id=asked, answer_id=asked)

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return ()

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(StoredChatTake(), status, content_type, Expects.CONTENT)


class StoredChatTake(ChatTake):
    """The same answer; what it used was counted when it was made."""

    def whole(self, body: Record, draft: Draft) -> None:
        super().whole(body, draft)
        if draft.usage.is_reported:
            draft.usage, draft.reported_cost_usd = NO_USAGE, None
            draft.notes.add("Its usage was counted when the answer was made.")


class DeferredTake(ChatTake):
    """The answer, once it is there, and how far it is until then."""

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), body.get("id"))
        super().whole(record(body.get("response")) or body, draft)
        status = string(body.get("status")) or string(body.get("task_status"))
        if status.lower() in _FAILED:
            draft.failed(string(body.get("error_message")) or "It failed.", None)
        draft.is_deferred = not draft.blocks and draft.error is None
        draft.counts_once = draft.usage.is_reported


def _unwrapped(body: bytes) -> bytes:
    inner = Members(body).raw("request")
    return inner if inner.startswith(b"{") else body
