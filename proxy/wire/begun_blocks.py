"""A streamed block whose start brings text, which its deltas may then say again.

Anthropic's and Cohere's own servers begin a block empty. Compatible ones put the first
piece there, or the whole, and repeat it: in the first delta or in several. The deltas
tell: while they follow what the start brought, nothing is added. Used by
`anthropic_messages.py` and `cohere_chat.py`. Pure.
"""

from __future__ import annotations

from proxy.wire.answer_block import Slot
from proxy.wire.base import PartKind
from proxy.wire.draft import Draft


class BegunBlocks:
    """`begin` a block, `grow` it by its deltas, `stop` it."""

    def __init__(self) -> None:
        self._begun: dict[Slot, str] = {}
        """What the start brought, until it is clear whether it comes again."""
        self._again: dict[Slot, str] = {}
        """Deltas that have said as much of it."""

    def begin(self, slot: Slot, draft: Draft) -> None:
        came = draft.blocks.get(slot)
        if came is not None and came.text:
            self._begun[slot] = came.text

    def grow(self, slot: Slot, kind: PartKind, text: str, draft: Draft) -> None:
        begun = self._begun.get(slot, "")
        if not begun:
            draft.add(slot, kind, text)
            return
        again = self._again.get(slot, "") + text
        if kind != "tool_call" and begun != again and begun.startswith(again):
            self._again[slot] = again
            return
        self._forget(slot)
        is_whole = kind == "tool_call" or again.startswith(begun)
        draft.put(slot, kind, again if is_whole else begun + again)

    def stop(self, slot: Slot, draft: Draft) -> None:
        """Deltas that said only a part of it went on with it."""
        begun, again = self._begun.get(slot, ""), self._again.get(slot, "")
        self._forget(slot)
        if again and (block := draft.blocks.get(slot)) is not None:
            draft.put(slot, block.kind, begun + again)

    def _forget(self, slot: Slot) -> None:
        self._begun.pop(slot, None)
        self._again.pop(slot, None)
