"""`weir demo` against a real `weir serve`: every page gets life, and prices."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from decimal import Decimal
from pathlib import Path

import pytest

from observe.problem import Problem
from observe.traffic import SCENES
from tests.observe.cli.commands import told
from tests.own_home import ROOT
from tests.server import WeirServer, wait_until

NOWHERE = "http://127.0.0.1:1/v1"


@pytest.fixture
def _own_sigterm() -> object:
    """The command takes SIGTERM over; the test run wants its own back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("_own_sigterm")
def test_the_demo_fills_every_kind_of_row(tmp_path: Path) -> None:
    with WeirServer(tmp_path, NOWHERE) as weir:
        minutes = (len(SCENES) + 0.5) / 10 / 60  # each scene once
        flags = ("--minutes", f"{minutes:.4f}", "--rate", "10")
        assert told.weir("demo", "--server", weir.url, *flags).code == 0
        rows = wait_until(lambda: settled(weir), "everything is recorded")
    assert {row["outcome"] for row in rows} >= {
        "completed",
        "client_gone",
        "interrupted",
    }
    assert {row["wire_format"] for row in rows} >= {
        "openai-chat",
        "openai-responses",
        "openai-embeddings",
        "anthropic-messages",
        "gemini-generate",
        "ollama-chat",
    }
    assert {row["status"] for row in rows} >= {200, 403, 429, 500}
    priced = [row for row in rows if row["cost_usd"] is not None]
    assert len(priced) > len(rows) / 2
    assert all(Decimal(row["cost_usd"]) > 0 for row in priced)
    assert any(row["cache_read_tokens"] for row in rows)
    assert any(row["tool_call_count"] for row in rows)
    assert any(row["image_count"] for row in rows)
    assert len({row["conversation_id"] for row in rows}) > 3


def settled(weir: WeirServer) -> list[dict[str, object]]:
    rows = weir.requests()
    is_over = rows and all(row["outcome"] != "pending" for row in rows)
    return rows if is_over else []


def test_without_a_server_it_says_how_to_get_one() -> None:
    with pytest.raises(Problem, match="No Weir answers") as refused:
        told.weir("demo", "--server", "http://127.0.0.1:1")
    assert "add --start" in refused.value.hint


def test_it_starts_a_server_and_takes_it_down_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    own = {"WEIR_PORT": str(port), "WEIR_DATA_DIR": str(tmp_path)}
    demo = subprocess.Popen(
        [sys.executable, "-m", "observe", "demo", "--start", "--minutes", "0.01"],
        cwd=ROOT,
        env=os.environ | own | {"WEIR_UPSTREAM_URL": NOWHERE},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: is_up(url), "the demo's server is up", 60)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
    assert not is_up(url)


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
