"""JSON with colours and folding, keys in the order in which they were sent.

Numbers keep their spelling (an id of 20 digits stays itself), repeated keys are all
shown: what one sees is what crossed the wire, only indented.
"""

from __future__ import annotations

import json
from html import escape

from django.utils.safestring import SafeString, mark_safe

from observe.rendering.base import CannotShow, Subject, TooLarge
from proxy.wire.sse import BOM

MAX_BYTES = 2 * 1024 * 1024
MAX_NODES = 8_000
MAX_DEPTH = 80
INLINE = 72
"""A list or object of plain values this short stays on one line."""
LONG_TEXT = 400
SHOWN_TEXT = 20_000
OPEN_CHILDREN = 60
"""Longer lists start folded."""


class Number(str):
    """A number as it was spelled."""

    __slots__ = ()


class Pairs(tuple[tuple[str, object], ...]):
    """An object's members: in order, repeats included."""

    __slots__ = ()


class JsonRenderer:
    name = "json"
    label = "JSON"

    def claims(self, subject: Subject) -> bool:
        start = subject.data[:64].removeprefix(BOM).lstrip()[:1]
        if start not in (b"{", b"["):
            return False
        return "json" in subject.media_type or _parses(subject)

    def render(self, subject: Subject) -> SafeString:
        if len(subject.data) > MAX_BYTES:
            raise TooLarge("Too large to lay out as JSON; here is its beginning.")
        text = subject.text.removeprefix("\ufeff")
        try:
            return to_html(text)
        except TooLarge:
            raise
        except (ValueError, RecursionError) as error:
            return _lines(text, error)


def to_html(text: str) -> SafeString:
    # Layout escapes every key and value; the rest is our own markup.
    return mark_safe(f'<div class="json">{Layout().value(parse(text), 0)}</div>')


def _lines(text: str, error: Exception) -> SafeString:
    """A JSON value a line (NDJSON, whatever its label), or why it is none."""
    lines = [line for line in text.split("\n") if line.strip()]
    layout = Layout()
    try:
        shown = [layout.value(parse(line), 0) for line in lines]
    except TooLarge:
        raise
    except (ValueError, RecursionError):
        why = "This JSON is damaged or ends early; here it is as it came."
        raise CannotShow(why) from error
    return mark_safe("".join(f'<div class="json">{line}</div>' for line in shown))


def parse(text: str) -> object:
    return json.loads(
        text,
        object_pairs_hook=Pairs,
        parse_int=Number,
        parse_float=Number,
        parse_constant=Number,
    )


class Layout:
    """Turns parsed JSON to HTML; everything that was sent is escaped here."""

    def __init__(self) -> None:
        self.nodes = 0

    def value(self, value: object, depth: int) -> str:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise TooLarge("Too many values to lay out as JSON; here it is unfolded.")
        if isinstance(value, Pairs):
            return self._container(value, "{}", depth)
        if isinstance(value, list):
            return self._container(value, "[]", depth)
        return _scalar(value)

    def _container(self, items: Pairs | list[object], ends: str, depth: int) -> str:
        if not items:
            return f"<i>{ends}</i>"
        if (short := _inline(items, ends)) is not None:
            self.nodes += len(items)
            return short
        lines = "".join(self._lines(items, depth))
        unit = "key" if ends == "{}" else "item"
        count = f"{len(items)} {unit}{'s' if len(items) != 1 else ''}"
        is_open = " open" if depth == 0 or len(items) <= OPEN_CHILDREN else ""
        return (
            f"<details{is_open}><summary><i>{ends[0]}</i><small>{count}</small></summary>"
            f"<ul>{lines}</ul></details><i>{ends[1]}</i>"
        )

    def _lines(self, items: Pairs | list[object], depth: int) -> list[str]:
        if isinstance(items, Pairs):
            shown = [
                f"{_key(key)}{self.value(value, depth + 1)}" for key, value in items
            ]
        else:
            shown = [self.value(value, depth + 1) for value in items]
        return [f"<li>{line}<i>,</i></li>" for line in shown[:-1]] + [
            f"<li>{shown[-1]}</li>"
        ]


def _inline(items: Pairs | list[object], ends: str) -> str | None:
    """All on one line when short and without anything nested."""
    values = [item[1] for item in items] if isinstance(items, Pairs) else items
    if any(isinstance(value, (Pairs, list)) for value in values):
        return None
    length = sum(len(str(item)) for item in items) + 2 * len(items)
    if len(items) > INLINE or length > INLINE:
        return None
    if isinstance(items, Pairs):
        parts = [f"{_key(key)}{_scalar(value)}" for key, value in items]
    else:
        parts = [_scalar(value) for value in values]
    return f"<i>{ends[0]}</i>{'<i>,</i> '.join(parts)}<i>{ends[1]}</i>"


def _key(key: str) -> str:
    return f"<b>{_quoted(key)}</b><i>:</i> "


_WORDS: dict[object, str] = {True: "true", False: "false", None: "null"}


def _scalar(value: object) -> str:
    if isinstance(value, Number):
        return f"<em>{escape(value)}</em>"
    if isinstance(value, str):
        return _text(value)
    return f"<q>{_WORDS[value]}</q>"


def _text(text: str) -> str:
    if len(text) <= LONG_TEXT:
        return f"<s>{_quoted(text)}</s>"
    cut = "…" if len(text) > SHOWN_TEXT else ""
    return (
        f"<details><summary><s>{_quoted(text[:160])[:-1]}…</s>"
        f"<small>{len(text):,} characters</small></summary>"
        f"<pre>{escape(text[:SHOWN_TEXT])}{cut}</pre></details>"
    )


def _quoted(text: str) -> str:
    # A lone surrogate can't be encoded as UTF-8; json keeps it as an escape.
    try:
        text.encode()
        return escape(json.dumps(text, ensure_ascii=False), quote=False)
    except UnicodeEncodeError:
        return escape(json.dumps(text), quote=False)


def _parses(subject: Subject) -> bool:
    if len(subject.data) > MAX_BYTES:
        return False
    try:
        parse(subject.text)
    except (ValueError, RecursionError):
        return False
    return True
