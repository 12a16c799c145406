"""Puts a streamed text together where only the stream shows how it is sent.

DashScope sends each time the whole text so far, unless the request asks for what is
new (`incremental_output`). The texts tell: while each begins with the one before it,
they are taken for the whole; the first that doesn't makes all of them pieces. Used by
`dashscope.py`. Pure.
"""

from __future__ import annotations

from proxy.wire.answer_block import Slot
from proxy.wire.base import PartKind
from proxy.wire.draft import MAX_TEXT, Draft

_FEW = 2
"""Pieces of which each may by chance begin with the one before it: an empty one behind
them then means that nothing is new. Behind more it says nothing."""


class WholeOrDelta:
    """The text of one block; `add` what each event says of it."""

    def __init__(self, slot: Slot, kind: PartKind) -> None:
        self._slot = slot
        self._kind = kind
        self._last = ""
        self._lengths: list[int] = []
        self._are_pieces = False

    def add(self, text: object, draft: Draft) -> None:
        if not isinstance(text, str) or not (text or self._lengths):
            return
        if self._are_pieces:
            draft.add(self._slot, self._kind, text)
        elif text.startswith(self._last):
            draft.add(self._slot, self._kind, text[len(self._last) :])
            self._last = text
            self._lengths.append(len(text))
        elif text or len(self._lengths) == _FEW:
            self._take_apart(text, draft)

    def _take_apart(self, text: str, draft: Draft) -> None:
        """What was taken for longer and longer wholes were pieces after all."""
        self._are_pieces = True
        pieces = [self._last[:length] for length in self._lengths]
        self._last, self._lengths = "", [0]
        block = draft.open(self._slot, self._kind)
        joined = "".join([*pieces, text])
        block.pieces = [joined[:MAX_TEXT]]
