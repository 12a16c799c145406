"""Puts the tool calls of a chat answer together from the pieces of its deltas.

Used by `openai_delta.py`. `index` ties the pieces together; some servers leave it out
or send 0 for every call, so a new id with a name begins a new call, and so does a name
behind complete arguments. A name may come late, in pieces, or again and again. Servers
in Go send every member: an empty `custom` beside a filled `function` is none. Pure.
"""

from __future__ import annotations

from typing import Any

from proxy.wire.answer_block import Block, Slot
from proxy.wire.arguments import is_whole
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, dump, filled, record, short, string

_FUNCTION: Slot = (4, 0)
CALLS = 5


class CallReader:
    """The calls of one choice."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}
        self._ids: dict[int, str] = {}

    def read(self, call: Record, place: int, draft: Draft) -> None:
        custom = filled(call.get("custom"))
        function = custom or record(call.get("function"))
        arguments = _text(function.get("input" if custom else "arguments"))
        index = call.get("index")
        index = index if type(index) is int else place
        call_id, name = string(call.get("id")), string(function.get("name"))
        slot = self._slot(index, call_id, draft.blocks, name, arguments)
        _grow(slot, name, call_id, arguments, draft)

    def more(self, index: int, arguments: str, draft: Draft) -> bool:
        """The next piece of a call that has begun; False where it hasn't."""
        slot = self._slots.get(index)
        if slot is None or slot not in draft.blocks:
            return False
        draft.add(slot, "tool_call", arguments)
        return True

    def read_function(self, function: Record, draft: Draft) -> None:
        """The one call of the format before `tool_calls`."""
        name = string(function.get("name"))
        _grow(_FUNCTION, name, "", _text(function.get("arguments")), draft)

    def _slot(
        self,
        index: int,
        call_id: str,
        blocks: dict[Slot, Block],
        name: str,
        arguments: str,
    ) -> Slot:
        known = self._ids.get(index)
        is_another = bool(known and call_id and call_id != known and name)
        if index in self._slots and not is_another and not call_id and name:
            is_another = _is_behind(blocks.get(self._slots[index]), name, arguments)
        if index not in self._slots or is_another:
            self._slots[index] = (CALLS, len(self._slots) + len(self._ids))
            while self._slots[index] in blocks:
                self._slots[index] = (CALLS, self._slots[index][1] + 1)
        if call_id and (known is None or is_another):
            self._ids[index] = call_id
        return self._slots[index]


def _is_behind(block: Block | None, name: str, arguments: str) -> bool:
    """True for a call whose name comes when the one before it is complete."""
    if block is None or not arguments or not is_whole(block.text):
        return False
    if name == block.name:  # once more, unless it begins to ask something else
        is_anew = arguments.startswith("{") and arguments != block.text
        return is_anew and len(block.text) > 2
    return True


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else dump(arguments)


def _grow(slot: Slot, name: str, call_id: str, arguments: str, draft: Draft) -> None:
    known = draft.blocks.get(slot)
    if known is not None and known.name and not known.pieces and name:
        if name.startswith(known.name):
            known.name = short(name) or known.name
        else:  # the name comes in pieces
            known.name = short(known.name + name) or known.name
    if draft.call(slot, name, call_id) is not None:
        draft.add(slot, "tool_call", arguments)
