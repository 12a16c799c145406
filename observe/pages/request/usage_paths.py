"""Where in an answer each number of its usage stands: a JSON path and the event.

For the usage tab, beside what Weir made of it. Read from the captured body as it is,
whatever the dialect: what stands below something that is called usage, or is named as
some servers name their counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from observe.rendering.base import Subject
from proxy.wire.amazon_stream import AmazonStreamSplitter
from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.lenient import load_record
from proxy.wire.ndjson import NDJSONSplitter
from proxy.wire.sse import SSESplitter
from proxy.wire.stream_types import is_amazon_stream, is_ndjson

MOST = 60
DEEPEST = 6
_INSIDE = re.compile(r"usage|billed_units|invocationMetrics|^timings$", re.IGNORECASE)
_ALONE = re.compile(r"^(prompt_)?eval_count$|^(prompt|generation)_token_count$")
_MARK = re.compile(rb"usage|Usage|eval_count|token_count|billed_units|Metrics|timings")


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """One that the provider told."""

    path: str
    value: int | float
    event: int | None
    """Which of a stream; the last one that tells it counts."""


def told_in(answer: Subject) -> list[ToldNumber]:
    """In the order in which they first came."""
    found: dict[str, ToldNumber] = {}
    for number, data in _objects(answer):
        body = load_record(data) if _MARK.search(data) else None
        for path, value in _numbers(body, "", 0, is_inside=False):
            if path in found or len(found) < MOST:
                found[path] = ToldNumber(path, value, number)
    return list(found.values())


def path_of(count: int | None, named: str, told: list[ToldNumber]) -> str:
    """Where a count stands under one of its names (a pattern); "" if nowhere."""
    name = re.compile(named, re.IGNORECASE)
    paths = (each.path for each in told if each.value == count)
    return next((path for path in paths if name.search(path)), "")


def _objects(answer: Subject) -> Iterator[tuple[int | None, bytes]]:
    """JSON texts of a body, each with its event's number."""
    splitter = _splitter(answer)
    if splitter is None:
        yield None, answer.data
        return
    events = [*splitter.feed(answer.data), *splitter.finish()]
    for number, event in enumerate(events, 1):
        yield number, event.data


def _splitter(
    answer: Subject,
) -> SSESplitter | NDJSONSplitter | AmazonStreamSplitter | JSONArraySplitter | None:
    if answer.facts is None or not answer.facts.is_stream:
        return None
    if is_amazon_stream(answer.content_type):
        return AmazonStreamSplitter()
    start = answer.data.lstrip()[:1]
    if start == b"[":
        return JSONArraySplitter()
    is_lines = is_ndjson(answer.content_type) or start == b"{"
    return NDJSONSplitter() if is_lines else SSESplitter()


def _numbers(
    value: object, path: str, depth: int, *, is_inside: bool
) -> Iterator[tuple[str, int | float]]:
    if isinstance(value, dict) and depth < DEEPEST:
        for name, each in value.items():
            inside = is_inside or bool(_INSIDE.search(name))
            below = f"{path}.{name}" if path else name
            if isinstance(each, dict | list):
                yield from _numbers(each, below, depth + 1, is_inside=inside)
            elif _is_number(each) and (inside or _ALONE.search(name)):
                yield below, each
    elif isinstance(value, list) and is_inside and depth < DEEPEST:
        for place, each in enumerate(value):
            yield from _numbers(each, f"{path}[{place}]", depth + 1, is_inside=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
