"""Streams whose provider keeps to a script: what is recorded is what the script says.

All scripts are played at once; each says when its first content, its first output and
its end are due, in ms behind the request.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runs.detail import unpack
from tests import answers as a
from tests.clients.desk import move_provider
from tests.raw_client import ask as call, request
from tests.server import Row, WeirServer
from tests.upstream import Peer, Upstream

pytestmark = pytest.mark.alone

LATE_MS = 60.0
"""So much later than it was sent a moment may be recorded on a busy machine."""
CLOCK_MS = 1.0
"""Two clocks of one machine, read one after the other."""
TOKENS = 11
Moment = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Script:
    path: str
    moments: list[Moment]
    ttft: float | None
    ttfo: float | None
    end: float
    gap: float | None = 40
    """The longest between chunks with content."""
    encoded: bool = False
    idle_ms: int = 0
    """How long the connection stays open behind the last moment."""
    content_type: str = "text/event-stream"


def words(start: int, count: int, spell: Callable[[str], bytes]) -> list[Moment]:
    return [(start + 40 * n, spell(f"w{n} ")) for n in range(count)]


def chat(**delta: str) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return a.event({"id": "c", "model": "m", "choices": [choice]})


def chat_text(text: str) -> bytes:
    return chat(content=text)


CHAT_END = (
    a.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    + a.event(
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": TOKENS}}
    )
    + b"data: [DONE]\n\n"
)
CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"


def block(index: int, **content: Any) -> bytes:
    value = {"type": "content_block_start", "index": index, "content_block": content}
    return a.event(value, "content_block_start")


def grown(index: int, kind: str, text: str) -> bytes:
    member = {"text": "text", "thinking": "thinking", "input_json": "partial_json"}[
        kind
    ]
    delta = {"type": f"{kind}_delta", member: text}
    value = {"type": "content_block_delta", "index": index, "delta": delta}
    return a.event(value, "content_block_delta")


MESSAGE = {"id": "m", "model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}
BEGUN = a.event({"type": "message_start", "message": MESSAGE}, "message_start")
STOPPED = a.event(
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": TOKENS},
    },
    "message_delta",
) + a.event({"type": "message_stop"}, "message_stop")


def responses(kind: str, **members: Any) -> bytes:
    return a.event({"type": f"response.{kind}", "output_index": 0, **members})


COMPLETED = responses(
    "completed",
    response={"id": "r", "status": "completed", "usage": {"output_tokens": TOKENS}},
)


def gemini(text: str, thought: bool = False, **members: Any) -> bytes:
    part = {"text": text, "thought": thought}
    candidate = {"content": {"parts": [part]}, "index": 0, **members}
    return a.event(
        {
            "candidates": [candidate],
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": TOKENS},
        }
    )


def summary(text: str) -> bytes:
    return responses("reasoning_summary_text.delta", summary_index=0, delta=text)


def joined(spell: Callable[[str], bytes]) -> list[Moment]:
    five = b"".join(spell(f"w{n} ") for n in range(5))
    return [(350, five), (450, five)]


ROLE = (50, chat(role="assistant", content=""))
SCRIPTS = {
    "a role first": Script(
        CHAT, [ROLE, *words(350, 11, chat_text), (750, CHAT_END)], 350, 350, 750
    ),
    "reasoning first": Script(
        CHAT,
        [
            ROLE,
            *words(350, 5, lambda text: chat(reasoning_content=text)),
            *words(700, 6, chat_text),
            (900, CHAT_END),
        ],
        *(350, 700, 900, 190),
    ),
    "gzip": Script(
        CHAT,
        [ROLE, *words(350, 11, chat_text), (750, CHAT_END)],
        *(350, 350, 750),
        encoded=True,
    ),
    "five events a chunk": Script(
        CHAT, [ROLE, *joined(chat_text), (450, CHAT_END)], 350, 350, 450, 100
    ),
    "few chunks": Script(
        CHAT,
        [(100, chat_text("a")), (300, chat_text("b") + CHAT_END)],
        100,
        100,
        300,
        200,
    ),
    "a server that idles behind the end": Script(
        CHAT,
        [ROLE, *words(350, 10, chat_text), (710, CHAT_END)],
        *(350, 350, 710),
        idle_ms=500,
    ),
    "comments behind the end": Script(
        CHAT,
        [ROLE, *words(350, 10, chat_text), (710, CHAT_END), (1100, b": alive\n\n")],
        *(350, 350, 710),
    ),
    "the usage behind the words": Script(
        CHAT, [*words(100, 6, chat_text), (600, CHAT_END)], 100, 100, 600
    ),
    "not streamed": Script(
        CHAT,
        [(350, b'{"choices":[{"message":{"content":"'), (650, b'w"}}]}')],
        *(None, None, 650, None),
        content_type="application/json",
    ),
    "a message": Script(
        MESSAGES,
        [
            (50, BEGUN),
            (250, block(0, type="text", text="")),
            *words(450, 11, lambda text: grown(0, "text", text)),
            (850, STOPPED),
        ],
        *(450, 450, 850),
    ),
    "a message with thoughts": Script(
        MESSAGES,
        [
            (50, BEGUN),
            (250, block(0, type="thinking", thinking="")),
            *words(350, 4, lambda text: grown(0, "thinking", text)),
            (500, block(1, type="text", text="")),
            *words(600, 5, lambda text: grown(1, "text", text)),
            (760, STOPPED),
        ],
        *(350, 600, 760, 130),
        idle_ms=300,
    ),
    "a message with a tool call": Script(
        MESSAGES,
        [
            (50, BEGUN),
            (350, block(0, type="tool_use", id="t", name="read", input={})),
            *words(450, 6, lambda text: grown(0, "input_json", text)),
            (650, STOPPED),
        ],
        *(350, 350, 650, 100),
    ),
    "a response": Script(
        "/v1/responses",
        [
            (50, responses("created", response={"id": "r", "status": "in_progress"})),
            *words(450, 3, summary),
            *words(750, 5, lambda text: responses("output_text.delta", delta=text)),
            (910, COMPLETED),
        ],
        *(450, 750, 910, 220),
    ),
    "gemini": Script(
        "/v1beta/models/MODEL:streamGenerateContent",
        [
            *words(350, 3, lambda text: gemini(text, thought=True)),
            *words(630, 6, gemini),
            (830, gemini("", finishReason="STOP")),
        ],
        *(350, 630, 830, 200),
    ),
}


@dataclass(slots=True)
class Played:
    """When each moment really was sent, in ms since 1970: a machine may be slow."""

    sent: dict[float, float] = field(default_factory=dict)
    closed: float = 0.0


def player(script: Script, played: Played) -> Callable[[Peer], None]:
    zipper = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)

    def play(peer: Peer) -> None:
        begun = time.perf_counter()
        headers = ["Content-Encoding: gzip"] if script.encoded else []
        peer.send(a.chunked_head(script.content_type, *headers))
        for due, data in script.moments:
            time.sleep(max(begun + due / 1000 - time.perf_counter(), 0))
            if script.encoded:
                data = zipper.compress(data) + zipper.flush(zlib.Z_SYNC_FLUSH)
            played.sent[due] = time.time() * 1000
            peer.send(a.chunk(data))
        time.sleep(script.idle_ms / 1000)
        played.closed = time.time() * 1000
        peer.send(a.LAST_CHUNK)

    return play


def routes(upstream: Upstream) -> str:
    """A model for each script, so that all can be played at once."""
    roots = [script.path.split("/")[1] for script in SCRIPTS.values()]
    return json.dumps(
        [
            {
                "model": f"pace-{number}",
                "upstream_url": f"{upstream.url}/{number}/{root}",
            }
            for number, root in enumerate(roots)
        ]
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row, and what its script did."""

    row: Row
    played: Played

    def late(self, column: str, due: float | None) -> float | None:
        """Behind the moment that was due then; None where neither is known."""
        value = self.row[column]
        if value is None or due is None:
            assert value is due, (column, value, due)
            return None
        return float(self.started + value - self.played.sent[due])

    @property
    def started(self) -> float:
        started = datetime.fromisoformat(self.row["started_at"])
        return started.replace(tzinfo=UTC).timestamp() * 1000


Everything = dict[str, Recorded]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    folder: Path = tmp_path_factory.mktemp("times")
    plays = [Played() for _ in SCRIPTS]
    with Upstream() as upstream:
        weir = WeirServer(
            folder, f"{upstream.url}/v1", WEIR_MODELS_JSON=routes(upstream)
        )

        def ask(number: int, script: Script) -> None:
            model = f"pace-{number}"
            path = script.path.replace("MODEL", model)
            for asked in (f"/{number}{path}", path):
                upstream.on(asked, player(script, plays[number]))
            body = json.dumps({"model": model, "stream": True, "messages": []}).encode()
            call(weir.address, request("POST", path, body=body))

        with weir, ThreadPoolExecutor(len(SCRIPTS)) as pool:
            move_provider(weir, "google", upstream.url)
            list(pool.map(ask, range(len(SCRIPTS)), SCRIPTS.values()))
            weir.wait_recorded(len(SCRIPTS))
            rows = {row["model"]: row for row in weir.requests()}
            yield {
                name: Recorded(rows[f"pace-{n}"], plays[n])
                for n, name in enumerate(SCRIPTS)
            }


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_recorded_is_what_the_script_says(
    name: str, recorded: Everything
) -> None:
    script, found = SCRIPTS[name], recorded[name]
    assert found.row["status"] == 200
    for column, due in (
        ("ttft_ms", script.ttft),
        ("ttfo_ms", script.ttfo),
        ("duration_ms", script.end),
    ):
        late = found.late(column, due)
        assert late is None or -CLOCK_MS < late < LATE_MS, (column, late)


@pytest.mark.parametrize("name", SCRIPTS)
def test_gaps_are_between_chunks_with_content(name: str, recorded: Everything) -> None:
    due, detail = SCRIPTS[name].gap, unpack(recorded[name].row["data"])
    if due is None:
        assert detail.gap_max_ms is None
    else:
        assert detail.gap_max_ms == pytest.approx(due, abs=LATE_MS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_speed_is_of_the_tokens_behind_the_first(
    name: str, recorded: Everything
) -> None:
    row = recorded[name].row
    if SCRIPTS[name].ttft is None:
        assert row["output_tokens_per_s"] is None
        return
    generating = row["duration_ms"] - row["ttft_ms"]
    speed = (TOKENS - 1) * 1000 / generating
    assert row["output_tokens_per_s"] == pytest.approx(speed)


@pytest.mark.parametrize("name", [n for n, s in SCRIPTS.items() if s.idle_ms])
def test_the_connection_has_an_end_of_its_own(name: str, recorded: Everything) -> None:
    found = recorded[name]
    connection = unpack(found.row["data"]).connection_ms
    assert connection is not None
    late = found.started + connection - found.played.closed
    assert -CLOCK_MS < late < LATE_MS
