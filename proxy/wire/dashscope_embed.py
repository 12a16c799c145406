"""DashScope's embeddings, of texts and of pictures with them.

`POST /api/v1/services/embeddings/{task}/{task}` (help.aliyun.com/zh/model-studio,
"text-embedding-synchronous-api" and "multimodal-embedding-api-reference"). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pricing.usage import Usage
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Notes, Part, RequestFacts, ResponseReader
from proxy.wire.blocks import media_part, text_part
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, count, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.openai_embeddings import parts_facts, parts_messages
from proxy.wire.openai_usage import read_usage
from proxy.wire.reading import Reader

_PATH = re.compile(r"/services/embeddings/[a-z-]+/[a-z-]+$")


class DashScopeEmbed:
    """`POST …/services/embeddings/{task}/{task}`."""

    name = "dashscope-embed"
    operation = "embeddings"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return parts_facts(outer, _parts(outer))

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return parts_messages(_parts(Members(body)))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(DashScopeEmbedTake(), status, content_type, Expects.JSON)


class DashScopeEmbedTake:
    """Usage; the vectors themselves stay in the body."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        if string(body.get("code")) and "output" not in body:
            draft.failed(string(body.get("message")), short(body["code"]))
        draft.name(body.get("model"), body.get("request_id"))
        if usage := record(body.get("usage")):
            draft.usage = _usage(usage, draft.notes)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """Embeddings do not stream."""


def _usage(usage: Record, notes: Notes) -> Usage:
    """`image_tokens` stand inside `input_tokens` where a total says so, else beside."""
    told = read_usage(usage, notes)
    pictures = count(usage, "image_tokens", notes)
    if pictures is None:
        return told
    total = count(usage, "total_tokens", notes)
    is_beside = total is not None and total == (told.input or 0) + pictures
    whole = (told.input or 0) + (pictures if is_beside else 0)
    return replace(told, input=whole).with_parts({"input_image": min(pictures, whole)})


def _parts(outer: Members) -> list[Part]:
    """Texts, or contents that name what each of them is."""
    inner = outer.record("input")
    texts = inner.get("texts")
    found = [text_part(text) for text in texts] if isinstance(texts, list) else []
    for content in rows(inner.get("contents")):
        if "text" in content:
            found.append(text_part(content["text"]))
        several = content.get("multi_images")
        links = several if isinstance(several, list) else [content.get("image")]
        found += [media_part("image", link) for link in links if string(link)]
        if link := string(content.get("video")):
            found.append(media_part("file", link, "video/mp4"))
    return found
