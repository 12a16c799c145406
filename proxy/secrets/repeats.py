"""What every event of a stream begins and ends with, looked through once.

Hundreds of chunks say the same id, model and object before their few letters of text,
and the same empty members behind it. Used by `proxy/recording/secrets.py` where keys
are told, not where they are masked. Pure.
"""

from __future__ import annotations

import re

LEAST = 32
"""Bytes; a shorter beginning or end is not worth a copy of the body."""
_MEMBER_END = re.compile(rb"[,}]")


def parted(stream: bytes) -> tuple[bytes, bytes]:
    """What its events share, and the stream without it.

    Two events of its middle tell: at both ends there are others. A beginning ends and
    an end begins at a member, so that no name is parted from its value; of each, the
    byte beside the text stays.
    """
    events = _events(stream)
    if len(events) < 3:
        return b"", stream
    one, other = events[(len(events) - 1) // 2 :][:2]
    head, tail = _head(one, other), _tail(one, other)
    if not head and not tail:
        return b"", stream
    before, behind = head[:-1], tail[1:]
    # Half of what `replace` takes, which prepares each search for a long text anew.
    rest = [event.removeprefix(before).removesuffix(behind) for event in events]
    return b"\n\n".join(filter(None, (head, tail))), b"\n\n".join(rest)


def _head(one: bytes, other: bytes) -> bytes:
    shared = _shared(one, other)
    head = shared[: max(shared.rfind(b","), shared.rfind(b"{")) + 1]
    return b"" if len(head) < LEAST or _is_in_text(head) else head


def _tail(one: bytes, other: bytes) -> bytes:
    shared = _shared(one[::-1], other[::-1])[::-1]
    for found in _MEMBER_END.finditer(shared):
        tail = shared[found.start() :]
        if len(tail) < LEAST:
            break
        if not _is_in_text(tail):
            return tail
    return b""


def _events(stream: bytes) -> list[bytes]:
    """Split at blank lines; by line where each event is one, which takes half."""
    lines = stream.split(b"\n")
    if len(lines) % 2 and not any(lines[1::2]):
        return lines[::2]
    return stream.split(b"\n\n" if b"\n\n" in stream else b"\r\n\r\n")


def _shared(one: bytes, other: bytes) -> bytes:
    """What both begin with: as numbers, their lowest bit that differs is behind it."""
    end = min(len(one), len(other))
    differing = int.from_bytes(one[:end], "little") ^ int.from_bytes(
        other[:end], "little"
    )
    if differing:
        end = ((differing & -differing).bit_length() - 1) // 8
    return one[:end]


def _is_in_text(head: bytes) -> bool:
    plain = head.replace(b"\\\\", b"").replace(b'\\"', b"")
    return plain.count(b'"') % 2 == 1
