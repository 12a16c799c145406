"""Assembles a chat answer from its deltas; a whole message is read as one delta.

Used by `openai_chat.py`. Tool calls come in pieces that `index` ties together; some
servers leave it out or send 0 for every call, so a new id with a name begins a new
call. Pure.
"""

from __future__ import annotations

from typing import Any

from proxy.wire.blocks import data_url, parts_of
from proxy.wire.draft import Draft, Slot
from proxy.wire.lenient import Record, dump, record, rows, string

_REASONING: Slot = (0, 0)
_TEXT: Slot = (1, 0)
_REFUSAL: Slot = (2, 0)
_AUDIO: Slot = (3, 0)
_FUNCTION: Slot = (4, 0)
_CALLS = 5
_IMAGES = 6


class DeltaReader:
    """Reads the deltas of the first choice into a draft."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}
        self._ids: dict[int, str] = {}
        self._images = 0

    def read(self, delta: Record, draft: Draft) -> None:
        self._reasoning(delta, draft)
        self._content(delta.get("content"), draft)
        draft.add(_REFUSAL, "text", delta.get("refusal"))
        if calls := delta.get("tool_calls"):
            for place, call in enumerate(rows(calls)):
                self._call(call, place, draft)
        if function := delta.get("function_call"):
            _grow_call(_FUNCTION, record(function), "arguments", "", draft)
        if images := delta.get("images"):
            self._pictures(images, draft)
        if audio := delta.get("audio"):
            _speech(record(audio), draft)

    def _reasoning(self, delta: Record, draft: Draft) -> None:
        # Some servers send the same thought under two names: the first one counts.
        for name in ("reasoning_content", "reasoning"):
            if thought := delta.get(name):
                draft.add(_REASONING, "reasoning", thought)
                return
        for detail in rows(delta.get("reasoning_details")):
            text = detail.get("text") or detail.get("summary")
            draft.add(_REASONING, "reasoning", text)

    def _content(self, content: Any, draft: Draft) -> None:
        if not content:
            return
        if isinstance(content, str):
            draft.add(_TEXT, "text", content)
            return
        for part in parts_of(content):
            if part.source:
                self._picture(part.mime_type, part.source, draft)
            elif part.kind == "reasoning":
                draft.add(_REASONING, "reasoning", part.text)
            else:
                draft.add(_TEXT, "text", part.text)

    def _pictures(self, images: Any, draft: Draft) -> None:
        for part in parts_of(images):
            if part.source:
                self._picture(part.mime_type, part.source, draft)

    def _picture(self, mime_type: str, source: str, draft: Draft) -> None:
        draft.media((_IMAGES, self._images), "image", mime_type, source)
        self._images += 1

    def _call(self, call: Record, place: int, draft: Draft) -> None:
        custom = record(call.get("custom"))
        function = custom or record(call.get("function"))
        index = call.get("index")
        index = index if type(index) is int else place
        call_id = string(call.get("id"))
        slot = self._slot(index, call_id, bool(function.get("name")))
        field = "input" if custom else "arguments"
        _grow_call(slot, function, field, call_id, draft)

    def _slot(self, index: int, call_id: str, has_name: bool) -> Slot:
        known = self._ids.get(index)
        is_another = bool(known and call_id and call_id != known and has_name)
        if index not in self._slots or is_another:
            self._slots[index] = (_CALLS, len(self._slots) + len(self._ids))
        if call_id and (known is None or is_another):
            self._ids[index] = call_id
        return self._slots[index]


def _grow_call(
    slot: Slot, function: Record, field: str, call_id: str, draft: Draft
) -> None:
    block = draft.call(slot, function.get("name"), call_id)
    arguments = function.get(field)
    if block is not None and arguments is not None:
        text = arguments if isinstance(arguments, str) else dump(arguments)
        draft.add(slot, "tool_call", text)


def _speech(audio: Record, draft: Draft) -> None:
    draft.add(_AUDIO, "audio", audio.get("transcript"))
    data = audio.get("data")
    if isinstance(data, str) and data and not draft.is_stream:
        draft.open(_AUDIO, "audio").source = data_url("audio/wav", data)
