"""Every fix on every stream made for it: split anywhere, fuzzed, and what is read."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest

from proxy.fixes import FIXES
from proxy.forward.fixing import LARGEST, Fixing, StreamFixing
from proxy.wire.sse import BOM
from tests.proxy.fixes.cases import (
    CASES,
    END,
    HI,
    QWEN,
    REASONING,
    TOOLS,
    Case,
    lines,
    thought,
)

FUZZED = 10_000


def fixing(*names: str, tools: Any = TOOLS) -> StreamFixing:
    return StreamFixing(Fixing(names, lambda: json.dumps(tools).encode()))


def through(fix: StreamFixing, *pieces: bytes) -> bytes:
    return b"".join(fix.feed(piece) for piece in pieces) + fix.finish()


@dataclass
class Read:
    """What a client makes of a stream."""

    content: str = ""
    thoughts: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    calls: list[tuple[str, Any]] = field(default_factory=list)
    finish: str | None = None
    is_done: bool = False


def read(stream: bytes) -> Read:
    got = Read()
    for event in stream.replace(b"\r\n", b"\n").split(b"\n\n"):
        data = event.removeprefix(b"data: ")
        got.is_done |= data == b"[DONE]"
        if not data.startswith(b"{"):
            continue
        for choice in json.loads(data)["choices"]:
            delta = choice["delta"]
            got.content += delta.get("content") or ""
            for name in ("reasoning", "reasoning_content"):
                got.thoughts[name] += delta.get(name) or ""
            for call in delta.get("tool_calls", ()):
                function = call["function"]
                got.calls.append((function["name"], json.loads(function["arguments"])))
            got.finish = choice["finish_reason"] or got.finish
    return got


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_the_client_reads(case: Case) -> None:
    fix = fixing(*case.fixes)
    out = through(fix, case.stream)
    reports = fix.fixing.reports()
    warnings = [warning for each in reports for warning in each.warnings]
    if case.warning:
        assert warnings[0].startswith(
            f"Qwen tool-call rewrite rejected: {case.warning}"
        )
        assert out == case.stream
        assert not any(each.did for each in reports)
        return
    got = read(out)
    assert (got.content, "".join(got.thoughts.values())) == (
        case.content,
        case.thoughts,
    )
    assert (tuple(got.calls), got.finish) == (case.calls, case.finish)
    assert got.is_done
    assert not warnings
    assert any(each.did for each in reports) is (out != case.stream)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_split_anywhere_it_is_the_same(case: Case) -> None:
    whole = through(fixing(*case.fixes), case.stream)
    for at in range(len(case.stream)):
        cut = through(fixing(*case.fixes), case.stream[:at], case.stream[at:])
        assert cut == whole, case.stream[:at][-30:]
    single = [case.stream[at : at + 1] for at in range(len(case.stream))]
    assert through(fixing(*case.fixes), *single) == whole


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_broken_stream_gets_what_was_held_and_no_end(case: Case) -> None:
    """Without what the fix had changed by then, it is what came, byte for byte."""
    for at in range(0, len(case.stream), 3):
        fix = fixing(*case.fixes)
        out = fix.feed(case.stream[:at]) + fix.broken_off()
        if not any(each.did for each in fix.fixing.reports()):
            assert out == case.stream[:at]


def test_fuzzed_streams_never_raise_and_never_lose_a_byte() -> None:
    chance = random.Random(7)
    names = [fix.id for fix in FIXES]
    pieces = [event + b"\n\n" for case in CASES for event in case.stream.split(b"\n\n")]
    passed = 0
    for _ in range(FUZZED):
        events = chance.choices(pieces, k=chance.randint(1, 9))
        stream = mangled(b"".join(events), chance)
        fixes = chance.sample(names, chance.randint(1, len(names)))
        fix = fixing(*fixes)
        cut = chance.randint(0, len(stream))
        out = through(fix, stream[:cut], stream[cut:])
        reports = fix.fixing.reports()
        failed = [w for each in reports for w in each.warnings if "it failed" in w]
        assert not failed, (failed, stream)
        if not any(each.did for each in reports):
            passed += 1
            assert out == stream
    assert FUZZED / 10 < passed < FUZZED * 9 / 10


def mangled(stream: bytes, chance: random.Random) -> bytes:
    """Cut, doubled, or with bytes that nobody meant."""
    kind = chance.randrange(4)
    at = chance.randint(0, len(stream))
    if kind == 0:
        return stream[:at]
    if kind == 1:
        return stream[:at] + chance.randbytes(chance.randint(1, 4)) + stream[at:]
    if kind == 2:
        other = chance.choice([b"null", b"[]", b"{}", b'"x"', b"1e999", b"\\ud800"])
        return stream[:at] + other + stream[at + len(other) :]
    return stream


def test_what_is_held_is_bounded() -> None:
    fix = fixing(QWEN)
    start = lines(*thought("<tool_call><function=edit><parameter=path>"))
    more = lines(*thought("x" * 60_000))
    sent, got = start, fix.feed(start)
    for _ in range(LARGEST // 60_000 + 2):
        sent += more
        got += fix.feed(more)
        assert len(sent) - len(got) <= LARGEST
    assert got + fix.finish() == sent
    assert "1 MiB" in fix.fixing.reports()[0].warnings[0]


def test_an_event_too_large_for_anybody_passes_and_all_behind_it() -> None:
    fix = fixing(QWEN)
    held = lines(*thought("a <tool_"))
    large = b"data: " + b"x" * (LARGEST + 10)
    pieces = [held, large[:1000], large[1000:], b"\n\n", lines(*thought("call>"))]
    assert through(fix, *pieces) == b"".join(pieces)


def test_without_declared_tools_nothing_is_looked_for() -> None:
    fix = fixing(QWEN, tools=None)
    stream = CASES[0].stream
    assert fix.feed(stream) == stream
    assert fix.fixing.reports()[0].warnings == []


def test_what_is_added_behind_an_event_without_its_blank_line() -> None:
    for end in (b"", b"\n", b"\r"):
        out = through(fixing(END), lines(HI), HI + end)
        got = read(re.sub(rb"\r?\n{2,}", b"\n\n", out))
        assert (got.content, got.finish, got.is_done) == ("HiHi", "stop", True)


def test_a_compressed_stream_is_not_waited_for() -> None:
    given_up = Fixing([END, QWEN], bytes)
    given_up.give_up("compressed.")
    fix = StreamFixing(given_up)
    data = gzip.compress(CASES[0].stream)
    assert fix.feed(data[:20]) == data[:20]
    assert fix.feed(data[20:]) + fix.finish() == data[20:]
    assert [each.warnings for each in given_up.reports()] == [["compressed."]] * 2


def test_a_byte_order_mark_is_no_line_of_a_mended_event() -> None:
    out = through(fixing(REASONING), BOM + lines(*thought("Hm")))
    assert read(out).thoughts == {"reasoning": "Hm", "reasoning_content": ""}
