"""What goes upstream in place of what the client sent."""

from __future__ import annotations

import json

from proxy.exchange import AskUsage
from proxy.forward.body_members import asked_in, read
from proxy.forward.outgoing import prepare
from proxy.forward.usage_habits import UsageHabits, UsagePlan
from proxy.request_body import RequestBody
from tests.proxy.make_target import target

STREAM = json.dumps({"model": "m", "stream": True, "messages": []}).encode()
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(STREAM)).encode()),
    (b"accept-encoding", b"gzip, br"),
]


def body(data: bytes = STREAM) -> RequestBody:
    members = read(data)
    assert members is not None
    asked = asked_in(members)
    return RequestBody(data=data, size=len(data), asked=asked, members=members)


def test_without_a_rule_nothing_changes() -> None:
    client = body()
    out = prepare(target(ask_usage=AskUsage.NEVER), HEADERS, client, UsageHabits())
    assert out.headers == HEADERS
    assert out.body is client
    assert out.changed is None
    assert out.stripper([(b"content-type", b"text/event-stream")]) is None


def test_asking_for_usage_adds_it_in_plain_bytes_and_strips_it_again() -> None:
    out = prepare(target(), HEADERS, body(), UsageHabits())
    sent = out.content()
    assert isinstance(sent, bytes)
    assert json.loads(sent)["stream_options"] == {"include_usage": True}
    assert (b"accept-encoding", b"identity") in out.headers
    assert (b"content-length", str(len(sent)).encode()) in out.headers
    assert out.stripper([(b"content-type", b"text/event-stream")]) is not None
    assert out.stripper([(b"content-type", b"application/json")]) is None


def test_an_upstream_that_compresses_all_the_same_is_not_touched() -> None:
    out = prepare(target(), HEADERS, body(), UsageHabits())
    sse = [(b"content-type", b"text/event-stream"), (b"content-encoding", b"gzip")]
    assert out.stripper(sse) is None


def test_a_refusal_is_taken_back_and_remembered_when_it_helped() -> None:
    habits = UsageHabits()
    out = prepare(target(), HEADERS, body(), habits)
    out.take_back_usage()
    assert out.content() == STREAM
    assert out.headers == HEADERS
    assert out.changed is None
    habits.refused(target(), body().asked, 400)
    assert prepare(target(), HEADERS, body(), habits).plan is UsagePlan.ASK
    habits.refused(target(), body().asked, 200)
    assert prepare(target(), HEADERS, body(), habits).plan is UsagePlan.NOTHING
    other = target(origin="https://other.test")
    assert prepare(other, HEADERS, body(), habits).plan is UsagePlan.ASK
    another = body(STREAM.replace(b'"m"', b'"n"'))
    assert prepare(target(), HEADERS, another, habits).plan is UsagePlan.ASK


def test_a_rewritten_model_survives_a_refusal() -> None:
    out = prepare(target(model="other"), HEADERS, body(), UsageHabits())
    out.take_back_usage()
    sent = out.content()
    assert isinstance(sent, bytes)
    assert json.loads(sent) == {"model": "other", "stream": True, "messages": []}
    assert out.changed is not None


def test_a_body_that_streams_through_has_no_rules() -> None:
    out = prepare(target(model="other"), HEADERS, None, UsageHabits())
    assert out.headers == HEADERS
    assert out.content() is None
