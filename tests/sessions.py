"""Agent sessions call by call, and what a proxy's journal holds of them.

`sessions.json` and `more_sessions.json` in `tests/runs/grouping` have them, with the
conversation and the turn that each call belongs to, found by hand. Played by
`test_sessions.py` there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pricing.book import PriceBook
from pricing.shelves import Shelves
from proxy.journal.format import BodyTail, Head, Tail
from proxy.journal.open_exchanges import OpenExchange
from proxy.recording.assemble import finished, pending
from runs.record import ExchangeRecord, Outcome, Side
from tests import make

FOLDER = Path(__file__).parent / "runs" / "grouping"
FILES = ("sessions.json", "more_sessions.json")
BASES = {
    "/openai/": "openai",
    "/anthropic/": "anthropic",
    "/gemini/": "google",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a session."""

    name: str
    at_s: float
    took_s: float
    told: dict[str, Any]

    @property
    def conversations(self) -> list[str]:
        return [
            self.told["conversation"],
            *self.told.get("conversation_also_right", []),
        ]

    @property
    def turns(self) -> list[str]:
        return [self.told["turn"], *self.told.get("turn_also_right", [])]

    @property
    def has_id(self) -> bool:
        names = {name.lower() for name in self.told.get("headers", {})}
        is_told = any("session" in name for name in names)
        return is_told or "conversation" in self.told["request"]


@cache
def sessions() -> dict[str, list[Call]]:
    """All sessions by name."""
    found: dict[str, list[Call]] = {}
    for data in (json.loads((FOLDER / name).read_text("utf-8")) for name in FILES):
        for session in data["sessions"]:
            told = [_whole(each, data["parts"]) for each in session["calls"]]
            found[session["name"]] = [
                Call(each["id"], each["at_s"], each["took_s"], each) for each in told
            ]
    return found


def _whole(value: Any, parts: list[Any]) -> Any:
    if isinstance(value, str) and value.startswith("#") and value[1:].isdigit():
        return _whole(parts[int(value[1:])], parts)
    if isinstance(value, list):
        return [_whole(each, parts) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each, parts) for name, each in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Played:
    """A call as the recorder gets it, when it begins and when it is over."""

    call: Call
    began: ExchangeRecord
    ended: ExchangeRecord


def play(
    calls: list[Call], start: datetime, *, key: str = "k", run_name: str = ""
) -> list[Played]:
    """The calls of a session by one client."""
    return [
        _play(call, start, call.told.get("key", "") + key, run_name) for call in calls
    ]


def _play(call: Call, start: datetime, key: str, run_name: str) -> Played:
    exchange = OpenExchange(_head(call, start, key, run_name), writers={"w"})
    tail = _tail(call, exchange.head.uid)
    book = PriceBook(Shelves.holding(()))
    return Played(call, pending(exchange), finished(exchange, tail, book))


def _head(call: Call, start: datetime, key: str, run_name: str) -> Head:
    base = next((base for base in BASES if call.told["path"].startswith(base)), "/")
    mark = hashlib.sha256(key.encode()).hexdigest()[:10]
    told = call.told.get("headers", {})
    body = json.dumps(call.told["request"]).encode()
    at = start + timedelta(seconds=call.at_s)
    return Head(
        uid=make.uid().bytes,
        started_us=round(at.timestamp() * 1_000_000),
        method="POST",
        path=call.told["path"],
        query="",
        client="127.0.0.1:50123",
        headers=[
            ("content-type", "application/json"),
            ("authorization", f"Bearer key:{mark}"),
            *((name.lower(), value) for name, value in told.items()),
        ],
        provider=BASES.get(base, ""),
        route="",
        reason="",
        upstream_url=f"https://api.example{call.told['path']}",
        upstream_path="/" + call.told["path"].removeprefix(base),
        upstream_model="",
        sent_headers=[],
        request_body=body,
        request_size=len(body),
        keep_bodies=True,
        run_name=run_name,
    )


def _tail(call: Call, uid: bytes) -> Tail:
    told = call.told
    events = told.get("answer_sse")
    kind = "text/event-stream" if events else "application/json"
    is_gone = "abort_s" in told
    if events:
        kept = events[:5] if is_gone else events
        body = "".join(f"data: {event}" for event in kept).encode()
    else:
        body = json.dumps(told.get("answer") or {}).encode()
    took_s = told["abort_s"] if is_gone else call.took_s
    return Tail(
        uid=uid,
        final=True,
        outcome=Outcome.CLIENT_GONE if is_gone else Outcome.COMPLETED,
        status=told.get("status", 200),
        response_headers=[("content-type", kind)],
        error="",
        error_code="",
        duration_us=round(took_s * 1_000_000),
        upstream_us=1000,
        first_byte_us=1000,
        chunk_count=1,
        chunk_times=b"",
        bodies=[BodyTail(Side.RESPONSE, body, len(body), len(body), b"")],
        notes=[],
    )
