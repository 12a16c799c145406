"""A body's text as UTF-8, where it says or shows another character set.

JSON and event streams are UTF-8 by their rules, and many servers label them otherwise:
what is valid UTF-8 is taken as such, whatever its label. Called before a body is read
(`proxy/recording/facts.py`) or shown (`observe/pages/request/captured.py`). Pure.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from runs.cleaning import remembered

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKS = tuple(mark for mark, _ in _BOMS)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
# An allow-list: Python knows codecs that are no character sets, and slow ones.
_KNOWN = re.compile(
    r"(?:iso8859-\d+|cp\d+|utf-(?:16|32)(?:-[lb]e)?|koi8-[rut]|mac-\w+"
    r"|gb2312|gbk|gb18030|big5(?:hkscs)?|shift_jis\w*|euc[_-]\w+|iso2022_\w+)"
)
_OTHER_NAMES = {"iso8859-1": "cp1252"}  # as every browser reads it
_WIDE = {
    "000x": "utf-32-be",
    "x000": "utf-32-le",
    "0x0x": "utf-16-be",
    "x0x0": "utf-16-le",
}
_BINARY = (
    *("audio/", "image/", "video/", "multipart/"),
    *("application/octet-stream", "application/vnd.amazon.eventstream"),
)


def as_utf8(data: bytes, content_type: str) -> bytes:
    """`data` in UTF-8; unchanged where it is that already, or nothing else is known."""
    if data.isascii() and b"\0" not in data[:4]:
        return data  # as most are
    if content_type.lower().startswith(_BINARY):
        return data
    name = _by_mark(data) or _wide(data) or _narrow(data, content_type)
    return data.decode(name, "replace").encode() if name else data


def _by_mark(data: bytes) -> str:
    if not data.startswith(_MARKS):
        return ""
    return next(name for mark, name in _BOMS if data.startswith(mark))


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 by where the zeros of the first character stand (JSON)."""
    if b"\0" not in data[:4]:
        return ""
    zeros = "".join("0" if byte == 0 else "x" for byte in data[:4])
    return _WIDE.get(zeros, "")


def _narrow(data: bytes, content_type: str) -> str:
    name = _said(content_type)
    if not name and not content_type.lower().startswith("text/"):
        return ""
    if name.startswith(("utf-16", "utf-32")) or _is_utf8(data):
        return ""  # it shows no wide characters, whatever it says
    is_events = "event-stream" in content_type.lower()
    return name or ("" if is_events else "cp1252")


@remembered(256)
def _said(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    if found is None:
        return ""
    name = ""
    with suppress(LookupError):
        name = codecs.lookup(found[1]).name
    return _OTHER_NAMES.get(name, name) if _KNOWN.fullmatch(name) else ""


def _is_utf8(data: bytes) -> bool:
    """Half a character at the end of a cut body makes it no less."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return False
    return not decoder.getstate()[0] or not text.isascii()
