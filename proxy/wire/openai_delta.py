"""Assembles a chat answer from its deltas; a whole message is read as one delta.

Used by `openai_chat.py`, once a choice. Servers repeat themselves: a last event may
hold the whole message again, or the whole text as its delta; what has come is not added
a second time. Pure.
"""

from __future__ import annotations

from typing import Any

from proxy.wire.answer_block import Block, Slot
from proxy.wire.blocks import data_url, parts_of
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, filled, record, rows
from proxy.wire.openai_calls import CALLS, CallReader

REASONING: Slot = (0, 0)
TEXT: Slot = (1, 0)
_REFUSAL: Slot = (2, 0)
_AUDIO: Slot = (3, 0)
_IMAGES = 6


class DeltaReader:
    """Reads the deltas of one choice into its draft."""

    def __init__(self) -> None:
        self._calls = CallReader()
        self._images = 0

    def read(self, delta: Record, draft: Draft, *, is_last: bool = False) -> None:
        text = draft.blocks.get(TEXT)
        if is_last and text is not None and text.is_all(delta.get("content")):
            delta = {**delta, "content": None}
        self._reasoning(delta, draft)
        self._content(delta.get("content"), draft)
        draft.add(_REFUSAL, "text", delta.get("refusal"))
        if calls := delta.get("tool_calls"):
            for place, call in enumerate(rows(calls)):
                self._calls.read(call, place, draft)
        if function := filled(delta.get("function_call")):
            self._calls.read_function(function, draft)
        if images := delta.get("images"):
            self._pictures(images, draft)
        if audio := delta.get("audio"):
            _speech(record(audio), draft)

    def more(self, index: int, arguments: str, draft: Draft) -> bool:
        """The next piece of a call that has begun; False where it hasn't."""
        return self._calls.more(index, arguments, draft)

    def repeat(self, message: Record, draft: Draft) -> None:
        """A message in a stream: the whole answer so far, or just its next piece."""
        fresh = Draft(is_stream=True, notes=draft.notes)
        reader = DeltaReader()
        reader.read(message, fresh)
        came = {slot: draft.blocks.get(slot) for slot in fresh.blocks}
        if not any(_goes_on(came[slot], fresh.blocks[slot]) for slot in came):
            self.read(message, draft)
            return
        for slot in [s for s in draft.blocks if s[0] in {s[0] for s in came}]:
            del draft.blocks[slot]
        draft.blocks.update(fresh.blocks)
        if any(slot[0] == CALLS for slot in fresh.blocks):
            self._calls = reader._calls

    def _reasoning(self, delta: Record, draft: Draft) -> None:
        # Some servers send the same thought under two names: the first one counts.
        for name in ("reasoning_content", "reasoning", "thinking"):
            if thought := delta.get(name):
                draft.add(REASONING, "reasoning", thought)
                return
        for detail in rows(delta.get("reasoning_details")):
            text = detail.get("text") or detail.get("summary")
            draft.add(REASONING, "reasoning", text)

    def _content(self, content: Any, draft: Draft) -> None:
        if not content:
            return
        if isinstance(content, str):
            draft.add(TEXT, "text", content)
            return
        for part in parts_of(content):
            if part.source:
                self._picture(part.mime_type, part.source, draft)
            elif part.kind == "reasoning":
                draft.add(REASONING, "reasoning", part.text)
            else:
                draft.add(TEXT, "text", part.text)

    def _pictures(self, images: Any, draft: Draft) -> None:
        for part in parts_of(images):
            if part.source:
                self._picture(part.mime_type, part.source, draft)

    def _picture(self, mime_type: str, source: str, draft: Draft) -> None:
        draft.media((_IMAGES, self._images), "image", mime_type, source)
        self._images += 1


def _goes_on(came: Block | None, fresh: Block) -> bool:
    """True when the fresh block begins with what came: it is the whole of it."""
    if came is None:
        return False
    if came.kind == "tool_call" or not came.pieces:
        return came.name == fresh.name
    return fresh.text.startswith(came.text.strip())


def _speech(audio: Record, draft: Draft) -> None:
    draft.add(_AUDIO, "audio", audio.get("transcript"))
    data = audio.get("data")
    if isinstance(data, str) and data and not draft.is_stream:
        draft.open(_AUDIO, "audio").source = data_url("audio/wav", data)
