"""OpenAI audio, images and files: bytes as they are, with usage where it is reported.

Requests are JSON or multipart forms (the model field is found in both); answers are
JSON, audio bytes, or a stream of `….delta` and `….done`/`….completed` events. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pricing.usage import Unit, Usage
from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.blocks import data_url
from proxy.wire.draft import Draft
from proxy.wire.heard import PREVIEW
from proxy.wire.lenient import Record, folded, rows, string
from proxy.wire.members import Members
from proxy.wire.openai_chat import take_usage
from proxy.wire.openai_embeddings import input_texts, text_messages
from proxy.wire.openai_units import audio_seconds
from proxy.wire.reading import Reader

_HEARD = ("/audio/transcriptions", "/audio/translations")


class OpenAIMedia:
    """One of the three families, told apart by its path."""

    def __init__(
        self,
        name: str,
        operation: str,
        path: str,
        text_field: str,
        terminal_marks: tuple[bytes, ...] = (),
        expects: Expects = Expects.ANYTHING,
    ) -> None:
        self.name = name
        self.operation = operation
        self.terminal_marks = terminal_marks
        self._path = re.compile(path)
        self._text_field = text_field
        self._expects = expects

    def claims(self, method: str, path: str) -> bool:
        return self._path.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return RequestFacts(
            model=outer.short("model"),
            stream=outer.get("stream") is True,
            preview=folded(" ".join(input_texts(outer, self._text_field)), PREVIEW),
            units=tuple(_units(outer, path)),
            sounds=int(path.endswith(_HEARD)),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return text_messages(input_texts(Members(body), self._text_field))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(MediaTake(), status, content_type, self._expects)


OPENAI_AUDIO = OpenAIMedia(
    "openai-audio",
    "audio",
    r"/audio/(?:speech|transcriptions|translations)$",
    "input",
    (rb'"transcript\.text\.done"', rb'"speech\.audio\.done"'),
    Expects.TEXT,
)
OPENAI_IMAGES = OpenAIMedia(
    "openai-images",
    "images",
    r"/images/(?:generations|edits|variations)$",
    "prompt",
    (rb'"image_(?:generation|edit)\.completed"',),
    Expects.JSON,
)
OPENAI_FILES = OpenAIMedia("openai-files", "files", r"/files(?:/[^/]+){0,2}$", "")


class MediaTake:
    """Transcripts, pictures and usage."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), None, body.get("service_tier"))
        draft.add((0, 0), "text", body.get("text"))
        mime_type = f"image/{string(body.get('output_format')) or 'png'}"
        for place, picture in enumerate(rows(body.get("data"))):
            _take_picture((1, place), picture, mime_type, draft)
        _take_usage(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = string(body.get("type")) or name
        if kind.endswith(".delta"):
            draft.add((0, 0), "text", body.get("delta"))
        elif kind.endswith((".done", ".completed")):
            mime_type = f"image/{string(body.get('output_format')) or 'png'}"
            _take_picture((1, len(draft.blocks)), body, mime_type, draft)
            _take_usage(body, draft)
            draft.terminal_seen = True

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""


def _take_picture(
    slot: tuple[int, int], picture: Record, mime_type: str, draft: Draft
) -> None:
    if data := string(picture.get("b64_json")):
        draft.media(slot, "image", mime_type, data_url(mime_type, data))
    elif url := string(picture.get("url")):
        draft.media(slot, "image", "", url)


def _take_usage(body: Record, draft: Draft) -> None:
    take_usage([body.get("usage")], {}, draft)
    if not draft.usage.is_reported and not draft.usage.units:
        draft.usage = Usage(units=tuple(audio_seconds(body.get("duration"))))
    if body.get("data") or body.get("b64_json"):
        draft.usage = _of_pictures(draft.usage)


def _of_pictures(usage: Usage) -> Usage:
    """Pictures are what this API makes: its output is theirs, unless it says more."""
    is_told = usage.output_image is not None
    return usage if is_told else replace(usage, output_image=usage.output)


def _units(outer: Members, path: str) -> Iterator[Unit]:
    """What speech and pictures are billed by where no tokens are."""
    if path.endswith("/audio/speech"):
        yield Unit("character", len(string(outer.get("input"))))
    if "/images/" in path:
        quality = outer.short("quality") or "standard"
        size = outer.short("size") or "1024x1024"
        number = outer.get("n")
        each = number if type(number) is int and number > 0 else 1
        yield Unit(f"image_{quality}_{size}", each)
