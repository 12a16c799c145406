"""`weir doctor` where a session's harness doesn't come to Weir, or isn't let in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from observe.doctor import Finding, State, scraping, sessions, shell
from observe.doctor.database import inherited_database
from runs import lifecycle, store
from runs.experiments import sessions as begun_sessions
from runs.experiments.sessions import About, Begun
from runs.models import Run, RunKey, SessionStatus
from tests import make
from tests.runs.experiments.made import loaded

WEIR = "http://127.0.0.1:8080"


@pytest.fixture(autouse=True)
def _clean_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = [*shell._addresses(), "WEIR_RUN_KEY", "WEIR_SERVER", "DATABASE_URL"]
    for name in (*names, "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def one(found: Any) -> Finding:
    [finding] = list(found)
    assert isinstance(finding, Finding)
    return finding


def begun() -> Begun:
    loaded()
    return begun_sessions.create("demo", "demo-fast", "plan", About(git={}))


@pytest.mark.django_db
def test_a_sessions_key_is_told_good_silent_expired_revoked_or_strange(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert list(sessions.session_key()) == []
    monkeypatch.setenv("WEIR_RUN_KEY", "sk-weir-of-another-weir")
    assert one(sessions.session_key()).state is State.FAIL
    it = begun()
    monkeypatch.setenv("WEIR_RUN_KEY", it.key)
    silent = one(sessions.session_key())
    assert silent.state is State.WARN
    assert silent.message.startswith("No request has come with the key of demo-fast")
    Run.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert "Open without any request so far" in one(sessions.silent_sessions()).message
    store.write([make.record(run_name=str(it.session.run.uid))], {})
    assert one(sessions.session_key()).state is State.OK
    assert list(sessions.silent_sessions()) == []
    RunKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "expired at" in one(sessions.session_key()).message
    begun_sessions.finalize(it.session, SessionStatus.COMPLETED)
    assert "is refused since" in one(sessions.session_key()).message
    lifecycle.delete(it.session.run, with_requests=True)
    assert "no key of this database" in one(sessions.session_key()).message


def test_a_shell_says_what_overrides_the_sessions_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert list(shell.environment()) == []
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:secret@api.openai.com/v1")
    told = one(shell.environment())
    assert told.state is State.OK
    assert "OPENAI_BASE_URL is https://api.openai.com" in told.message
    monkeypatch.setenv("WEIR_RUN_KEY", "sk-weir-1")
    monkeypatch.setenv("WEIR_SERVER", WEIR)
    overrides = one(shell.environment())
    assert overrides.state is State.WARN
    assert "OPENAI_BASE_URL is https://api.openai.com" in overrides.message
    assert "secret" not in overrides.message
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8080/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-my-own")
    assert (
        "OPENAI_API_KEY not set to the session's key"
        in one(shell.environment()).message
    )
    monkeypatch.setenv("OPENAI_API_KEY", "sk-weir-1")
    assert one(shell.environment()).state is State.OK


def test_a_harness_file_that_names_another_address_is_told(tmp_path: Path) -> None:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    own = json.dumps({"env": {"ANTHROPIC_BASE_URL": WEIR}})
    for text in ("", "[]", '{"env": 1}', own):
        path.write_text(text)
        assert list(shell.harness_files()) == []
    path.write_text('{"env": {"ANTHROPIC_BASE_URL": "https://llm.example"}}')
    told = one(shell.harness_files())
    assert told.message == f"{path} sends Claude Code to https://llm.example."


@pytest.mark.django_db
def test_a_database_of_another_program_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/shop")
    assert list(inherited_database()) == []
    names = ["django_migrations", "shop_order"]
    monkeypatch.setattr(connection.introspection, "table_names", lambda: names)
    told = one(inherited_database())
    assert told.state is State.FAIL
    assert "another program uses (django_migrations, shop_order …)" in told.message


@pytest.fixture
def targets() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What a Prometheus answers, with the targets that are put in the list."""
    found: list[dict[str, Any]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"data": {"activeTargets": found}}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", found
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_prometheus_that_does_not_scrape_weir_is_told(
    targets: tuple[str, list[dict[str, Any]]],
) -> None:
    url, found = targets
    with override_settings(WEIR_PROMETHEUS_URL="http://127.0.0.1:1"):
        assert "No Prometheus answers" in one(scraping.prometheus()).message
    with override_settings(WEIR_PROMETHEUS_URL=url, WEIR_PORT=8080):
        assert "doesn't scrape Weir" in one(scraping.prometheus()).message
        target = {"scrapeUrl": "http://weir:8080/metrics", "labels": {"job": "x"}}
        found.append({**target, "health": "down", "lastError": "401 Unauthorized"})
        assert "can't scrape" in one(scraping.prometheus()).message
        found[0]["health"] = "up"
        assert one(scraping.prometheus()).state is State.OK
