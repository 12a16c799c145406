"""The list of models that a server offers, in OpenAI's, Anthropic's or Gemini's form.

There is nothing to count; the format exists so that these calls have a name. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record
from proxy.wire.reading import Reader

_PATH = re.compile(r"/models(?:/[^:]*)?$")


class OpenAIModels:
    """`GET …/models` and `GET …/models/{id}`."""

    name = "models"
    operation = "models"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method in ("GET", "HEAD") and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        return RequestFacts()

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return []

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type)


class NothingTake:
    """An answer of which only an error matters (the reader itself finds that)."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        """Nothing to count."""

    def event(self, name: str, body: Record, draft: Draft) -> None:
        """Nothing to count."""

    def end(self, draft: Draft) -> None:
        """Such a stream has no terminal event, so none can be missing."""
        draft.terminal_seen = draft.terminal_seen or None
