"""What an upstream's response head says of its body, and heads that say it twice.

`proxy/forward/http1/answer.py` asks before they are parsed: the parser refuses what
RFC 9110 8.6 and RFC 9112 6.3 let a recipient read. A plain answer that came in one
piece (`whole`) needs no parser. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pricing.values import dataclass
from proxy.exchange import HeaderList
from proxy.forward.http1.keeping import KEPT_S, kept_s

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


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """One that came in one piece, on a connection that stays."""

    status: int
    headers: HeaderList
    body: bytes
    keep_s: float


MOST_FIELDS = 1024
_PLAIN = b"HTTP/1.1 "
_STATUSES = frozenset(b"%d" % n for n in range(200, 600) if n not in _BODYLESS)
_LAST = b"\r\n0\r\n\r\n"
"""Behind the one chunk of a body."""
_PRINTED = bytes(range(0x20, 0x7F))
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEX = b"0123456789abcdefABCDEF"
_LONG = 128
"""Bytes of a field's name of which nothing is remembered."""
_NOTHING, _IS_SIZE, _IS_CODING, _IS_CONNECTION, _IS_KEPT, _IS_ODD = range(6)
_MEANINGS = {
    _SIZE: _IS_SIZE,
    _CODING: _IS_CODING,
    b"connection": _IS_CONNECTION,
    b"proxy-connection": _IS_ODD,
    b"keep-alive": _IS_KEPT,
}


def whole(data: bytes) -> WholeAnswer | None:
    """What the parser would read, where nothing in it asks for more than a look. None:
    it has to be parsed."""
    end = data.find(b"\r\n\r\n") + 2
    if end < 2 or not data.startswith(_PLAIN) or data[9:12] not in _STATUSES:
        return None
    head = data[:end]
    lines = head.split(b"\r\n")
    # No other control characters, no bytes above ASCII, no blanks around values.
    if len(head.translate(None, _PRINTED)) != 2 * len(lines) - 2:
        return None
    if head[12:13] != b" " or b" \r" in head[13:] or b":  " in head:
        return None
    size, headers, keep_s, coded = b"", [], KEPT_S, False
    may_be_coded = data.endswith(_LAST)
    for line in lines[1:-1]:
        name, colon, value = line.partition(b": ")
        meaning = _meaning(name) if len(name) < _LONG else _IS_ODD
        if meaning:
            if meaning == _IS_SIZE and not size and value.isdigit():
                size = value
            elif meaning == _IS_CODING and may_be_coded and value.lower() == b"chunked":
                coded, may_be_coded = True, False
            elif meaning == _IS_KEPT:
                keep_s = kept_s(value.decode("ascii"))
            elif meaning != _IS_CONNECTION or value.lower() != b"keep-alive":
                return None
        if not colon:
            return None
        headers.append((name, value))
    if bool(size) == coded or len(headers) > MOST_FIELDS:
        return None
    body = _one_chunk(data, end + 2) if coded else _of_size(data, end + 2, size)
    if body is None:
        return None
    return WholeAnswer(int(data[9:12]), headers, body, keep_s)


@lru_cache(maxsize=2048)
def _meaning(name: bytes) -> int:
    """Of a field for its message's frame; `_IS_ODD`: only the parser can tell."""
    if not _TOKEN.fullmatch(name):
        return _IS_ODD
    return _MEANINGS.get(name.lower(), _NOTHING)


def _of_size(data: bytes, at: int, size: bytes) -> bytes | None:
    is_all = len(size) < 16 and len(data) - at == int(size)
    return data[at:] if is_all else None


def _one_chunk(data: bytes, at: int) -> bytes | None:
    """Of a body that came in one; None for more, and for what is said beside sizes."""
    size, line_end, _ = data[at : at + 10].partition(b"\r\n")
    if not line_end or not size or size.strip(_HEX):
        return None
    at += len(size) + len(line_end)
    end = at + int(size, 16)
    return data[at:end] if at < end == len(data) - len(_LAST) else None
