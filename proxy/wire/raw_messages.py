"""Messages of a request as raw bytes, before anyone reads them. Pure.

What stands beside a chat format's list (a system prompt, a plain text) is put into the
shape of a message: `heard.py` hears, and the pages show, all of them alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proxy.wire.base import Message, Role
from proxy.wire.heard import ReadMessage
from proxy.wire.lenient import load_record

_NOTHING = (b"", b"null", b'""', b"[]")


def as_message(role: Role, content: bytes) -> bytes:
    """`content`: a piece of JSON."""
    return b'{"role":"' + role.encode() + b'","content":' + content + b"}"


def with_system(system: bytes, messages: Sequence[bytes]) -> list[bytes]:
    """The messages behind a system prompt, where there is one."""
    if system in _NOTHING:
        return list(messages)
    return [as_message("system", system), *messages]


def read_all(raws: Iterable[bytes], read: ReadMessage) -> list[Message]:
    """As a format reads them; what is no object says nothing."""
    return [message for raw in raws for message in read(load_record(raw) or {})]
