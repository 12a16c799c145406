"""Colours are for terminals whose user wants them."""

from __future__ import annotations

import io

import pytest
from rich.table import Table
from rich.text import Text

from observe.cli.terminal import Terminal
from observe.colour import RED, paint


class Screen(io.StringIO):
    """What says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _usual(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def shown(out: io.StringIO) -> str:
    table = Table()
    table.add_row(Text("failed", "red"))
    Terminal(out, io.StringIO()).show(table)
    return paint(out, RED, "x") + out.getvalue()


def test_a_terminal_gets_colours() -> None:
    assert shown(Screen()).count("\x1b[31m") == 2


def test_a_file_gets_none() -> None:
    assert "\x1b[" not in shown(io.StringIO())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_none_gets_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "\x1b[3" not in shown(Screen())


def test_data_and_words_go_apart() -> None:
    terminal = Terminal(io.StringIO(), io.StringIO())
    terminal.write("data")
    terminal.show_json({"name": "Ünï"})
    terminal.say("words")
    assert terminal.out.getvalue() == 'data\n{\n  "name": "Ünï"\n}\n'  # type: ignore[attr-defined]
    assert terminal.err.getvalue() == "words\n"  # type: ignore[attr-defined]
