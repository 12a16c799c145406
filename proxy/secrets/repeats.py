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
    events = stream.split(b"\n\n")
    if len(events) < 3:
        return b"", stream
    shared = _shared(*events[1:3])
    head = shared[: max(shared.rfind(b","), shared.rfind(b"{")) + 1]
    if len(head) < LEAST or _is_in_text(head):
        return b"", stream
    again = head[:-1]
    # Half of what `replace` takes, which prepares each search for a long text anew.
    return head, b"\n\n".join([event.removeprefix(again) for event in events])


def _shared(one: bytes, other: bytes) -> bytes:
    pairs = enumerate(zip(one, other, strict=False))
    end = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    return one[:end]


def _is_in_text(head: bytes) -> bool:
    plain = head.replace(b"\\\\", b"").replace(b'\\"', b"")
    return plain.count(b'"') % 2 == 1
