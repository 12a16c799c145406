"""What an upstream's response head says of its body, and heads that say it twice.

`proxy/forward/http1/answer.py` asks before they are parsed: the parser refuses what
RFC 9110 8.6 and RFC 9112 6.3 let a recipient read. Pure.
"""

from __future__ import annotations

import re

from pricing.values import dataclass

HEAD_END = re.compile(rb"\n\r?\n")
"""Servers that end their lines with LF alone are read, too (RFC 9112 2.2)."""
_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[ \t]*([0-9]+)[ \t]*\r?\n")
_STATUS = re.compile(rb"HTTP/[0-9.]+ +([0-9]{3})")
_FIELD = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*")
"""One field with its line end, and the lines that go on with it (obs-fold)."""
_BODYLESS = (204, 304)

BEGINNING = b"HTTP/"


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """One head, as it may be parsed."""

    data: bytes
    status: int
    length: int | None
    """Bytes of body; None: chunks or the connection's end tell."""

    @property
    def is_interim(self) -> bool:
        """Another head follows; a 101 would be the last one."""
        return 100 <= self.status < 200 and self.status != 101


def read(data: bytes) -> ResponseHead:
    """Of a whole head, its empty line included."""
    found = _STATUS.match(data)
    status = int(found[1]) if found else 0
    lowered = data.lower()
    chunked = b"transfer-encoding" in lowered
    count = lowered.count(b"content-length")
    if count == 1 and not chunked and (plain := _LENGTH.search(lowered)):
        length: int | None = int(plain[1])
    elif count == 0:
        length = None
    else:
        data, length = _agreed(data)
    return ResponseHead(data, status, 0 if status in _BODYLESS else length)


def _agreed(data: bytes) -> tuple[bytes, int | None]:
    """The head with one word on its body's length; as it was where none is right."""
    fields = _FIELD.findall(data)
    named = [(field.partition(b":")[0].strip().lower(), field) for field in fields]
    if codings := [_value(field) for name, field in named if name == _CODING]:
        # RFC 9112 6.3: chunks win. `identity` never was a coding of its own.
        is_framed = any(coding.lower() != b"identity" for coding in codings)
        dropped = _SIZE if is_framed else _CODING
        named = [(name, field) for name, field in named if name != dropped]
        if is_framed:
            return b"".join(field for _, field in named), None
    sizes = [_value(field) for name, field in named if name == _SIZE]
    said = {size.strip() for value in sizes for size in value.split(b",")}
    if len(said) != 1 or not (size := said.pop()).isdigit():
        return b"".join(field for _, field in named), None
    return _with_size(named, size), int(size)


_SIZE, _CODING = b"content-length", b"transfer-encoding"


def _with_size(named: list[tuple[bytes, bytes]], size: bytes) -> bytes:
    """Where the first one stood; its name as it was spelled."""
    kept: list[bytes] = []
    is_told = False
    for name, field in named:
        if name != _SIZE:
            kept.append(field)
        elif not is_told:
            is_told = True
            end = field[len(field.rstrip(b"\r\n")) :]
            kept.append(field.partition(b":")[0] + b": " + size + end)
    return b"".join(kept)


def _value(field: bytes) -> bytes:
    return field.partition(b":")[2].strip()
