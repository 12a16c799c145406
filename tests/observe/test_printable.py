"""What comes from outside can't steer, hide or forge a terminal's lines."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from rich.text import Text

from observe.cli.failures import tell
from observe.cli.terminal import Terminal
from observe.printable import for_terminal, one_line, printable
from observe.problem import Problem
from observe.remote.tables import plain_table
from observe.serve.console import RequestLines
from tests import make

EVIL = "a\x1b[2J\x1b]0;owned\x07b\rc\x9b31m\u202edetrevni\u200b\U000e0041\x00\ud800"


def is_harmless(text: str) -> bool:
    odd = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return not any(unicodedata.category(c) in odd for c in text if c not in "\n\t")


def terminal() -> Terminal:
    return Terminal(io.StringIO(), io.StringIO())


def written(shown: Terminal) -> str:
    assert isinstance(shown.out, io.StringIO)
    assert isinstance(shown.err, io.StringIO)
    return shown.out.getvalue() + shown.err.getvalue()


def test_what_a_terminal_obeys_is_spelled_out() -> None:
    assert printable("\x1b[31m") == "\\u001b[31m"
    assert printable("\U000e0041") == "\\udb40\\udc41"
    assert is_harmless(printable(EVIL))


@pytest.mark.parametrize(
    "text", ["naïve 日本語", "e\u0301", "👩‍👩‍👧", "שלום", "a\tb\n"]
)
def test_words_of_any_language_stay(text: str) -> None:
    assert printable(text) == text


def test_a_name_with_a_line_feed_is_no_second_row() -> None:
    assert one_line("a\nok  gate") == "a\\u000aok  gate"
    table = plain_table("Name")
    table.add_row("a\nb")
    shown = terminal()
    shown.show(table)
    assert len(written(shown).splitlines()) == 2


def test_tables_lines_words_and_failures_are_clean() -> None:
    shown = terminal()
    table = plain_table("Name", EVIL)
    table.add_row(EVIL, Text(EVIL))
    for thing in (table, EVIL, Text(EVIL)):
        shown.show(thing)
    shown.write(EVIL)
    shown.say(EVIL)
    assert is_harmless(written(shown))
    assert written(shown).count("detrevni") == 7
    err = io.StringIO()
    tell(Problem(EVIL, hint=EVIL), err)
    assert is_harmless(err.getvalue())


def test_json_has_the_same_value() -> None:
    shown = terminal()
    shown.show_json({EVIL[:-1]: [EVIL[:-1]]})
    assert is_harmless(written(shown))
    assert json.loads(written(shown)) == {EVIL[:-1]: [EVIL[:-1]]}


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_captured_bytes_are_exact_but_on_a_terminal() -> None:
    pieces = [b"a\x1b[2J\xe6", b"\x97", b"\xa5\xff\n"]
    assert list(for_terminal(pieces, io.StringIO())) == pieces
    shown = b"".join(for_terminal(pieces, Tty())).decode()
    assert shown == "a\\u001b[2J\u65e5\ufffd\n"


def test_the_line_of_a_request_is_clean() -> None:
    out = io.StringIO()
    odd = {"model": EVIL, "response_model": "", "path": f"/v1/{EVIL}\n", "method": EVIL}
    RequestLines(out)(make.record(upstream_url=EVIL, **odd))
    assert is_harmless(out.getvalue())
    assert out.getvalue().count("\n") == 1
