"""Keys in bodies are told with the request, and masked where its capture says so."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import zstandard

from proxy.journal.format import BodyTail
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from proxy.recording import secrets
from runs import bodies
from runs.models import CapturedRequest
from runs.record import Side
from tests import make
from tests.proxy.test_recorder import ANSWER, HOST, JSON, drain, head, tail

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "ghp_" + "aB3" * 12
ASKED = json.dumps(
    {
        "model": "m",
        "temperature": 0.25,
        "max_tokens": 512,
        "messages": [{"role": "user", "content": f"my key is {KEY}"}],
    }
).encode()


def stored(
    tmp_path: Path,
    answer: bytes = ANSWER,
    *,
    mask: bool = False,
    headers: list[tuple[str, str]] = JSON,
    asked: bytes = ASKED,
) -> CapturedRequest:
    journal = Journal(tmp_path, LossCounter(tmp_path, 1))
    uid = new_uid()
    journal.begin(msgspec.structs.replace(head(uid, asked), mask_keys=mask))
    body = BodyTail(Side.RESPONSE, answer, len(answer), len(answer), b"")
    journal.finish(tail(uid, response_headers=headers, bodies=[body]))
    drain(Recorder(tmp_path, HOST))
    return CapturedRequest.objects.get()


def kept(row: CapturedRequest, side: str) -> bytes:
    return bodies.read(row.bodies.get(side=side))


def test_a_key_in_a_prompt_is_told_and_the_body_stays_exact(tmp_path: Path) -> None:
    row = stored(tmp_path)
    assert row.has_secrets is True
    assert row.detail.secrets == ["request: GitHub token"]
    assert kept(row, "request") == ASKED


def test_a_masked_capture_holds_no_key_anywhere(tmp_path: Path) -> None:
    row = stored(tmp_path, ANSWER.replace(b"So.", KEY.encode()), mask=True)
    request, response = kept(row, "request"), kept(row, "response")
    assert len(request) == len(ASKED), "a mark is as long as its key"
    assert json.loads(request)["messages"][0]["content"].startswith("my key is key:")
    said = [row.preview, row.detail.answer_preview, str(row.detail.facts)]
    assert all(KEY not in text for text in (request.decode(), response.decode(), *said))
    assert not row.is_cut
    assert row.detail.secrets == ["request: GitHub token", "response: GitHub token"]


def test_words_of_a_masked_answer_are_read_from_what_is_kept() -> None:
    record = make.record(response=KEY, answer_texts=((KEY, False),))
    masker = Masker("secret", "")
    assert secrets.masked(record, masker).answer_texts is None
    assert secrets.without_bodies(record, OSError()).answer_texts is None


def test_what_a_tool_gave_is_masked_where_the_list_shows_it(tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "env", "arguments": ""}}
    asked = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "what is set?"},
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": f"it is {KEY}"},
        ],
    }
    row = stored(tmp_path, mask=True, asked=json.dumps(asked).encode())
    assert (row.news or "").startswith("env: it is ")
    assert KEY not in (row.news or "")


def test_a_compressed_body_is_masked_decoded(tmp_path: Path) -> None:
    packed = zstandard.compress(ANSWER.replace(b"So.", KEY.encode()))
    row = stored(
        tmp_path, packed, mask=True, headers=[*JSON, ("content-encoding", "zstd")]
    )
    assert KEY.encode() not in kept(row, "response")
    assert row.bodies.get(side="response").content_encoding == ""
    assert (row.output_tokens, row.is_cut) == (100, False)


@pytest.mark.parametrize(
    ("said", "texts", "told"),
    [
        ("", ("a", "b", KEY, "c"), "GitHub token"),
        ("", ("a ", KEY[:9], KEY[9:], " c"), "GitHub token"),
        (KEY, ("a", "b", "c"), "3 × GitHub token"),
    ],
    ids=["in a text", "in pieces", "in what each event repeats"],
)
def test_a_key_in_a_stream_whose_events_begin_alike_is_told(
    said: str, texts: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    event = '{"id":"chatcmpl-0123456789abcdef","system":"%s","delta":{"content":"%s"}}'
    events = b"".join(
        b"data: " + (event % (said, text)).encode() + b"\n\n" for text in texts
    )
    row = stored(tmp_path, events, headers=[("content-type", "text/event-stream")])
    assert row.detail.secrets == ["request: GitHub token", f"response: {told}"]


def test_a_key_that_a_stream_spells_in_pieces_is_found(tmp_path: Path) -> None:
    events = b"".join(
        b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' % piece.encode()
        for piece in (KEY[:9], KEY[9:20], KEY[20:])
    )
    row = stored(
        tmp_path, events, mask=True, headers=[("content-type", "text/event-stream")]
    )
    assert "response: GitHub token" in row.detail.secrets
    assert "spells over several events" in row.detail.notes[-1]


def test_who_called_and_what_was_asked_are_columns(tmp_path: Path) -> None:
    row = stored(tmp_path)
    assert (row.client_ip, row.temperature, row.max_tokens) == ("127.0.0.1", 0.25, 512)
    found = CapturedRequest.objects
    assert found.filter(client_ip="127.0.0.1").count() == 1
    asked = found.filter(temperature=0.25, max_tokens=512, has_secrets=True)
    assert asked.count() == 1


def test_a_running_stream_shows_what_has_come(tmp_path: Path) -> None:
    journal, recorder = (
        Journal(tmp_path, LossCounter(tmp_path, 1)),
        Recorder(tmp_path, HOST),
    )
    uid = new_uid()
    journal.begin(head(uid))
    drain(recorder)
    event = b'data: {"choices":[{"delta":{"content":"Once"}}]}\n\n'
    journal.piece(uid, Side.RESPONSE, 0, event)
    body = BodyTail(Side.RESPONSE, b"", len(event), len(event), b"")
    sse = [("content-type", "text/event-stream")]
    journal.finish(tail(uid, final=False, response_headers=sse, bodies=[body]))
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.detail.answer_so_far) == ("pending", "Once")
    journal.finish(tail(uid, rest=b"data: [DONE]\n\n", response_headers=sse))
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.detail.answer_so_far) == ("completed", "")
