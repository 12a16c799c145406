"""What was billed without a known cost is unpriced, whatever the reason; what nobody
bills is not. From the journal to the row, on both databases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from runs.measure import statistics
from runs.models import CapturedRequest
from runs.record import Outcome
from tests.proxy.test_recorder import ANSWER, HOST, drain, head, tail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

SSE = [("content-type", "text/event-stream")]
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
WORDS = b'data: {"choices":[{"index":0,"delta":{"content":"So"}}]}\n\n'
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
BEGUN = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","model":'
    b'"claude-sonnet-4-5","usage":{"input_tokens":900,"output_tokens":1}}}\n\n'
)
GEMINI = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
SO_FAR = (
    b'data: {"candidates":[{"content":{"parts":[{"text":"So"}]}}],"usageMetadata":'
    b'{"promptTokenCount":900,"candidatesTokenCount":1},"modelVersion":"gemini"}\n\n'
)
FAULT = b'{"error":{"message":"no","type":"overloaded"}}'
GONE: Any = {"response_headers": SSE, "outcome": Outcome.CLIENT_GONE}
CUT: Any = {"response_headers": SSE}

UNPRICED: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "a stream without usage": (CHAT, WORDS + STOP + b"data: [DONE]\n\n", CUT),
    "an answer without usage": (
        CHAT,
        b'{"choices":[{"message":{"content":"So"}}]}',
        {},
    ),
    "images": ("/v1/images/generations", b'{"data":[{"b64_json":"AAAA"}]}', {}),
    "speech": ("/v1/audio/speech", b"ID3\x04", {}),
    "a transcription": ("/v1/audio/transcriptions", b'{"text":"So."}', {}),
    "an unknown wire": ("/v2/generate", b'{"answer":"So."}', {}),
    "a stream that broke off": (CHAT, WORDS, CUT),
    "a client gone in the stream": (CHAT, WORDS, GONE),
    "an error after words": (CHAT, WORDS + b"data: " + FAULT + b"\n\n", CUT),
    "counts from the start alone": (MESSAGES, BEGUN, GONE),
    "counts so far": (GEMINI, SO_FAR, GONE),
    "a search in stored files": ("/v1/vector_stores/vs_1/search", b'{"data":[]}', {}),
    "no known price": (CHAT, ANSWER.replace(b"gpt-4o-mini", b"no-such"), {}),
}
FREE: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "counting tokens": ("/v1/messages/count_tokens", b'{"input_tokens":9}', {}),
    "an upload": ("/v1/files", b'{"id":"file-1"}', {}),
    "a key for a browser": ("/v1/realtime/client_secrets", b'{"value":"ek_1"}', {}),
    "a store of files": ("/v1/vector_stores", b'{"id":"vs_1"}', {}),
    "a file for it": ("/v1/vector_stores/vs_1/files", b'{"id":"file-1"}', {}),
    "loading a model": ("/api/v1/models/load", b'{"status":"loaded"}', {}),
    "a client's own notes": ("/api/event_logging/batch", b"{}", {}),
    "a refusal": (CHAT, FAULT, {"status": 429}),
    "an error under 200": (CHAT, FAULT, {}),
    "nobody there": (CHAT, b"", {"status": 0, "outcome": Outcome.TIMED_OUT}),
    "Weir's own refusal": (CHAT, FAULT, {"status": 502}),
}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, LossCounter(tmp_path, 1))


def recorded(
    journal: Journal, path: str, answer: bytes, ended: dict[str, Any], **asked: Any
) -> CapturedRequest:
    begun = head(new_uid(), b'{"stream":true}')
    begun = msgspec.structs.replace(begun, path=path, upstream_path=path, **asked)
    end = msgspec.structs.replace(tail(begun.uid, answer), **ended)
    journal.begin(begun)
    journal.finish(end)
    drain(Recorder(journal.directory, HOST))
    return CapturedRequest.objects.get()


@pytest.mark.parametrize("case", UNPRICED)
def test_what_was_billed_without_a_cost_is_unpriced(
    journal: Journal, case: str
) -> None:
    row = recorded(journal, *UNPRICED[case])
    assert (row.cost_usd, row.is_unpriced) == (None, True)
    found = statistics.of(CapturedRequest.objects.all())
    assert (found.cost.usd, found.cost.unpriced_requests) == (None, 1)
    assert found.models[0].cost_usd is None


@pytest.mark.parametrize("case", FREE)
def test_what_nobody_bills_is_not_unpriced(journal: Journal, case: str) -> None:
    row = recorded(journal, *FREE[case])
    assert (row.cost_usd, row.is_unpriced) == (None, False)
    assert statistics.of(CapturedRequest.objects.all()).cost.usd == 0


@pytest.mark.parametrize("path", ["/v1/models", "/health", "/v1/batches/1"])
def test_reading_what_is_there_is_not_billed(journal: Journal, path: str) -> None:
    assert not recorded(journal, path, b"{}", {}, method="GET").is_unpriced


def test_what_came_before_a_break_is_told_with_the_reason(journal: Journal) -> None:
    case = UNPRICED["counts from the start alone"]
    row = recorded(journal, *case, provider="anthropic")
    quote = row.detail.quote
    assert quote is not None
    assert quote.why.startswith("The stream broke off before its final counts")
    assert row.input_tokens == 900


def test_a_stream_without_its_last_event_but_with_its_counts_has_a_cost(
    journal: Journal,
) -> None:
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2}}'
    named = (WORDS + STOP).replace(b'{"choices"', b'{"model":"gpt-4o-mini","choices"')
    row = recorded(journal, CHAT, named + usage + b"\n\n", GONE)
    assert (row.cost_usd, row.is_unpriced) == (Decimal("0.0000027"), False)
