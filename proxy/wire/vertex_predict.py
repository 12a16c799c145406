"""Vertex AI's `:predict`: text embeddings and Imagen's pictures.

`POST …/models/M:predict` with `instances`; embeddings tell their tokens one by one,
pictures are billed each (cloud.google.com/vertex-ai/generative-ai/docs/model-reference,
"text-embeddings-api" and "imagen-api"). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.usage import Unit, Usage, summed
from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.blocks import data_url
from proxy.wire.draft import Draft
from proxy.wire.gemini_paths import gemini_path, has_verb
from proxy.wire.heard import PREVIEW
from proxy.wire.lenient import Record, clean, count, folded, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.openai_embeddings import text_messages
from proxy.wire.reading import Reader

_TEXTS = ("content", "prompt", "text")


class VertexPredict:
    """`POST …/models/M:predict`, also of a tuned model's endpoint."""

    name = "vertex-predict"
    operation = "predict"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return has_verb(method, path, ("predict",))

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        where = gemini_path(path)
        return RequestFacts(
            model=short(where.model) if where else None,
            preview=folded(" ".join(_texts(outer)[:8]), PREVIEW),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return text_messages(_texts(Members(body)))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(PredictTake(), status, content_type, Expects.JSON)


class PredictTake:
    """Usage and pictures; the vectors themselves stay in the body."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(_model(body), None)
        predictions = rows(body.get("predictions"))
        counts = [
            count(_statistics(each), "token_count", draft.notes) for each in predictions
        ]
        draft.usage = Usage(input=summed(counts))
        for place, prediction in enumerate(predictions):
            if data := string(prediction.get("bytesBase64Encoded")):
                mime_type = clean(string(prediction.get("mimeType"))) or "image/png"
                url = data_url(mime_type, data)
                draft.media((0, place), "image", mime_type, url)
        draft.usage = draft.usage.with_units(Unit("image", len(draft.blocks)))

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """Predictions do not stream."""


def _statistics(prediction: Record) -> Record:
    return record(record(prediction.get("embeddings")).get("statistics"))


def _model(body: Record) -> str:
    """The last part of `publishers/google/models/M@version`."""
    return string(body.get("model")).rpartition("/")[2]


def _texts(outer: Members) -> list[str]:
    found = (each.get(name) for each in rows(outer.get("instances")) for name in _TEXTS)
    return [text for text in found if isinstance(text, str)]
