"""Looks through a body for keys: what a prompt, a tool or an answer brought along.

Called by `proxy/secrets/memory.py`, after the client is served. Bodies are content
and stay as they are, unless a route or provider says otherwise; what was found is told.
Fast, because agents send half a megabyte with every call: `HINTS` skip to what could be
one. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pricing.values import dataclass
from proxy.secrets.names import is_secret
from proxy.secrets.shapes import ANY_KEY, HINTS, SHAPES, title_of

_REST = {
    prefix.encode(): (shape.title, re.compile(shape.rest.encode()))
    for shape in reversed(SHAPES)
    for prefix in shape.prefixes
}


def _with_sign(hint: str) -> tuple[bytes, re.Pattern[bytes]]:
    """A hint with what it can't be without and many a body doesn't have at all: its one
    prefix, or the character that it begins with."""
    pattern = re.compile(hint.encode())
    alone = [prefix for prefix in _REST if pattern.search(prefix)]
    first = hint.removeprefix("\\")[:1].encode()
    return alone[0] if len(alone) == 1 else first, pattern


_HINTS = [_with_sign(hint) for hint in HINTS]
_LENGTHS = sorted({len(prefix) for prefix in _REST}, reverse=True)
_LONGEST_NAME = 64
MOST_NESTED = 16
"""Keys that begin inside of one are looked at, since it may overlap with an earlier one
and not count; more of them are a row of prefixes, each of which goes on to its end."""
# `"api_key": "…"`, also inside of a text that is JSON itself. Looked for from the colon
# on: there are half as many as quotes. Only one with a digit is random.
_MEMBER = re.compile(
    rb':[ \t]{0,4}+\\?+"(?=[^"\\\s0-9]{0,511}+[0-9])([^"\\\s]{12,512}+)'
)
# `AWS_SECRET_ACCESS_KEY=…`, as in the environment of a command, and `AccountKey=…` or
# `SharedAccessKey=…` of an Azure connection string.
_VARIABLE = re.compile(
    rb"=(?:(?<=_KEY=)|(?<=TOKEN=)|(?<=SECRET=)|(?<=WORD=)|(?<=[ts]Key=))"
    rb"[\"']?([A-Za-z0-9/+_.~:@!#%^*=-]{12,512})"
)
# `postgres://app:…@db/app`, also with JSON's `\/`. No place for one (`$PASS`, `{pass}`)
# and no image (`docker://name:tag@sha256:…`).
_IN_ADDRESS = re.compile(
    rb":\\?/\\?/[^\s\\\"'<>/?#@:]{0,64}+:(?![${<*]|%[({])"
    rb"([^\s\\\"'<>/?#@]{8,256}+)@(?!sha\d)[\w\[]"
)
_OF_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]-"
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----([^-]{32,8192})", re.DOTALL
)
_ENDS = b"PRIVATE KEY-----"
_LETTER, _DIGIT = re.compile(rb"[A-Za-z]"), re.compile(rb"[0-9]")
_RUN = re.compile(rb"[A-Za-z0-9]{20}")


@dataclass(frozen=True, slots=True)
class Found:
    """A key at [start, end) of a body."""

    start: int
    end: int
    title: str


def keys_in(body: bytes) -> list[Found]:
    """In their order; where two overlap, the first."""
    found = [*_shaped(body), *_named(body), *_in_addresses(body)]
    if not found:
        return found  # as nearly always
    found.sort(key=lambda each: each.start)
    kept: list[Found] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _shaped(body: bytes) -> Iterator[Found]:
    for first, pattern in _HINTS:
        if first in body and pattern.search(body):
            words_to = key_to = nested = 0
            for hint in pattern.finditer(body):
                if hint.end() >= key_to:
                    nested = 0
                elif nested == MOST_NESTED:
                    continue
                found = _at(body, hint.end(), words_to)
                if isinstance(found, Found):
                    yield found
                    key_to, nested = max(key_to, found.end), nested + 1
                else:
                    words_to = found
    if _ENDS in body:
        for block in _PRIVATE_KEY.finditer(body):
            yield Found(block.start(1), block.end(1), "private key")


def _at(body: bytes, behind: int, words_to: int) -> Found | int:
    """The key whose prefix ends there; or up to where words go on in which there is no
    key of any looks, so that a long row of them is gone through once."""
    for length in _LENGTHS:
        start = behind - length
        kind = _REST.get(body[start:behind]) if start >= 0 else None
        if kind is None or body[start - 1 : start].isalnum():
            continue
        if kind[0] == ANY_KEY and behind < words_to:
            continue
        key = kind[1].match(body, behind)
        if key is None:
            continue
        if kind[0] == ANY_KEY and not _no_words(key.group()):
            words_to = key.end()
            continue
        text = body[start : key.end()].decode("latin-1")
        return Found(start, key.end(), title_of(text))
    return words_to


def _no_words(rest: bytes) -> bool:
    """`sk-estimator-doc-link` is a class of a page; a key has digits or a long run."""
    return _DIGIT.search(rest) is not None or _RUN.search(rest) is not None


def _named(body: bytes) -> Iterator[Found]:
    for pattern, name_of in _VALUES:
        if pattern.search(body):
            for value in pattern.finditer(body):
                name = name_of(body, value.start())
                if name and is_secret(name.decode()) and _is_random(value[1]):
                    yield Found(*value.span(1), "named value")


def _in_addresses(body: bytes) -> Iterator[Found]:
    if b"@" in body:
        for value in _IN_ADDRESS.finditer(body):
            if _is_random(value[1]):
                yield Found(*value.span(1), "password in an address")


def quoted_before(body: bytes, colon: int) -> bytes:
    """The name whose closing quote stands there, or a few blanks before."""
    before = body[max(0, colon - 5) : colon]
    quoted = before.rstrip(b" \t")
    blanks = len(before) - len(quoted)
    return _name_before(body, colon - blanks - 1) if quoted[-1:] == b'"' else b""


def _name_before(body: bytes, end: int) -> bytes:
    """The name that ends there, or behind whose end a backslash stands."""
    before = body[max(0, end - _LONGEST_NAME) : end].removesuffix(b"\\")
    return before[len(before.rstrip(_OF_NAME)) :]


_VALUES = ((_MEMBER, quoted_before), (_VARIABLE, _name_before))
"""With what reads the name before such a value."""


def _is_random(key: bytes) -> bool:
    """Letters and digits: no word, no number, no row of one character."""
    return (
        len(set(key)) > 5
        and _LETTER.search(key) is not None
        and _DIGIT.search(key) is not None
    )
