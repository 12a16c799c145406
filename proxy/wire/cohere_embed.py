"""Cohere's Embed API, v1 and v2 (docs.cohere.com, API reference). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.blocks import media_part, parts_of
from proxy.wire.cohere_usage import take_meta
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, rows
from proxy.wire.members import Members
from proxy.wire.openai_embeddings import (
    input_texts,
    parts_facts,
    parts_messages,
    text_messages,
)
from proxy.wire.reading import Reader

_PATH = re.compile(r"/v[12]/embed$")


class CohereEmbed:
    """`POST …/v2/embed`: texts, images, or inputs that mix both."""

    name = "cohere-embed"
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
        return Reader(CohereEmbedTake(), status, content_type, Expects.JSON)


class CohereEmbedTake:
    """Usage; the vectors themselves stay in the body."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), body.get("id"))
        take_meta(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """Embeddings do not stream."""


def _parts(outer: Members) -> list[Part]:
    found = [
        part for m in text_messages(input_texts(outer, "texts")) for part in m.parts
    ]
    pictures = outer.get("images")
    links = pictures if isinstance(pictures, list) else []
    found += [media_part("image", link) for link in links]
    for item in rows(outer.get("inputs")):
        found += parts_of(item.get("content"))
    return found
