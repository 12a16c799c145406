"""OpenAI-shaped embeddings; Voyage and Jina report `total_tokens` only. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.heard import PREVIEW
from proxy.wire.lenient import Record, clean, folded
from proxy.wire.members import Members
from proxy.wire.openai_chat import take_usage
from proxy.wire.reading import Reader

_PATHS = ("/embeddings", "/contextualizedembeddings", "/pooling", "/classify")


class OpenAIEmbeddings:
    """`POST …/embeddings`, Voyage's of chunks with their context, vLLM's `/pooling`,
    and `/classify` of vLLM and Jina."""

    name = "openai-embeddings"
    operation = "embeddings"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(_PATHS)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        texts = input_texts(outer, "input")
        return RequestFacts(
            model=outer.short("model"),
            preview=folded(" ".join(texts[:8]), PREVIEW),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        texts = input_texts(Members(body), "input")
        return text_messages(texts)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(EmbeddingsTake(), status, content_type, Expects.JSON)


class EmbeddingsTake:
    """Model and usage; the vectors themselves stay in the body."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), body.get("id"), body.get("service_tier"))
        take_usage([body.get("usage")], {}, draft)
        draft.report_cost_beside(body)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """Embeddings do not stream."""


def input_texts(outer: Members, name: str) -> list[str]:
    """The texts to embed: one, several, or how many tokens."""
    value = outer.get(name)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    texts = [item for item in value if isinstance(item, str)]
    return texts or ([f"({len(value)} inputs)"] if value else [])


def parts_facts(outer: Members, parts: Sequence[Part]) -> RequestFacts:
    """The facts of a request that embeds pictures beside texts."""
    texts = [part.text for part in parts[:8]]
    return RequestFacts(
        model=outer.short("model"),
        images=sum(part.kind == "image" for part in parts),
        sounds=sum(part.kind == "audio" for part in parts),
        preview=folded(" ".join(texts), PREVIEW),
        notes=tuple(outer.notes.items),
    )


def parts_messages(parts: Sequence[Part]) -> list[Message]:
    return [Message(role="user", parts=tuple(parts))] if parts else []


def text_messages(texts: Sequence[str]) -> list[Message]:
    parts = tuple(Part(kind="text", text=clean(text)) for text in texts if text)
    return [Message(role="user", parts=parts)] if parts else []
