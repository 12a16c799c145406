"""Everything that no other format claims: captured, never guessed at.

Only the model a client named and an error that came back are read. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.lenient import short
from proxy.wire.members import Members
from proxy.wire.openai_models import NothingTake
from proxy.wire.reading import Reader


class Raw:
    """The last of `FORMATS`: it claims all."""

    name = "raw"
    operation = "raw"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return True

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        head = body[:64].lstrip()
        if not head.startswith((b"{", b"--")):
            return RequestFacts()
        outer = Members(body)
        model = outer.get("model") if head.startswith(b"{") else outer.short("model")
        return RequestFacts(model=short(model), stream=outer.get("stream") is True)

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return []

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type)
