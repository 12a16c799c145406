"""Alike events that are read at once say what each of them says by itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

import pytest

from proxy.wire import format_for
from proxy.wire.base import ResponseFacts
from proxy.wire.reading import Reader
from proxy.wire.stencil import WINDOW, split
from tests.proxy.wire.test_plain import STREAMS, _odd

PIECE = 1500
"""Bytes at a time in which nothing is read at once."""
TEXTS = ('say "no"', "a\nb", "größe 漢字", "\\", "\\\\", '"}', '"},"', "x", "\x01", "é")


def chat(text: str, number: int) -> str:
    delta = {"content": text, "refusal": None}
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return f"data: {json.dumps(told(choices=[choice], number=number))}\n\n"


def padded(text: str, number: int) -> str:
    choice = {"index": 0, "delta": {"content": text}, "logprobs": None}
    event = told(choices=[choice], usage=None, obfuscation="x" * (number % 9))
    return f"data: {json.dumps(event, separators=(',', ':'), ensure_ascii=False)}\n\n"


def thought(text: str, number: int) -> str:
    choice = {"index": 0, "delta": {"reasoning_content": text}}
    return f"data: {json.dumps(told(choices=[choice]))}\n\n"


def block(text: str, number: int) -> str:
    delta = {"type": "text_delta", "text": text}
    event = {"type": "content_block_delta", "index": 0, "delta": delta}
    return f"event: content_block_delta\ndata: {json.dumps(event)}\n\n"


def response(text: str, number: int) -> str:
    kind = "response.output_text.delta"
    item = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    rest = {"delta": text, "logprobs": [], "obfuscation": "x" * (number % 9)}
    event = {"type": kind, "sequence_number": number + 4, **item, **rest}
    return f"event: {kind}\ndata: {json.dumps(event)}\n\n"


def arguments(text: str, number: int) -> str:
    kind = "response.function_call_arguments.delta"
    event = {"type": kind, "sequence_number": number * 7, "item_id": "fc_1"}
    told = json.dumps({**event, "output_index": 0, "delta": text})
    return f"event: {kind}\ndata: {told}\n\n"


def grown(text: str, number: int) -> str:
    return of_gemini({"text": text}, number)


def of_gemini(part: dict[str, object], number: int) -> str:
    usage = {"promptTokenCount": 9, "candidatesTokenCount": number or 1}
    usage |= {"totalTokenCount": number + 9, "thoughtsTokenCount": number // 900 + 1}
    candidate = {"content": {"parts": [part], "role": "model"}, "index": 0}
    event = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m"}
    return f"data: {json.dumps(event)}\r\n\r\n"


def told(**members: object) -> dict[str, object]:
    return {"id": "c-1", "object": "chat.completion.chunk", "model": "m", **members}


WRITERS = [("/chat/completions", each) for each in (chat, padded, thought)]
WRITERS += [("/messages", block)]
WRITERS += [("/responses", each) for each in (response, arguments)]
WRITERS += [("/models/m:streamGenerateContent", grown)]
Write = Callable[[str, int], str]


def read(path: str, answer: bytes, size: int = 10**9) -> tuple[ResponseFacts, bool]:
    """The facts, and whether something was read at once."""
    reader = format_for("POST", f"/v1{path}").reader(200, "text/event-stream")
    assert isinstance(reader, Reader)
    for at in range(0, len(answer), size):
        reader.feed(answer[at : at + size])
    facts = reader.finish()
    events = reader._events
    return facts, events is not None and events._stencil is not None


@pytest.mark.parametrize(("path", "write"), WRITERS)
def test_a_long_text_is_read_at_once(path: str, write: Write) -> None:
    source = random.Random(8)
    texts = [f"{source.choice(TEXTS)} {number}" for number in range(2_000)]
    answer = "".join(map(write, texts, range(len(texts)))).encode()
    facts, was_at_once = read(path, answer + b"data: [DONE]\n\n")
    assert was_at_once
    assert len(answer) > 2 * WINDOW
    assert facts == read(path, answer + b"data: [DONE]\n\n", PIECE)[0]
    assert facts.message is not None
    assert len(facts.content_offsets) == len(texts)
    assert facts.message.parts[0].text == "".join(texts)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("path", "write"), WRITERS)
def test_what_differs_is_read_by_itself(path: str, write: Write, seed: int) -> None:
    source = random.Random(seed)
    answer = b"".join(_events(write, source))
    assert read(path, answer)[0] == read(path, answer, PIECE)[0], answer


def _events(write: Write, source: random.Random) -> Iterator[bytes]:
    """Among alike events others that may be taken for them."""
    for number in range(400):
        line = write(source.choice(TEXTS), number).encode()
        if source.random() < 0.04:
            *names, data = line.splitlines()[:-1]
            line = b"\n".join([*names, _odd(data, source)]) + b"\n\n"
        if source.random() < 0.02:
            line = source.choice(
                (
                    *(line[:-9] + b"\n\n", line.replace(b"\n\n", b"\n"), b": ping\n\n"),
                    *(line.replace(b'"x', b'"\\ud83d'), line + b"data: [DONE]\n\n"),
                    *(line.replace(b"e", b"\xff", 9), line.replace(b"\n", b"\r\n")),
                    *(line.replace(b'"', b"", 1), write("", number).encode()),
                )
            )
        yield line


def test_what_goes_on_in_another_item_is_read_at_once_as_well() -> None:
    answer = b"".join(
        response(f"{number} ", number).replace("msg_1", f"msg_{number // 700}").encode()
        for number in range(2_000)
    )
    facts, was_at_once = read("/responses", answer)
    assert was_at_once
    assert facts == read("/responses", answer, PIECE)[0]


@pytest.mark.parametrize(
    "other",
    [{"text": "t", "thought": True}, {"functionCall": {"name": "f", "args": {}}}],
    ids=["thought", "call"],
)
def test_text_behind_something_else_is_a_block_of_its_own(
    other: dict[str, object],
) -> None:
    path = "/models/m:streamGenerateContent"
    for more in range(1, 20):  # one of them is the last that is read by itself
        parts = [dict[str, object](text=f"x{number}") for number in range(900)]
        parts[500] = parts[500 + more] = other
        answer = "".join(map(of_gemini, parts, range(900))).encode()
        facts, was_at_once = read(path, answer)
        assert was_at_once
        assert facts == read(path, answer, PIECE)[0]
        assert facts.message is not None
        assert len(facts.message.parts) >= 3


@pytest.mark.parametrize("size", [30_000, 40_001, 100_003])
@pytest.mark.parametrize(("path", "write"), WRITERS)
def test_pieces_that_end_anywhere_change_nothing(
    path: str, write: Write, size: int
) -> None:
    source = random.Random(size)
    texts = [source.choice(TEXTS) for _ in range(2_000)]
    answer = "".join(map(write, texts, range(len(texts)))).encode()
    facts, was_at_once = read(path, answer, size)
    assert was_at_once
    assert facts == read(path, answer, PIECE)[0]


@pytest.mark.parametrize("name", ["code", "service_tier", "finish_reason", "index"])
def test_a_member_that_says_something_is_always_read(name: str) -> None:
    def write(value: object) -> bytes:
        choice = {"index": 0, "delta": {"content": f"{value} "}, "finish_reason": None}
        event = told(choices=[choice]) | {name: value}
        return f"data: {json.dumps(event)}\n\n".encode()

    for values in ((f"v{n}" for n in range(300)), range(1, 300)):
        answer = b"".join(map(write, values))
        facts, was_at_once = read("/chat/completions", answer)
        assert not was_at_once
        assert facts == read("/chat/completions", answer, PIECE)[0]


def test_recorded_streams_read_the_same_however_they_come() -> None:
    for exchange in STREAMS:
        form = format_for(exchange.method, exchange.path.partition("?")[0])
        whole, parted = (
            form.reader(exchange.status, exchange.content_type) for _ in range(2)
        )
        whole.feed(exchange.answer)
        for at in range(0, len(exchange.answer), PIECE):
            parted.feed(exchange.answer[at : at + PIECE])
        assert whole.finish() == parted.finish(), exchange.name


def test_a_long_separator_parts_as_bytes_are_parted() -> None:
    source = random.Random(5)
    for _ in range(3000):
        separator = bytes(source.choices(b"ab", k=source.choice((1, 16, 17, 30))))
        pieces = (separator, separator[:16], separator[:20], b"ab", b"b")
        data = b"".join(source.choices(pieces, (9, 1, 1, 9, 9), k=12))
        assert split(data, separator) == data.split(separator)
