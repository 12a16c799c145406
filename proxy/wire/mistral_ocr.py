"""Mistral's OCR: a document's pages as Markdown, billed by the page.

`POST /v1/ocr` (docs.mistral.ai, API reference, "ocr"); pages that are annotated as well
cost more, so they are counted by themselves. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from pricing.usage import NO_USAGE, Unit
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.blocks import parts_of
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, count, record, rows
from proxy.wire.members import Members
from proxy.wire.reading import Reader

_ON_VERTEX = re.compile(
    r"/publishers/mistralai/models/mistral-ocr[^/:]*:(?:rawPredict|streamRawPredict)$"
)


class MistralOcr:
    """`POST …/ocr`, and on Vertex the model's own address."""

    name = "mistral-ocr"
    operation = "ocr"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        is_ours = path.endswith("/v1/ocr") or _ON_VERTEX.search(unquote(path))
        return method == "POST" and bool(is_ours)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        parts = _document(outer)
        return RequestFacts(
            model=outer.short("model"),
            images=sum(part.kind == "image" for part in parts),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        parts = tuple(_document(Members(body)))
        return [Message(role="user", parts=parts)] if parts else []

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(OcrTake(), status, content_type, Expects.JSON)


class OcrTake:
    """The pages' text, and how many there were."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), None)
        pages = rows(body.get("pages"))
        for place, page in enumerate(pages):
            draft.add((0, place), "text", page.get("markdown"))
        draft.add((1, 0), "text", body.get("document_annotation"))
        used = record(body.get("usage_info"))
        processed = count(used, "pages_processed", draft.notes)
        if processed is not None:
            kind = "annotated_page" if _is_annotated(body, pages) else "page"
            draft.usage = NO_USAGE.with_units(Unit(kind, processed))

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """OCR does not stream."""


def _is_annotated(body: Record, pages: list[Record]) -> bool:
    if body.get("document_annotation"):
        return True
    images = (image for page in pages for image in rows(page.get("images")))
    return any(image.get("image_annotation") for image in images)


def _document(outer: Members) -> list[Part]:
    """A link to a document, to an image, or the id of a file."""
    document = outer.record("document")
    link = document.get("document_url")
    if isinstance(link, str):
        name = document.get("document_name")
        document = {"type": "file", "file_url": link, "filename": name}
    return parts_of([document]) if document else []
