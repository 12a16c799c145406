"""Alerts from the API to the receiver: one figure, one sender, one message a turn."""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from observe.alerts import (
    causes,
    conditions,
    deliveries,
    drawing,
    figures,
    looks,
    receivers,
)
from observe.alerts.deliveries import Courier
from pricing.quote import Quote
from runs.filters.request_filter import Where
from runs.models import Alert, AlertDelivery, AlertStanding, AuditEntry
from runs.record import Outcome
from tests import make
from tests.observe.alerts.receiver import Receiver
from tests.observe.cli.commands.told import weir as command
from tests.server import WeirServer, wait_until

DOCS = Path(__file__, "../../../../docs/alerts.md").resolve().read_text("utf-8")
pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def call(client: Client, method: str, path: str, status: int, **body: Any) -> Any:
    answer = client.generic(
        method,
        f"/api/alerts{path}",
        json.dumps(body),
        "application/json",
        headers={"host": "127.0.0.1:8080", "if-match": "*"},
    )
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def traffic(at: datetime) -> None:
    """Six good ones, two refused, one given up, in the last minutes; one before."""
    for number in range(6):
        make.stored(
            started_at=at - timedelta(minutes=number % 3),
            duration_ms=100.0 * (number + 1),
            quote=Quote(status="priced", cost_usd=Decimal("0.5")),
        )
    for _ in range(2):
        make.stored(started_at=at, is_success=False, status=500, duration_ms=50.0)
    gone = Outcome.CLIENT_GONE
    make.stored(started_at=at, outcome=gone, is_success=False, model="other")
    make.stored(started_at=at - timedelta(hours=3), is_success=False)


CONDITIONS = (
    *("requests > 1 over 10m", "errors > 5% over 10m", "errors > 1 over 5h"),
    *("cost > $1 over 10m", "tokens > 1 over 5h", "p95 > 100ms over 10m"),
    "p50 > 1ms over 5h",
)


@pytest.mark.parametrize(
    "where", ["", "model:gpt*", "-model:other", "outcome:completed"]
)
def test_figures_over_time_and_requests_tell_the_same(where: str) -> None:
    now = datetime.now(UTC)
    traffic(now)
    # A filter that all of them pass and no figure has.
    rows = f"{where} -images:yes"
    for text in CONDITIONS:
        condition = conditions.read(text)
        added_up = figures.read(condition, where, at=now)
        summed = figures.read(condition, rows, at=now)
        assert added_up == summed, text
        assert added_up.requests > 0


def test_the_last_day_is_drawn_by_what_looks() -> None:
    """Each point is what a look would have found then, of either source."""
    now = datetime.now(UTC)
    traffic(now)
    for where, text in (
        ("", "errors > 5% over 10m"),
        ("model:gpt*", "p95 > 100ms over 4h"),
        ("-images:yes", "cost > $1 over 10m"),
        ("", "requests > 1 over 30h"),
    ):
        condition = conditions.read(text)
        day = drawing.read(condition, where, at=now)
        assert len(day.readings) >= 25
        for point in (*day.readings[-400::37], *day.readings[-6:]):
            looked = figures.read(condition, where, at=point.end)
            assert point == looked, (text, point.end)
        assert day.readings[-1].is_broken
        assert day.fired == (1 if "h" not in text[-3:] or "4h" in text else day.fired)


def test_causes_are_what_the_filter_language_finds() -> None:
    now = datetime.now(UTC)
    for text, narrower in (
        ("errors > 5% over 10m", "has:error"),
        ("ttft-p95 > 1.5s over 5m", "ttft>1500ms"),
        ("p95 > 800ms over 5m", "duration>800ms"),
    ):
        path = causes.path(conditions.read(text), "a:x or b:y", now, None)
        where = parse_qs(urlsplit(path).query)["where"][0]
        assert where == f"(a:x or b:y) {narrower}"
        Where.read(narrower)


def test_an_alert_is_made_changed_previewed_and_deleted(client: Client) -> None:
    traffic(datetime.now(UTC))
    asked = {"name": "errors", "condition": "errors>20% over 10m"}
    made = call(client, "POST", "", 201, **asked)
    assert (made["condition"], made["state"]) == (
        "errors > 20% over 10m",
        "not looked at",
    )
    call(client, "POST", "", 409, **asked)
    told = call(client, "POST", "/preview", 200, condition=asked["condition"])
    assert (told["requests"], told["told"], told["is_broken"]) == (9, "33.3%", True)
    looks.look()
    seen = call(client, "GET", "/errors", 200)
    assert (seen["value"], seen["told"]) == (told["value"], told["told"])
    for wrong in ({"where": "cost>much"}, {"condition": "x"}, {"hold_s": -1}):
        call(client, "PATCH", "/errors", 422, **wrong)
    for url in ("http://localhost/x", "http://10.0.0.1/", "http://169.254.169.254/"):
        call(client, "PATCH", "/errors", 422, url=url)
    stale = client.delete(
        "/api/alerts/errors", headers={"host": "localhost", "If-Match": '"no"'}
    )
    assert stale.status_code == 412
    for secret, status in (("short", 422), ("s" * 16, 200), ("", 200)):
        told = call(client, "PATCH", "/errors", status, secret=secret)
        if status == 200:
            assert (told["is_signed"], "secret" in told) == (bool(secret), False)
    call(client, "POST", "/errors/test", 409)
    call(client, "DELETE", "/errors", 204)
    actions = AuditEntry.objects.filter(kind="alert").values_list("action", flat=True)
    assert sorted(actions) == ["changed", "changed", "created", "deleted"]
    assert "ssss" not in str(AuditEntry.objects.values_list("after", "before"))


def test_a_long_window_is_for_what_is_added_up(client: Client) -> None:
    asked = {"name": "a", "condition": "cost > $1 over 7d"}
    said = call(client, "POST", "", 422, **asked, where="stream:yes")
    assert "more than a day" in said["error"]["message"]
    call(client, "POST", "", 201, **asked, where="model:x (provider:a or run:b)")


def test_a_turn_is_told_once_by_one_of_several_hosts(
    client: Client, settings: Any
) -> None:
    now = datetime.now(UTC)
    traffic(now)
    settings.WEIR_ALERT_COMMAND = "cat"
    alert = Alert.objects.create(name="a", condition="errors > 5% over 10m")
    assert looks.look(now) == 0
    assert looks.look(now) == 0  # another host: it is not due
    later = now + timedelta(seconds=16)
    assert looks.look(later) == 1
    assert looks.look(later) == 0
    assert [each.event for each in AlertDelivery.objects.all()] == ["firing"]
    assert list(Alert.objects.firing()) == [alert]
    page = client.get("/", headers={"host": "localhost", "accept": "text/html"})
    assert b"Alert a</b>" in page.content
    for minutes in (30, 31):
        looks.look(now + timedelta(minutes=minutes))
    events = AlertDelivery.objects.order_by("pk").values_list("event", flat=True)
    assert list(events) == ["firing", "resolved"]
    assert not AlertStanding.objects.get().is_firing


def test_an_alert_that_is_deleted_during_its_look_turns_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Alert.objects.create(name="a", condition="requests < 1 over 1m")

    def deleted(*args: Any, **options: Any) -> figures.Reading:
        Alert.objects.get().delete()
        return read(*args, **options)

    read = figures.read
    monkeypatch.setattr(figures, "read", deleted)
    assert looks.look() == 0


def send_all(courier: Courier, at: datetime) -> None:
    courier.step(at)
    deadline = time.monotonic() + 30
    while courier.is_busy and time.monotonic() < deadline:
        time.sleep(0.01)
        courier.step(at)


@pytest.mark.django_db(transaction=True)
def test_a_dead_receiver_is_tried_again_and_given_up(
    client: Client, receiver: Receiver, settings: Any
) -> None:
    settings.WEIR_ALERT_HOSTS = (receiver.host,)
    settings.WEIR_ALERT_SECRET = "of all that have none of their own"
    secret = "whsec_" + base64.b64encode(b"key of 16 letters").decode()
    receiver.status = 503
    url = f"http://{receiver.host}/hook?to=me"
    asked = {"name": "a", "condition": "requests > 1 over 1m", "url": url}
    call(client, "POST", "", 201, **asked, secret=secret)
    call(client, "POST", "/a/test", 200)
    courier, now = Courier(), datetime.now(UTC)
    for pause in (0, *deliveries.PAUSES_S, 3600):
        now += timedelta(seconds=pause + 1)
        send_all(courier, now)
    told = call(client, "GET", "/a", 200)["deliveries"][0]
    assert (told["state"], told["attempts"], told["told"]) == (
        "failed",
        6,
        "HTTP 503. Sorry",
    )
    receiver.status = 204
    call(client, "POST", "/a/test", 200)
    send_all(courier, now)
    courier.stop()
    assert call(client, "GET", "/a", 200)["deliveries"][0]["state"] == "delivered"
    headers, body = receiver.got[-1]
    assert headers["host"] == receiver.host
    shown: dict[str, Any] = {}
    exec(DOCS.split("```python\n")[1].split("```")[0], shown)
    assert shown["verified"](secret, headers, body)
    assert not shown["verified"](secret, headers, body + b" ")
    late = headers | {"webhook-timestamp": "1700000000"}
    assert not shown["verified"](secret, late, body)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 2


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_hangs_delays_nothing(
    client: Client, receiver: Receiver, settings: Any
) -> None:
    with Receiver() as other:
        Thread(target=other.serve_forever, daemon=True).start()
        settings.WEIR_ALERT_HOSTS = (receiver.host, other.host)
        receiver.hangs = True
        for name, to in (("dead", receiver), ("well", other)):
            asked = {"condition": "requests < 1 over 1m", "url": f"http://{to.host}/"}
            call(client, "POST", "", 201, name=name, **asked)
        now, courier = datetime.now(UTC), Courier()
        for seconds in (0, 16):
            looks.look(now + timedelta(seconds=seconds))
        later = now + timedelta(seconds=17)
        courier.step(later)
        wait_until(lambda: receiver.got and other.got, "both are asked")
        # More for it waits behind; looks, and the other one, go on.
        call(client, "POST", "/dead/test", 200)
        call(client, "POST", "/well/test", 200)
        dead = Alert.objects.get(name="dead").deliveries
        waiting = {"alert_id": dead.all()[0].alert_id, "made_at": now, "due_at": now}
        more = [AlertDelivery(uid=uuid4(), payload={}, **waiting) for _ in range(70)]
        AlertDelivery.objects.bulk_create(more)
        deadline = time.monotonic() + 20
        while len(other.got) < 2 and time.monotonic() < deadline:
            courier.step(later)
            time.sleep(0.01)
        assert len(other.got) == 2
        assert looks.look(now + timedelta(seconds=40)) == 0
        assert AlertStanding.objects.filter(looked_at__gt=later).count() == 2
        assert len(receiver.got) == 1
        assert dead.order_by("pk")[0].told == ""
        dead.filter(event="").delete()
        receiver.goes_on.set()
        send_all(courier, later)
        courier.stop()
        other.shutdown()


@pytest.mark.parametrize("url", ["http://localhost:9/", "http://127.0.0.1.:9/"])
def test_no_name_leads_to_a_private_address(url: str) -> None:
    with pytest.raises((receivers.NotAllowed, OSError)):
        receivers.find(url, ())


@pytest.mark.django_db(transaction=True)
def test_weir_serve_looks_and_tells(tmp_path: Path, receiver: Receiver) -> None:
    heard = tmp_path / "heard"
    script = tmp_path / "hear.sh"
    script.write_text(f"#!/bin/sh\ncat >> {heard}\n")
    script.chmod(0o700)
    env = {
        "WEIR_ALERT_EVERY": "0.3",
        "WEIR_ALERT_HOSTS": receiver.host,
        "WEIR_ALERT_COMMAND": str(script),
    }
    with WeirServer(tmp_path / "data", "", **env) as weir:
        alert = {"condition": "requests < 1 over 1m", "url": f"http://{receiver.host}/"}
        post(f"{weir.url}/api/alerts", {"name": "silence", **alert})
        wait_until(lambda: receiver.got and heard.exists(), "both are told")
        assert json.loads(receiver.got[0][1])["type"] == "alert.firing"
        assert "webhook-signature" not in receiver.got[0][0]
        wait_until(lambda: b"alert.firing" in heard.read_bytes(), "the command is")
        every_verb_works(weir.url)


def every_verb_works(server: str) -> None:
    def alerts(*words: str) -> str:
        return command("alerts", *words, "--server", server).out

    tried = command("alerts", "test", "silence", "--server", server)
    assert (tried.code, sorted(tried.out.splitlines())) == (
        0,
        ["command: Exit code 0.", "webhook: HTTP 200."],
    )
    asked = ("errors > 5% over 10m", "--where", "model:x", "--min-requests", "3")
    assert "not looked at" in alerts("add", "errors", *asked)
    changed = json.loads(
        alerts("change", "errors", "--hold", "60", "--rename", "e", "--json")
    )[0]
    kept = ("name", "hold_s", "min_requests", "where")
    assert [changed[name] for name in kept] == ["e", 60, 3, "model:x"]
    assert "off" in alerts("pause", "e")
    assert "off" not in alerts("resume", "e")
    shown = alerts("preview", "requests < 1 a minute")
    assert "0 now, which is broken." in shown
    assert "would have fired once" in shown
    listed = alerts("list")
    assert "webhook: test delivered HTTP 200." in listed
    assert "command: test delivered Exit code 0." in listed
    alerts("remove", "e")
    assert "model:x" not in alerts("list")


def post(url: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 201
