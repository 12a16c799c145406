"""A request is read quickly, and says what the slow and plain reading of it says."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from proxy.wire import chain, fingerprints, format_for, heard
from proxy.wire.base import RequestFacts
from proxy.wire.fingerprints import read_fingerprint
from proxy.wire.harness_texts import BESIDE_RESULT, OPENINGS, QUOTING, TAGS, WRAPPERS
from proxy.wire.members import Members
from proxy.wire.purposes import PURPOSES
from proxy.wire.sampling import INSIDE, LENGTHS, read_sampling
from proxy.wire.session_ids import FIELDS, session_of
from proxy.wire.talk import read_talk
from tests.corpus.exchanges import all_exchanges
from tests.proxy.wire import slow_members, slow_talk

ROUNDS = 6
TEXTS = (
    *(each.words for each in OPENINGS),
    *(words for found in PURPOSES.values() for words in found),
    *QUOTING,
    *(f"<{tag}>in it</{tag}>" for tag in (*TAGS, *WRAPPERS, *BESIDE_RESULT)),
    *("[read_file for 'a'] Result:", "# 2 SEARCH/REPLACE blocks failed to match!"),
    *("hello", "yes", "ß ſ İ Σ", "a\0b", "\ud83d", "\ude00", "\u2003", "…", "x" * 159),
)
BLANKS = (" ", "  ", "\n", "\t", "\u00a0", "\u2028", "\x1c", " " * 30, " " * 300)
ROLES = (
    "user",
    "assistant",
    "system",
    "developer",
    "tool",
    "function",
    "model",
    "x",
    4,
)
CHATS = ("/v1/chat/completions", "/v1/messages", "/v1/responses", "/api/chat")


@contextmanager
def slowly() -> Iterator[None]:
    """Every format reads its requests the slow way."""
    formats = [each for name, each in sys.modules.items() if "proxy.wire." in name]
    using = [each for each in formats if vars(each).get("read_talk") is read_talk]
    assert len(using) > 10
    with pytest.MonkeyPatch.context() as patch:
        for each in using:
            patch.setattr(each, "read_talk", slow_talk.read_talk)
        yield


def both(path: str, body: bytes) -> tuple[RequestFacts, RequestFacts]:
    form = format_for("POST", path)
    quick = form.read_request(body, path)
    with slowly():
        return quick, form.read_request(body, path)


def asked() -> Iterator[tuple[str, bytes]]:
    for each in all_exchanges():
        if each.method == "POST" and each.asked:
            yield each.path.partition("?")[0], each.asked


def test_every_request_reads_the_same_both_ways() -> None:
    told = 0
    for path, body in asked():
        quick, slow = both(path, body)
        assert quick == slow, (path, body)
        told += bool(quick.history)
    assert told > 100


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_requests_with_odd_members_read_the_same_both_ways(seed: int) -> None:
    source = random.Random(seed)
    for path, body in asked():
        try:
            changed = json.dumps(_odd(json.loads(body), source)).encode()
        except ValueError:
            continue
        quick, slow = both(path, changed)
        assert quick == slow, (path, changed)


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("path", CHATS)
def test_made_up_talks_read_the_same_both_ways(path: str, seed: int) -> None:
    source = random.Random(seed)
    for _ in range(150):
        messages = [_message(source) for _ in range(source.choice([1, 1, 2, 4, 70]))]
        body = json.dumps({"messages": messages, "input": messages}).encode()
        quick, slow = both(path, body)
        assert quick == slow, body


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_all_dialects_say_alike_reads_the_same_both_ways(seed: int) -> None:
    source, told = random.Random(seed), 0
    for _, body in [*asked(), *(_with_members(source) for _ in range(400))]:
        for text in (body, body[:-1], body.replace(b": ", b":", 3)):
            quick, slow = Members(text), Members(text)
            assert read_sampling(quick) == slow_members.read_sampling(slow), text
            assert session_of(quick) == slow_members.session_of(slow), text
            mark = read_fingerprint(quick)
            assert (mark.system, mark.tools) == slow_members.hashes(slow), text
            told += mark.system != ""
    assert told > 100


def test_what_passes_is_left_out_of_a_prompt_as_one_pattern_says_it() -> None:
    source = random.Random(1)
    words = (
        *(
            "2026-11-27",
            "Mon Nov 27 2026",
            "deadbeef",
            "0123abcd-4567-89ab",
            "/x/y.z@1",
        ),
        *("/home/a", "/", "//", "-", "-12", " ", "abc", "Z", "12", "Ab", "Nov ", "é"),
        *("a", "f" * 7, "1" * 8, "0", "\n", "."),
    )
    for _ in range(20_000):
        text = "".join(source.choices(words, k=source.randint(1, 9))).encode()
        assert fingerprints._worked_out(text) == slow_members.hash_of(text), text


def _with_members(source: random.Random) -> tuple[str, bytes]:
    """A body whose members are those that somebody looks for."""
    inner = [name for path in FIELDS for name in path]
    names = [*LENGTHS, *INSIDE, *inner, "temperature", "user_id", "system", "tools"]
    return "", json.dumps(_object(names, source, depth=2)).encode()


def _object(names: list[str], source: random.Random, depth: int) -> dict[str, Any]:
    values: list[Any] = ["a_session_0123456789", " ", 4, "4", 0.5, -1, 1e30, None, []]
    values += [{"role": "system", "content": "2026-11-27"}, _text(source)]
    found: dict[str, Any] = {}
    for name in source.choices(names, k=source.choice([1, 2, 5])):
        is_deep = depth and source.random() < 0.4
        found[name] = _object(names, source, depth - 1) if is_deep else None
        found[name] = found[name] or source.choice(values)
    if depth == 2 and source.random() < 0.5:
        found["messages"] = [_message(source) for _ in range(5)]
    return found


@pytest.mark.parametrize("remembered", [20_000, 100])
def test_long_talks_that_grow_and_part_read_the_same_both_ways(
    remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "_REMEMBERED", remembered)
    monkeypatch.setattr(chain, "_known", {})
    source = random.Random(remembered)
    begun = [[{"role": "user", "content": f"go on {n % 2}"}] for n in range(4)]
    for _ in range(80):
        messages = source.choice(begun)
        messages += [_message(source) for _ in range(source.choice([1, 2, 20]))]
        if source.random() < 0.3:
            messages[source.randrange(len(messages))] = _message(source)
        body = json.dumps({"messages": messages}).encode()
        quick, slow = both("/v1/chat/completions", body)
        assert quick == slow, body
        kept = sum(len(each.messages) for each in chain._known.values())
        assert kept <= remembered


@pytest.mark.parametrize(("calls", "name"), [(1, "f" * 100_000), (2_000, "f")])
def test_a_message_that_tells_of_much_is_read_again_each_time(
    calls: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "_heard", {})
    monkeypatch.setattr(chain, "_known", {})
    call = {"id": "c", "type": "function", "function": {"name": name}}
    large = {"role": "assistant", "content": None, "tool_calls": [call] * calls}
    short = [{"role": "user", "content": f"go on {n}"} for n in range(20)]
    for messages in ([*short, large], [*short, large], short):
        body = json.dumps({"messages": messages}).encode()
        quick, slow = both("/v1/chat/completions", body)
        assert quick == slow
        assert len(heard._heard) == len(short)
        assert bool(chain._known) == (messages is short)


def _message(source: random.Random) -> dict[str, Any]:
    content: Any = _text(source)
    if source.random() < 0.5:
        content = [_block(source) for _ in range(source.choice([0, 1, 1, 2, 4]))]
    message = {"role": source.choice(ROLES[:5]), "content": content}
    if source.random() < 0.2:
        message["tool_calls"] = [{"id": _id(source), "function": _call(source)}]
    if source.random() < 0.2:
        message["tool_call_id"] = _id(source)
    if source.random() < 0.1:
        message |= {"role": source.choice(ROLES), source.choice("ab"): _text(source)}
        del message[source.choice(list(message))]
    return message


def _block(source: random.Random) -> Any:
    text, call_id = _text(source), _id(source)
    blocks: list[Any] = [
        *[{"type": "text", "text": text}] * 4,
        {"type": "tool_result", "tool_use_id": call_id, "content": text},
        {"type": "tool_use", "id": call_id, "name": "f", "input": {"b": 1, "a": text}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "thinking", "thinking": text},
        *({"type": "odd", "text": text}, text, None, 4),
    ]
    return source.choice(blocks)


def _call(source: random.Random) -> dict[str, Any]:
    arguments = source.choice(['{"b": 1, "a": "é"}', "{", "", '{"a":NaN}', "[1e5]"])
    return {"name": source.choice(("read", "")), "arguments": arguments}


def _id(source: random.Random) -> str:
    return source.choice(("call_1", "call_2", ""))


def _text(source: random.Random) -> str:
    picks: list[Callable[[], str]] = [
        lambda: source.choice(TEXTS),
        lambda: source.choice(TEXTS).upper(),
        lambda: source.choice(BLANKS),
        lambda: source.choice("abc<>") * source.choice([1, 5, 80, 400]),
    ]
    return "".join(source.choice(picks)() for _ in range(source.choice([1, 1, 2, 5])))


def _odd(value: Any, source: random.Random) -> Any:
    """`value` with some of what is in it other than it was."""
    if source.random() < 0.04:
        return source.choice((None, 0, "", [], {}, _text(source), [_text(source)]))
    if isinstance(value, list):
        return [_odd(each, source) for each in value for _ in range(_times(source))]
    if isinstance(value, dict):
        return {name: _odd(each, source) for name, each in value.items()}
    if isinstance(value, str) and value not in ROLES and source.random() < 0.1:
        return _text(source) + value
    return value


def _times(source: random.Random) -> int:
    return source.choice([1] * 20 + [0, 2])
