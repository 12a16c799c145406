"""The answer of a stream in the pieces in which it came, each with its time.

Shown by the timing tab, which plays them again. The body is read as the recorder read
it (`proxy/wire/reading.py`), a chunk at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from observe.chunks import read_chunks
from observe.rendering.base import MAX_SHOWN, Subject
from proxy.wire.answer_block import Block, Slot
from proxy.wire.lenient import clean
from proxy.wire.reading import Reader

TOGETHER_MS = 20.0
"""What comes within it is seen at once."""


@dataclass(frozen=True, slots=True)
class TimedPiece:
    at_ms: float
    kind: str
    """Of its part: `text`, `reasoning`, `tool_call` …"""
    text: str


def pieces_of(answer: Subject) -> list[TimedPiece]:
    """Empty for what is no stream, and where chunks were counted in other bytes than
    these: of a compressed answer."""
    if answer.is_encoded or answer.wire is None:
        return []
    reader = answer.wire.reader(answer.status, answer.content_type)
    return _joined(_pieces(answer, reader)) if isinstance(reader, Reader) else []


def _pieces(answer: Subject, reader: Reader) -> Iterator[TimedPiece]:
    end, room = 0, MAX_SHOWN
    shown = dict[Slot, int]()
    for chunk in read_chunks(answer.chunk_times):
        start, end = end, end + chunk.size
        reader.feed(answer.data[start:end])
        for slot, block in reader.blocks.items():
            if slot not in shown and not (block.pieces or block.name):
                continue  # begun, and nothing in it yet
            text = _news(block, shown.get(slot, 0), is_first=slot not in shown)
            shown[slot] = len(block.pieces)
            if text and room > 0:
                yield TimedPiece(chunk.at_ms, block.kind, clean(text[:room]))
                room -= len(text)


def _news(block: Block, shown: int, *, is_first: bool) -> str:
    """What a part has got since so many of its pieces were shown. Where they were
    replaced by the whole, nothing is new."""
    text = "".join(block.pieces[shown:])
    if not is_first:
        return text
    return f"\n\n{block.name} {text}" if block.name else f"\n\n{text}"


def _joined(pieces: Iterator[TimedPiece]) -> list[TimedPiece]:
    found = list[TimedPiece]()
    for piece in pieces:
        last = found[-1] if found else None
        is_near = last is not None and piece.at_ms - last.at_ms < TOGETHER_MS
        if last and is_near and piece.kind == last.kind:
            found[-1] = TimedPiece(last.at_ms, last.kind, last.text + piece.text)
        else:
            found.append(piece)
    if found:
        first = found[0]
        found[0] = TimedPiece(first.at_ms, first.kind, first.text.lstrip("\n"))
    return found
