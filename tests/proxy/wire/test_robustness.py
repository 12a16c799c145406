"""Nothing that a server or client can send makes a wire format raise."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from proxy.wire import FORMATS
from proxy.wire.base import Message, RequestFacts, ResponseFacts, WireFormat
from tests.proxy.wire.golden import Case, by_folder, case_id

PATHS = (
    "/v1/chat/completions",
    "/v1beta/models/m:streamGenerateContent",
    "/v1internal:generateContent",
)
TYPES = ("application/json", "text/event-stream", "application/x-ndjson", "")
each_format = pytest.mark.parametrize("wire_format", FORMATS, ids=lambda f: f.name)
each_folder = pytest.mark.parametrize(
    "cases", [pytest.param(found, id=name) for name, found in by_folder().items()]
)
ODD_LISTS: tuple[object, ...] = ([], {}, [[]], [{}], [None])
ODD = ("", "\ud83d", "a\0b", 0, -1, 1.5, 10**40, True, None, *ODD_LISTS)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif isinstance(value, RequestFacts | ResponseFacts | Message):
        for name in value.__slots__:
            yield from strings(getattr(value, name))
    elif hasattr(value, "__slots__"):
        for name in value.__slots__:
            inner = getattr(value, name)
            if isinstance(inner, str):
                yield inner


def assert_storable(*values: object) -> None:
    for text in strings(values):
        text.encode()
        assert "\0" not in text


@contextmanager
def named(what: str) -> Iterator[None]:
    """A failure says which it was."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def read_all(wire_format: WireFormat, body: bytes) -> None:
    for path in PATHS:
        assert_storable(wire_format.read_request(body, path))
    assert_storable(*wire_format.read_messages(body))
    for content_type in TYPES:
        for status in (200, 500):
            reader = wire_format.reader(status, content_type)
            reader.feed(body)
            assert_storable(reader.finish())


@each_format
def test_random_bytes(wire_format: WireFormat) -> None:
    source = random.Random(3)
    alphabet = b'{}[]",:\\ \n\r0123dataevnt\xff\x00\xe2\x80\xa8'
    for size in range(0, 200, 3):
        read_all(wire_format, source.randbytes(size))
        read_all(wire_format, bytes(source.choices(alphabet, k=size)))


NESTED_LISTS = b'{"role":"user","content":' + b"[" * 900 + b"1" + b"]" * 900 + b"}"
NESTED_RESULTS = b'{"content":[{"toolResult":' * 300 + b"1" + b"}]}" * 300
HOSTILE = (
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"data: " + b"[" * 100_000 + b"\n\n",
    b'{"messages":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"input":[' + NESTED_LISTS + b"]}",
    b'{"messages":[' + NESTED_RESULTS + b"]}",
    b'{"model":"\xff\xfe","messages":[{"role":"user","content":"\xff"}]}',
    b'{"usage":{"prompt_tokens":NaN,"completion_tokens":Infinity}}',
    b'{"usage":{"prompt_tokens":' + b"9" * 5000 + b"}}",
    b"\xef\xbb\xbf{}",
    b"null",
    b"[]",
    b'"text"',
)


@each_format
def test_hostile_json(wire_format: WireFormat) -> None:
    for body in HOSTILE:
        with named(repr(body[:24])):
            read_all(wire_format, body)


@each_folder
def test_bodies_cut_at_each_byte(cases: list[Case]) -> None:
    for case in cases:
        with named(case_id(case)):
            cut_everywhere(case)


def cut_everywhere(case: Case) -> None:
    for body in (case.request, case.response):
        for at in range(0, len(body), 1 if len(body) < 300 else 37 + len(body) // 100):
            case.wire_format.read_request(body[:at], case.expected["path"])
            case.wire_format.read_messages(body[:at])
            assert_storable(case.read_response([body[:at]]))


def objects_in(body: bytes) -> list[Any]:
    """The JSON objects of a body, streamed or not."""
    lines = [line.removeprefix(b"data: ") for line in body.split(b"\n")]
    found = []
    for text in dict.fromkeys((body, *lines)):
        try:
            found.append(json.loads(text))
        except ValueError:
            continue
    return [each for each in found if isinstance(each, dict)]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in a JSON value with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value if isinstance(value, dict) else range(len(value))):
            yield value, key
            yield from places(value[key])


@each_folder
def test_any_wrong_type_in_any_place(cases: list[Case]) -> None:
    for case in cases:
        with named(case_id(case)):
            be_wrong_everywhere(case)


def be_wrong_everywhere(case: Case) -> None:
    source = random.Random(case_id(case))
    for body in objects_in(case.request) + objects_in(case.response):
        for container, key in list(places(body)):
            right = container[key]
            container[key] = source.choice(ODD)
            data = json.dumps(body).encode()
            assert_storable(
                case.wire_format.read_request(data, case.expected["path"]),
                *case.wire_format.read_messages(data),
                case.read_response([data]),
                case.read_response([b"data: " + data + b"\n\n"]),
            )
            container[key] = right
