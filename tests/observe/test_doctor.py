"""`weir doctor` against real trouble: a taken port, a dead upstream, a torn journal."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import override_settings

from observe import doctor
from observe.doctor import Finding, State, machine, recording, settings, upstreams
from proxy.models import Provider, Route
from runs.models import JournalIncident
from tests.observe.cli.commands.told import weir


@pytest.fixture(autouse=True)
def _own_data_dir(tmp_path: Path) -> Iterator[None]:
    with override_settings(WEIR_DATA_DIR=tmp_path, WEIR_JOURNAL_DIR=tmp_path / "j"):
        yield


@pytest.fixture
def upstream() -> Iterator[str]:
    """The URL of a real HTTP server that wants a key, and is not Weir."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def only(check: Callable[[], Iterable[Finding]]) -> Finding:
    findings = list(check())
    assert len(findings) == 1, findings
    return findings[0]


def report(**settings: Any) -> tuple[dict[str, Any], int]:
    with override_settings(**settings):
        told = weir("doctor", "--json")
    return json.loads(told.out), told.code


@pytest.mark.django_db
def test_a_sound_installation_is_well() -> None:
    told, code = report(WEIR_PORT=_free_port())
    assert [each for each in told["findings"] if each["state"] == "fail"] == []
    assert (told["ok"], code) == (True, 0)
    names = {each["name"] for each in told["findings"]}
    assert {"settings", "data directory", "disk space", "port", "database"} <= names


@pytest.mark.django_db
def test_a_failure_makes_the_exit_code_1(upstream: str) -> None:
    told, code = report(WEIR_PORT=port_of(upstream))
    failed = [each for each in told["findings"] if each["state"] == "fail"]
    assert [each["name"] for each in failed] == ["port"]
    assert "--port" in failed[0]["todo"]
    assert (told["ok"], code) == (False, 1)


@pytest.mark.django_db
def test_the_report_for_people_says_what_to_do(upstream: str) -> None:
    taken = port_of(upstream)
    with override_settings(WEIR_PORT=taken):
        told = weir("doctor")
    out = told.out
    assert told.code == 1
    assert f"FAIL  port: Another program listens on port {taken}." in out
    assert "→ Stop it, or start Weir with --port" in out
    assert "1 failed" in out


def test_a_data_directory_that_is_a_file_fails(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with override_settings(WEIR_DATA_DIR=file):
        assert only(machine.data_directory).state is State.FAIL


def test_a_data_directory_that_is_not_made_yet_is_fine(tmp_path: Path) -> None:
    with override_settings(WEIR_DATA_DIR=tmp_path / "later"):
        assert only(machine.data_directory).state is State.OK
        assert only(machine.free_space).state is State.OK
        assert list(machine.privacy()) == []
    assert list(tmp_path.iterdir()) == []


def test_captures_that_others_can_read_are_told(tmp_path: Path) -> None:
    assert only(machine.privacy).state is State.OK
    (tmp_path / "weir.sqlite3").touch(mode=0o644)
    finding = only(machine.privacy)
    assert finding.state is State.WARN
    assert str(tmp_path / "weir.sqlite3") in finding.message


def test_settings_that_the_system_checks_refuse_fail() -> None:
    with override_settings(WEIR_HOST="0.0.0.0", WEIR_ALLOWED_HOSTS=("a",)):
        finding = only(settings.settings_checks)
    assert (finding.name, finding.state) == ("settings (observe.E001)", State.FAIL)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('[{"model": "m", "upstream_url": "http://localhost:1/v1"}]', State.OK),
        ("{nonsense", State.FAIL),
    ],
)
def test_startup_routes_are_read(text: str, state: State) -> None:
    with override_settings(WEIR_MODELS_JSON=text):
        assert only(settings.routes_file).state is state


@pytest.mark.django_db
def test_recent_journal_incidents_are_told() -> None:
    assert only(recording.incidents).state is State.OK
    JournalIncident.objects.create(kind="torn", segment="a.wj", message="Cut short.")
    finding = only(recording.incidents)
    assert finding.state is State.WARN
    assert "1 torn" in finding.message
    assert "Cut short." in finding.message


@pytest.mark.django_db
def test_lost_captures_are_told(tmp_path: Path) -> None:
    from proxy.journal.losses import LossCounter

    (tmp_path / "j").mkdir()
    assert only(recording.losses).state is State.OK
    LossCounter(tmp_path / "j", slot=0).add(requests=3, bodies=1)
    finding = only(recording.losses)
    assert finding.state is State.WARN
    assert "3 requests" in finding.message


@pytest.mark.django_db
def test_an_upstream_in_use_that_answers_is_ok(
    upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DOCTOR_KEY", "k")
    use(upstream)
    finding = only(upstreams.reachability)
    assert finding.state is State.OK
    assert "HTTP 401" in finding.message
    assert only(upstreams.keys).message == "Set: TEST_DOCTOR_KEY."


@pytest.mark.django_db
def test_a_dead_upstream_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DOCTOR_KEY", "k")
    use(f"http://127.0.0.1:{_free_port()}/v1")
    assert only(upstreams.reachability).state is State.WARN


@pytest.mark.django_db
@pytest.mark.parametrize("is_used", [False, True])
def test_a_local_server_that_nothing_uses_need_not_run(
    is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_DOCTOR_KEY", raising=False)
    use(f"http://127.0.0.1:{_free_port()}/v1")
    if is_used:
        Route.objects.create(match="m", provider=Provider.objects.get())
    finding = only(upstreams.reachability)
    assert finding.state is (State.WARN if is_used else State.OK)
    assert "p" in (finding.name if is_used else finding.message)
    assert "No provider's key is set" in only(upstreams.keys).message


@pytest.mark.django_db
def test_a_fresh_machine_is_a_handful_of_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for provider in Provider.objects.exclude(api_key_env=""):
        monkeypatch.delenv(provider.api_key_env, raising=False)
    with override_settings(WEIR_PORT=_free_port()):
        told, whole = weir("doctor").out, weir("doctor", "--all").out
    assert len(told.splitlines()) <= 6, told
    assert told.splitlines()[-1] == "Weir is well."
    assert "ok    port: Port" in whole


@pytest.mark.django_db
def test_the_fallback_upstream_is_tried_when_set(upstream: str) -> None:
    Provider.objects.all().delete()
    assert list(upstreams.reachability()) == []
    with override_settings(WEIR_UPSTREAM_URL=upstream):
        assert only(upstreams.reachability).state is State.OK


def test_a_redis_that_is_not_there_fails() -> None:
    with override_settings(REDIS_URL=f"redis://127.0.0.1:{_free_port()}/0"):
        finding = only(upstreams.redis)
    assert finding.state is State.FAIL
    assert "REDIS_URL" in finding.todo


def test_a_check_that_breaks_is_a_failure_not_a_crash() -> None:
    def surprise() -> Iterable[Finding]:
        raise RuntimeError("what now")

    assert next(doctor.run((surprise,))).message == "RuntimeError: what now"


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def use(url: str) -> None:
    Provider.objects.all().delete()
    Provider.objects.create(slug="p", base_url=url, api_key_env="TEST_DOCTOR_KEY")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return int(port)
