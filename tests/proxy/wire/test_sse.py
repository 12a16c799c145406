"""Events come out of a byte stream as the WHATWG rules say, in any pieces."""

from __future__ import annotations

from random import Random

import pytest

from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.ndjson import NDJSONSplitter
from proxy.wire.sse import Event, SSESplitter

STREAMS = [
    (b"data: a\n\ndata: b\n\n", [(b"", b"a", 9), (b"", b"b", 18)]),
    (b"data: a\r\n\r\ndata: b\r\n\r\n", [(b"", b"a", 10), (b"", b"b", 21)]),
    (b"data: a\r\rdata: b\r\r", [(b"", b"a", 9), (b"", b"b", 18)]),
    (b"\xef\xbb\xbfdata:a\n\n", [(b"", b"a", 11)]),
    (b": hi\n\nevent: x\ndata: a\ndata:b\ndata\n\n", [(b"x", b"a\nb\n", 36)]),
    (b"event: only\n\nid: 3\n\n", []),
    (b"data:  two spaces\n\n", [(b"", b" two spaces", 19)]),
    (b"dat: no\ndatax: no\ndata: a\n\n", [(b"", b"a", 27)]),
    (
        "data: a\u2028b\u0085c\x0bd\n\n".encode(),
        [(b"", "a\u2028b\u0085c\x0bd".encode(), 18)],
    ),
    (b"data: tail", [(b"", b"tail", 10)]),
    (b"data: tail\n", [(b"", b"tail", 11)]),
    (b"\n\n\n", []),
    (b"", []),
]


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def read(splitter: SSESplitter, chunks: list[bytes]) -> list[Event]:
    events = [event for chunk in chunks for event in splitter.feed(chunk)]
    return events + splitter.finish()


@pytest.mark.parametrize(("data", "events"), STREAMS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_of_a_stream(
    data: bytes, events: list[tuple[bytes, bytes, int]], size: int
) -> None:
    assert read(SSESplitter(), pieces(data, size)) == events


@pytest.mark.parametrize("seed", range(30))
def test_however_lines_end_pieces_change_nothing(seed: int) -> None:
    dice = Random(seed)
    ends = dice.choices((b"\n", b"\r\n", b"\r"), weights=(8, 8, 1), k=2)
    fields = (b"data: ", b"data:", b"event: ", b": ", b"id: ", b"stray ", b"")
    for _ in range(200):
        stream = b""
        for _ in range(dice.randrange(12)):
            end = dice.choice(ends) if dice.random() < 0.05 else ends[0]
            line = b"x" * dice.randrange(4) + dice.choice((b"", b"\xff", b"{}"))
            stream += dice.choice((*fields, fields[0], fields[0])) + line + end
            stream += end * dice.choice((0, 1, 1, 1, 1, 2))
        whole = read(SSESplitter(), [stream])
        assert whole == read(SSESplitter(), pieces(stream, 1)), stream
        assert whole == read(SSESplitter(), pieces(stream, 5)), stream


def test_an_empty_chunk_between_cr_and_lf_changes_nothing() -> None:
    chunks = [b"data: a\r", b"", b"\n\r", b"", b"\ndata: b\n\n"]
    assert [e.data for e in read(SSESplitter(), chunks)] == [b"a", b"b"]


def test_an_event_is_out_as_soon_as_its_blank_line_is_in() -> None:
    splitter = SSESplitter()
    assert splitter.feed(b"data: a\r\n\r") == [(b"", b"a", 10)]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_oversized_event_is_dropped_alone(size: int) -> None:
    splitter = SSESplitter(max_event=50)
    data = b"data: a\n\ndata: " + b"x" * 200 + b"\n\ndata: b\n\n"
    assert read(splitter, pieces(data, size)) == [(b"", b"a", 9), (b"", b"b", 226)]
    assert splitter.dropped == 1


def test_many_data_lines_count_together_against_the_cap() -> None:
    splitter = SSESplitter(max_event=50)
    events = read(splitter, [b"data: 0123456789\n" * 6 + b"\ndata: b\n\n"])
    assert [event.data for event in events] == [b"b"]
    assert splitter.dropped == 1


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_ndjson_lines(size: int) -> None:
    splitter = NDJSONSplitter(max_event=20)
    data = b'{"a":1}\r\n\n{"b":"' + b"x" * 30 + b'"}\n{"c":"\xe2\x80\xa8"}'
    events = [e for chunk in pieces(data, size) for e in splitter.feed(chunk)]
    events += splitter.finish()
    assert [(e.data, e.end) for e in events] == [
        (b'{"a":1}', 9),
        (b'{"c":"\xe2\x80\xa8"}', len(data)),
    ]
    assert splitter.dropped == 1


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_json_array_objects(size: int) -> None:
    splitter = JSONArraySplitter(max_event=40)
    first, second = b'{"a":"]}\\"[{"}', b'{"b":[{"c":{}}]}'
    data = b" [" + first + b",\r\n" + second + b',3,["x"],{"d":"' + b"x" * 60 + b'"}]'
    events = [e for chunk in pieces(data, size) for e in splitter.feed(chunk)]
    assert [(e.data, e.end) for e in events] == [
        (first, 2 + len(first)),
        (second, 5 + len(first) + len(second)),
    ]
    assert splitter.dropped == 1
    assert splitter.is_complete


def test_a_cut_json_array_is_not_complete() -> None:
    splitter = JSONArraySplitter()
    assert splitter.feed(b'[{"a":1},{"b"') == [(b"", b'{"a":1}', 8)]
    assert not splitter.is_complete
