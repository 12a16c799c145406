"""What every event of a stream begins with, looked through once instead of each time.

Hundreds of chunks say the same id, model and object before their few letters of text.
Used by `proxy/recording/secrets.py` where keys are told, not where they are masked.
Pure.
"""

from __future__ import annotations

LEAST = 48
"""Bytes; a shorter beginning is not worth a copy of the body."""


def parted(stream: bytes) -> tuple[bytes, bytes]:
    """The beginning that its events share, and the stream without it.

    The second and the third event tell: the first often is another kind. A beginning
    ends behind a member, so that no name is parted from its value.
    """
    events = _events(stream)
    if len(events) < 3:
        return b"", stream
    shared = _shared(*events[1:3])
    head = shared[: max(shared.rfind(b","), shared.rfind(b"{")) + 1]
    if len(head) < LEAST or _is_in_text(head):
        return b"", stream
    again = head[:-1]
    # Half of what `replace` takes, which prepares each search for a long text anew.
    return head, b"\n\n".join([event.removeprefix(again) for event in events])


def _events(stream: bytes) -> list[bytes]:
    """Split at blank lines; by line where each event is one, which takes half."""
    lines = stream.split(b"\n")
    if len(lines) % 2 and not any(lines[1::2]):
        return lines[::2]
    return stream.split(b"\n\n")


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
