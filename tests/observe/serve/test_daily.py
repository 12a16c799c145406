"""`daily.py`: what the settings ask for is run, in order, again and again."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from observe import settings
from observe.serve import daily
from observe.serve.daily import Daily
from tests.server import wait_until


def say(file: Path, word: str, seconds: float = 0) -> list[str]:
    code = (
        f"import time; open({str(file)!r}, 'a').write({word!r}); time.sleep({seconds})"
    )
    return [sys.executable, "-c", code]


def ticking(each: Daily, file: Path, text: str) -> None:
    def reached() -> bool:
        each.tick()
        return file.exists() and file.read_text().startswith(text)

    wait_until(reached, text, 20)


def test_commands_run_in_order_and_come_again(tmp_path: Path) -> None:
    file = tmp_path / "said"
    commands = [say(file, "a"), say(file, "b")]
    each = Daily(commands, dict(os.environ), first_after_s=0, every_s=0.5)
    ticking(each, file, "abab")
    each.stop()


def test_nothing_runs_before_its_time(tmp_path: Path) -> None:
    file = tmp_path / "said"
    each = Daily([say(file, "a")], dict(os.environ), first_after_s=60)
    for _ in range(5):
        each.tick()
    each.stop()
    assert not file.exists()


def test_stopping_ends_what_runs(tmp_path: Path) -> None:
    file = tmp_path / "said"
    each = Daily([say(file, "a", 60)], dict(os.environ), first_after_s=0)
    ticking(each, file, "a")
    began = time.monotonic()
    each.stop()
    assert time.monotonic() - began < 5


def test_the_settings_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    assert daily.prunes() == []
    monkeypatch.setattr(settings, "WEIR_RETENTION", "90d")
    monkeypatch.setattr(settings, "WEIR_BODY_RETENTION", "7d")
    monkeypatch.setattr(settings, "WEIR_RETENTION_KEEP_RUNS", True)
    requests, bodies = (" ".join(each) for each in daily.prunes())
    assert requests.endswith("prune --gently --older-than 90d --keep-runs")
    assert bodies.endswith("--bodies-only --older-than 7d --keep-runs")
