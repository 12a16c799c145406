"""The recorder turns the journal into rows, each exchange once, whatever happens.

A real journal, a real database (SQLite or PostgreSQL); "killed" means that what a
process had in memory is gone.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypedDict, Unpack
from uuid import UUID

import msgspec
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from proxy.journal import reader, writer
from proxy.journal.format import BodyTail, Head, Tail
from proxy.journal.losses import LossCounter
from proxy.journal.segments import segments
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from runs import bodies, store
from runs.models import CapturedRequest, HostPosition, JournalIncident
from runs.record import ExchangeRecord, Outcome, Side

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = json.dumps(
    {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Why?"}]}
).encode()
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"message": {"content": "So."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
    }
).encode()
JSON = [("content-type", "application/json")]
HOST = "this one"


def head(uid: bytes, body: bytes = QUESTION) -> Head:
    return Head(
        uid=uid,
        started_us=1_700_000_000_000_000,
        method="POST",
        path="/v1/chat/completions",
        query="",
        client="127.0.0.1:1",
        headers=JSON,
        provider="openai",
        route="",
        reason="test",
        upstream_url="https://api.openai.com/v1/chat/completions",
        upstream_path="/v1/chat/completions",
        upstream_model="",
        sent_headers=JSON,
        request_body=body,
        request_size=len(body),
        keep_bodies=True,
    )


class TailFields(TypedDict, total=False):
    """What a test says of an exchange's end."""

    final: bool
    outcome: Outcome
    response_headers: list[tuple[str, str]]
    bodies: list[BodyTail]


def tail(uid: bytes, rest: bytes = ANSWER, **fields: Unpack[TailFields]) -> Tail:
    usual = Tail(
        uid=uid,
        final=True,
        outcome=Outcome.COMPLETED,
        status=200,
        response_headers=JSON,
        error="",
        error_code="",
        duration_us=250_000,
        upstream_us=100_000,
        first_byte_us=120_000,
        chunk_count=1,
        chunk_times=b"",
        bodies=[BodyTail(Side.RESPONSE, rest, len(rest), len(rest), b"")],
        notes=[],
    )
    return msgspec.structs.replace(usual, **fields)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, LossCounter(tmp_path, 1))


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path, HOST)


def drain(recorder: Recorder) -> None:
    while recorder.step():
        pass


def exchange(
    journal: Journal, rest: bytes = ANSWER, **fields: Unpack[TailFields]
) -> bytes:
    uid = new_uid()
    journal.begin(head(uid))
    journal.finish(tail(uid, rest, **fields))
    return uid


def test_an_exchange_becomes_a_priced_row(journal: Journal, recorder: Recorder) -> None:
    from pricing import sync

    sync.seed()
    uid = exchange(journal)
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert row.uid.bytes == uid
    assert (row.model, row.response_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert (row.outcome, row.status, row.is_success) == ("completed", 200, True)
    assert (row.input_tokens, row.output_tokens) == (1000, 100)
    assert (row.duration_ms, row.first_byte_ms, row.ttft_ms) == (250, 120, None)
    # gpt-4o-mini: $0.15 and $0.60 per million
    assert row.cost_usd == Decimal("0.00021")
    read = {body.side: bodies.read(body) for body in row.bodies.all()}
    assert read == {"request": QUESTION, "response": ANSWER}


def test_the_recorder_goes_on_where_it_was_killed(
    journal: Journal, recorder: Recorder
) -> None:
    exchange(journal)
    drain(recorder)
    exchange(journal)
    store.restart()
    drain(Recorder(recorder.directory, HOST))
    assert CapturedRequest.objects.count() == 2


def test_a_kill_before_the_commit_records_nothing_twice(
    journal: Journal, recorder: Recorder
) -> None:
    exchange(journal)

    with transaction.atomic():
        recorder.step()
        transaction.set_rollback(True)
    assert CapturedRequest.objects.count() == 0
    store.restart()
    drain(Recorder(recorder.directory, HOST))
    assert CapturedRequest.objects.count() == 1


def test_an_exchange_that_goes_on_shows_as_pending_and_then_ends(
    journal: Journal, recorder: Recorder
) -> None:
    uid = new_uid()
    journal.begin(head(uid))
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.model, row.is_success) == ("pending", "gpt-4o-mini", None)
    journal.finish(tail(uid))
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.output_tokens) == ("completed", 100)


def test_a_pending_request_shows_beside_traffic_that_never_pauses(
    journal: Journal, recorder: Recorder
) -> None:
    journal.begin(head(new_uid()))
    exchange(journal)
    recorder.step()
    outcomes = CapturedRequest.objects.values_list("outcome", flat=True)
    assert sorted(outcomes) == ["completed", "pending"]


def test_an_open_exchange_survives_a_restart_of_the_recorder(
    journal: Journal, recorder: Recorder
) -> None:
    uid = new_uid()
    journal.begin(head(uid))
    journal.piece(uid, Side.RESPONSE, 0, ANSWER[:20])
    drain(recorder)
    store.restart()
    second = Recorder(recorder.directory, HOST)
    drain(second)
    rest = ANSWER[20:]
    body = BodyTail(Side.RESPONSE, rest, len(ANSWER), len(ANSWER), b"")
    journal.finish(tail(uid, bodies=[body]))
    drain(second)
    row = CapturedRequest.objects.get()
    assert row.outcome == "completed"
    assert bodies.read(row.bodies.get(side="response")) == ANSWER


def test_an_exchange_of_a_killed_worker_is_interrupted(
    journal: Journal, recorder: Recorder
) -> None:
    uid = new_uid()
    journal.begin(head(uid))
    journal.piece(
        uid, Side.RESPONSE, 0, b'data: {"choices":[{"delta":{"content":"So"}}]}\n\n'
    )
    sse = [("content-type", "text/event-stream")]
    journal.finish(
        tail(
            uid,
            final=False,
            outcome=Outcome.INTERRUPTED,
            response_headers=sse,
            bodies=[],
        )
    )
    drain(recorder)
    journal.close()  # what the kernel does for a killed process
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.status, row.is_success) == ("interrupted", 200, False)
    assert row.error_code == "WORKER_KILLED"
    assert b"So" in bodies.read(row.bodies.get(side="response"))


@pytest.mark.any_database  # PostgreSQL's rows come by COPY, which isn't refused here
def test_an_exchange_of_a_killed_worker_that_is_refused_is_lost_once(
    journal: Journal, recorder: Recorder
) -> None:
    journal.begin(head(new_uid(), body=b"\xff" * 5))
    journal.begin(head(new_uid()))
    journal.close()

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INTO runs_capturedrequest" in sql.replace('"', ""):
            raise IntegrityError("CHECK constraint failed")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        drain(recorder)
        assert store.lost(HOST) == 2
        # It stands in the file until that is swept: a restart reads it again.
        drain(Recorder(journal.directory, HOST))
    assert store.lost(HOST) == 2
    assert JournalIncident.objects.count() == 2


def test_a_stream_whose_end_the_client_saw_is_complete_though_the_worker_was_killed(
    journal: Journal, recorder: Recorder
) -> None:
    uid = new_uid()
    journal.begin(head(uid))
    journal.piece(
        uid,
        Side.RESPONSE,
        0,
        b'data: {"choices":[{"delta":{"content":"So"},"finish_reason":"stop"}]}\n\n'
        b"data: [DONE]\n\n",
    )
    sse = [("content-type", "text/event-stream")]
    journal.finish(
        tail(
            uid,
            final=False,
            outcome=Outcome.INTERRUPTED,
            response_headers=sse,
            bodies=[],
        )
    )
    journal.close()
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.is_success) == ("completed", True)


def test_a_hang_up_after_the_last_event_is_a_success(
    journal: Journal, recorder: Recorder
) -> None:
    body = b'data: {"choices":[{"delta":{"content":"So"}}]}\n\ndata: [DONE]\n\n'
    sse = [("content-type", "text/event-stream")]
    exchange(journal, rest=body, outcome=Outcome.CLIENT_GONE, response_headers=sse)
    exchange(
        journal, rest=body[:-14], outcome=Outcome.CLIENT_GONE, response_headers=sse
    )
    drain(recorder)
    outcomes = CapturedRequest.objects.order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["completed", "client_gone"]


def test_damage_is_skipped_and_reported(journal: Journal, recorder: Recorder) -> None:
    exchange(journal)
    [segment] = segments(journal.directory)
    cut = segment.size()
    exchange(journal)
    exchange(journal)
    journal.close()
    with segment.path.open("r+b") as file:
        file.seek(cut + 30)
        file.write(b"\xff\xff\xff")
        file.truncate(segment.size() - 5)
    drain(recorder)
    # The second lost its head, the third its end: one whole exchange is left, and one
    # whose worker seems to have died.
    assert CapturedRequest.objects.filter(outcome="completed").count() == 1
    assert CapturedRequest.objects.filter(outcome="interrupted").count() == 1
    kinds = set(JournalIncident.objects.values_list("kind", flat=True))
    assert kinds == {"corrupt", "torn", "unreadable"}
    assert store.lost(HOST) == 1
    drain(Recorder(journal.directory, HOST))  # as after a restart
    assert store.lost(HOST) == 1


def test_a_damaged_length_does_not_hide_what_follows(
    journal: Journal, recorder: Recorder
) -> None:
    exchange(journal)
    [segment] = segments(journal.directory)
    cut = segment.size()
    exchange(journal)
    exchange(journal)
    journal.close()
    with segment.path.open("r+b") as file:
        file.seek(cut + 7)
        file.write(b"\x01")  # the record claims to be 64 KiB longer
    drain(recorder)
    assert CapturedRequest.objects.filter(outcome="completed").count() == 2


def test_files_go_when_all_in_them_is_recorded(
    journal: Journal, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proxy.recorder.SWEEP_EVERY_S", 0)
    exchange(journal)
    drain(recorder)
    assert len(segments(journal.directory)) == 1  # its writer may go on
    journal.close()
    drain(recorder)
    drain(recorder)
    assert segments(journal.directory) == []
    assert HostPosition.objects.count() == 0
    assert CapturedRequest.objects.count() == 1


def test_exchanges_that_span_files_are_read_in_order(
    journal: Journal, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SEGMENT_SIZE", 20_000)
    monkeypatch.setattr("proxy.journal.reader.READ_AT_ONCE", 3_000)
    under_way: list[bytes] = []
    for _ in range(200):
        under_way.append(new_uid())
        journal.begin(head(under_way[-1]))
        if len(under_way) > 30:  # thirty at a time, so every file ends amid some
            journal.finish(tail(under_way.pop(0)))
    for uid in under_way:
        journal.finish(tail(uid))
    assert len(segments(journal.directory)) > 5
    drain(recorder)
    outcomes = CapturedRequest.objects.values_list("outcome", flat=True)
    assert list(outcomes) == ["completed"] * 200


def test_a_parser_that_fails_costs_a_note_not_the_request(
    journal: Journal, recorder: Recorder
) -> None:
    exchange(journal, rest=b"\x00\xff not json \xed\xa0\xbd")
    exchange(journal, rest=b'{"choices": [{"message": {"content": "\\ud83d"}}]}')
    drain(recorder)
    assert CapturedRequest.objects.count() == 2


def test_large_bodies_come_back_from_their_pieces(
    journal: Journal, recorder: Recorder
) -> None:
    uid = new_uid()
    journal.begin(head(uid))
    pieces = [bytes([number]) * 300_000 for number in range(8)]
    for number, piece in enumerate(pieces):
        journal.piece(uid, Side.RESPONSE, number * 300_000, piece)
    whole = b"".join(pieces)
    body = BodyTail(Side.RESPONSE, b"", len(whole), len(whole), b"")
    octets = [("content-type", "application/octet-stream")]
    journal.finish(tail(uid, response_headers=octets, bodies=[body]))
    drain(recorder)
    stored = CapturedRequest.objects.get().bodies.get(side="response")
    assert bodies.read(stored) == whole
    assert stored.size == len(whole)


def test_lost_captures_are_told(journal: Journal, recorder: Recorder) -> None:
    journal._count(requests=3)
    exchange(journal)
    drain(recorder)
    incident = JournalIncident.objects.get()
    assert (incident.kind, incident.count) == ("lost", 3)


def test_a_database_that_is_down_only_delays(
    journal: Journal, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange(journal)
    refused = [True, True]
    write = store.write

    def sometimes(
        records: Sequence[ExchangeRecord],
        positions: Mapping[store.JournalFile, int],
        incidents: Sequence[store.Incident],
        host: str,
    ) -> list[int]:
        if refused:
            refused.pop()
            raise OperationalError("database is locked")
        return write(records, positions, incidents, host)

    monkeypatch.setattr(store, "write", sometimes)
    assert recorder._step_patiently() == 1
    assert CapturedRequest.objects.count() == 1


@pytest.mark.timeout(10)
def test_a_recorder_that_waits_for_another_can_be_stopped(tmp_path: Path) -> None:
    with (tmp_path / "recorder.lock").open("wb") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        waiting = Recorder(tmp_path, HOST)
        waiting.is_stopping = True
        waiting.run()


def large_exchange(journal: Journal) -> tuple[bytes, list[bytes]]:
    """One whose answer came in pieces of 1 kB."""
    uid = new_uid()
    journal.begin(head(uid))
    pieces = [bytes([65 + number]) * 1000 for number in range(4)]
    for number, piece in enumerate(pieces):
        journal.piece(uid, Side.RESPONSE, number * 1000, piece)
    body = BodyTail(Side.RESPONSE, b"end", 4003, 4003, b"")
    journal.finish(tail(uid, response_headers=[], bodies=[body]))
    return uid, pieces


def damage(journal: Journal, mark: bytes) -> None:
    """Turn a bit of the first record that has `mark` in it."""
    [segment] = segments(journal.directory)
    data = bytearray(segment.path.read_bytes())
    data[data.index(mark) + len(mark) - 1] ^= 1
    segment.path.write_bytes(data)


def test_a_body_ends_at_the_hole_that_damage_left(
    journal: Journal, recorder: Recorder
) -> None:
    uid, pieces = large_exchange(journal)
    damage(journal, pieces[2])
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert bodies.read(row.bodies.get(side="response")) == pieces[0] + pieces[1]
    assert (row.is_cut, row.bodies.get(side="response").size) == (True, 4003)
    assert "breaks off after 2,000 bytes" in row.detail.notes[0]
    told = [each.message for each in JournalIncident.objects.order_by("id")]
    assert len(told) == 2
    assert all(str(UUID(bytes=uid)) in message for message in told)


def test_a_damaged_beginning_is_told_with_its_request(
    journal: Journal, recorder: Recorder
) -> None:
    uid = exchange(journal)
    exchange(journal)
    damage(journal, b"/v1/chat")
    drain(recorder)
    assert CapturedRequest.objects.count() == 1
    told = JournalIncident.objects.values_list("kind", "message")
    assert {kind for kind, _ in told} == {"corrupt", "unreadable"}
    assert all(str(UUID(bytes=uid)) in message for _, message in told)


def test_an_exchange_whose_end_is_damaged_is_over(
    journal: Journal, recorder: Recorder
) -> None:
    exchange(journal)
    damage(journal, b"chatcmpl-1")
    drain(recorder)
    row = CapturedRequest.objects.get()
    assert (row.outcome, row.error_code) == ("interrupted", "JOURNAL_DAMAGED")


def test_a_copied_file_adds_nothing(journal: Journal, recorder: Recorder) -> None:
    _, pieces = large_exchange(journal)
    exchange(journal)
    open_uid = new_uid()
    journal.begin(head(open_uid))
    journal.piece(open_uid, Side.RESPONSE, 0, b"half ")
    [segment] = segments(journal.directory)
    for name in ("0-copy-000001.wj", "9-copy-000001.wj"):
        (journal.directory / name).write_bytes(segment.path.read_bytes())
    drain(recorder)
    assert CapturedRequest.objects.count() == 3
    body = BodyTail(Side.RESPONSE, b"done", 9, 9, b"")
    journal.finish(tail(open_uid, response_headers=[], bodies=[body]))
    (journal.directory / "8-tail-000001.wj").write_bytes(segment.path.read_bytes())
    drain(recorder)
    large, _, last = CapturedRequest.objects.order_by("id")
    assert bodies.read(large.bodies.get(side="response")) == b"".join(pieces) + b"end"
    assert last.outcome == "completed"
    assert bodies.read(last.bodies.get(side="response")) == b"half done"
    assert not JournalIncident.objects.exists()


def test_a_file_that_was_deleted_under_its_writer_is_put_back_and_read_on(
    journal: Journal, recorder: Recorder
) -> None:
    exchange(journal)
    drain(recorder)
    open_uid = new_uid()
    journal.begin(head(open_uid))
    drain(recorder)
    exchange(journal)  # not recorded yet
    shutil.rmtree(journal.directory)
    drain(recorder)
    assert CapturedRequest.objects.count() == 2
    journal.look()
    journal.finish(tail(open_uid))
    exchange(journal)
    drain(recorder)
    rows = CapturedRequest.objects.values_list("outcome", flat=True)
    assert list(rows) == ["completed"] * 4
    told = JournalIncident.objects.get()
    assert (told.kind, told.count) == ("lost", 1)
    assert "put back" in told.message


def test_a_length_that_damage_made_larger_stops_nothing_for_long(
    journal: Journal, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STUCK_S", 0.05)
    exchange(journal)
    exchange(journal)
    [segment] = segments(journal.directory)
    data = bytearray(segment.path.read_bytes())
    data[6] |= 0x10  # of the first record's length
    segment.path.write_bytes(data)
    recorder.step()
    time.sleep(0.1)
    drain(recorder)
    assert CapturedRequest.objects.count() == 1
    assert JournalIncident.objects.filter(kind="corrupt").exists()
