"""Journals as workers leave them behind, made up: what `bench/drain.py` drains.

Small calls are of strangers. An agent sends its instructions, its tools and the whole
history with every call, and each call adds an answer and what a tool gave.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from proxy.journal.capture import INLINE, BodyCapture
from proxy.journal.format import Head, Tail
from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from runs.record import Outcome, Side

SMALL_CALLS = 6_000
SESSIONS, CALLS = 30, 25
PATH = "/v1/chat/completions"
LIMIT = 64 * 1024 * 1024
_JSON = [("content-type", "application/json"), ("user-agent", "bench")]

Messages = list[dict[str, Any]]


class _Prose:
    """Text of words of which few are frequent, as in any language."""

    def __init__(self) -> None:
        self._dice = Random(1)
        letters = "etaoinshrdlu"
        lengths = (self._dice.randint(2, 9) for _ in range(8_000))
        self._words = ["".join(self._dice.choices(letters, k=k)) for k in lengths]
        self._weights = [1 / rank for rank in range(1, 8_001)]

    def of(self, words: int) -> str:
        return " ".join(self._dice.choices(self._words, self._weights, k=words))


def small_calls(directory: Path) -> None:
    prose, journal = _Prose(), _journal(directory)
    for _ in range(SMALL_CALLS):
        asked: Messages = [{"role": "user", "content": prose.of(70)}]
        _write(journal, {"model": "gpt-5-mini", "messages": asked}, prose.of(20))


def agents(directory: Path) -> None:
    prose, journal = _Prose(), _journal(directory)
    sessions = [_session(prose) for _ in range(SESSIONS)]
    for calls in zip(*sessions, strict=True):  # side by side
        for body, answer in calls:
            _write(journal, body, answer)


def _session(prose: _Prose) -> Iterator[tuple[dict[str, Any], str]]:
    tools = [
        {
            "type": "function",
            "function": {"name": f"t{n}", "description": prose.of(120)},
        }
        for n in range(12)
    ]
    messages: Messages = [
        {"role": "system", "content": prose.of(2_000)},
        {"role": "user", "content": prose.of(60)},
    ]
    for number in range(CALLS):
        answer = prose.of(80)
        body = {"model": "gpt-5", "messages": messages, "tools": tools}
        yield body, answer
        call = {"id": f"c{number}", "function": {"name": "t1", "arguments": "{}"}}
        told = {"role": "assistant", "content": answer, "tool_calls": [call]}
        given = {"role": "tool", "tool_call_id": f"c{number}", "content": prose.of(700)}
        messages = [*messages, told, given]


def _journal(directory: Path) -> Journal:
    directory.mkdir(parents=True, exist_ok=True)
    return Journal(directory, LossCounter(directory, 1))


def _write(journal: Journal, body: dict[str, Any], answer: str) -> None:
    uid, asked = new_uid(), json.dumps(body).encode()
    is_small = len(asked) <= INLINE
    journal.begin(_head(uid, asked if is_small else b"", len(asked)))
    bodies = [] if is_small else [(Side.REQUEST, asked)]
    captures = []
    for side, data in (*bodies, (Side.RESPONSE, _answer(uid, answer))):
        captures.append(BodyCapture(side, LIMIT, partial(journal.piece, uid)))
        captures[-1].feed(data)
    journal.finish(
        Tail(
            uid=uid,
            final=True,
            outcome=Outcome.COMPLETED,
            status=200,
            response_headers=_JSON,
            error="",
            error_code="",
            duration_us=800_000,
            upstream_us=400_000,
            first_byte_us=400_000,
            chunk_count=1,
            chunk_times=b"",
            bodies=[each.tail(final=True) for each in captures],
            notes=[],
        )
    )


def _answer(uid: bytes, text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 900, "completion_tokens": 80, "total_tokens": 980}
    told = {"id": uid.hex(), "model": "gpt-5", "choices": [choice], "usage": usage}
    return json.dumps(told).encode()


def _head(uid: bytes, body: bytes, size: int) -> Head:
    return Head(
        uid=uid,
        started_us=time.time_ns() // 1000,
        method="POST",
        path=PATH,
        query="",
        client="127.0.0.1:4000",
        headers=_JSON,
        provider="openai",
        route="",
        reason="default",
        upstream_url=f"https://api.openai.com{PATH}",
        upstream_path=PATH,
        upstream_model="",
        sent_headers=_JSON,
        request_body=body,
        request_size=size,
        keep_bodies=True,
    )


KINDS: dict[str, Callable[[Path], None]] = {
    "small calls": small_calls,
    "agents": agents,
}
