"""One part of an answer while it grows: what `proxy/wire/draft.py` holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from proxy.wire.arguments import once
from proxy.wire.base import Part, PartKind
from proxy.wire.lenient import clean

Slot = tuple[int, int]
"""Where a block stands in the answer; blocks are shown in this order."""

REPETITION = 5
"""Characters; a shorter last piece may be the same by chance."""
LONG_REPETITION = 16
"""The same where only one piece has come."""


@dataclass(slots=True)
class Block:
    """One part of the answer that may grow."""

    kind: PartKind
    pieces: list[str] = field(default_factory=list)
    name: str = ""
    call_id: str = ""
    mime_type: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def is_all(self, text: object) -> bool:
        """True when `text` says once more all that has come. A model hardly does that
        as its last word; some servers do."""
        if not isinstance(text, str) or not self.pieces:
            return False
        least = REPETITION if len(self.pieces) > 1 else LONG_REPETITION
        return len(text) >= least and text == self.text

    def part(self) -> Part:
        text = clean(self.text)
        return Part(
            kind=self.kind,
            text=once(text) if self.kind == "tool_call" else text,
            name=clean(self.name),
            call_id=clean(self.call_id),
            mime_type=clean(self.mime_type),
            source=clean(self.source),
        )
