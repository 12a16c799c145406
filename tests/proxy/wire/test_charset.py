"""A body is read in the character set it shows; its label counts only for the rest."""

from __future__ import annotations

import pytest

from proxy.wire.charset import as_utf8

JSON = "application/json"
WORDS = '{"a": "Modèle – gültig"}'
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("charset", WIDE)
@pytest.mark.parametrize("says", ["", "; charset=utf-16", "; charset=utf-8"])
def test_wide_characters_are_seen_whatever_is_said(charset: str, says: str) -> None:
    assert as_utf8(WORDS.encode(charset), JSON + says).decode().strip("\ufeff") == WORDS


@pytest.mark.parametrize(
    ("charset", "word"),
    [("iso-8859-1", "è"), ("windows-1252", "–"), ("gbk", "模型"), ("shift_jis", "型")],
)
def test_a_narrow_character_set_is_read_as_it_says(charset: str, word: str) -> None:
    kind = f'text/plain; charset="{charset}"'
    assert as_utf8(word.encode(charset), kind).decode() == word


def test_utf8_stays_itself_whatever_is_said() -> None:
    data = WORDS.encode()
    for kind in (JSON, f"{JSON};charset=ISO-8859-1", "text/event-stream;charset=gbk"):
        assert as_utf8(data, kind) is data
        assert as_utf8(data[:-6], kind) == data[:-6]  # half a character at its end


def test_a_text_that_says_nothing_is_read_as_browsers_do() -> None:
    assert as_utf8("modèle".encode("latin-1"), "text/html").decode() == "modèle"
    assert as_utf8(b"\xff\xfe\x00", "audio/mpeg") == b"\xff\xfe\x00"


@pytest.mark.parametrize("charset", ["zip", "idna", "unicode_escape", "x", "utf-7"])
def test_what_is_no_character_set_is_not_used(charset: str) -> None:
    assert as_utf8(b"\xe8", f"{JSON}; charset={charset}") == b"\xe8"
