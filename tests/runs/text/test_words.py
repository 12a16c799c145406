"""`runs/text/words.py`, `wording.py`, and the questions made of them: pure."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import accumulate
from random import Random

import pytest

from runs.text.coding import BETWEEN, book, coded, token
from runs.text.in_postgres import as_pattern, as_tsquery
from runs.text.search import as_match
from runs.text.wording import (
    IN_ORDER,
    MOST_BYTES,
    MOST_IN_ORDER,
    OF_TOOL,
    Wording,
)
from runs.text.words import LONGEST, Phrase, has_long, phrase, places, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Read_File failed: ECONNREFUSED!", "read file failed econnrefused"),
        ("Überfahrt CAFÉ naïve", "uberfahrt cafe naive"),
        ("编程语言 in Python", "编 程 语 言 in python"),
        ("ﬁve ＦＵＬＬ Straße", "five full strasse"),
        ("𝐇𝐞𝐥𝐥𝐨 Weir™ ℌ", "hello weirtm h"),
        ("x" * 65 + " kept", "kept"),
        ("\ud800 lone \0 nul \ue000", "lone nul"),
    ],
)
def test_words_are_without_case_accents_and_signs(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("asked", "match", "tsquery"),
    [
        ("quokkas", '"quokkas"', "'quokkas'"),
        ("quokk*", '"quokk" *', "('quokk':*)"),
        ("quokka_zyx", 'said : "quokka zyx"', "'quokka' & 'zyx'"),
        ("quokka zy*", 'said : "quokka zy" *', "'quokka' & ('zy':*"),
        ('" OR said:x NEAR(', 'said : "or said x near"', f"'{token('or')}' & '"),
    ],
)
def test_a_question_is_plain_words_in_either_language(
    asked: str, match: str, tsquery: str
) -> None:
    found = phrase(asked)
    assert found is not None
    assert as_match(found) == match
    assert as_tsquery(found).startswith(tsquery)


def test_a_code_is_in_no_word_and_ends_none() -> None:
    known = book()
    assert len(known) == len(set(known.values())) == 10719
    assert hash_of_codes() == "d0bf24c1bfe6080d"
    assert all(words(word) == [word] for word in known)
    for code in (BETWEEN, *known.values()):
        assert not set(code) & set("".join(words(f"a{code}b {code} {code}é")))
        assert code not in " '\\"
    every = " ".join(chr(each) for each in range(0x20000))
    assert not {*known.values()} & {*"".join(words(every))}


def test_a_phrase_is_found_in_what_is_coded_as_in_what_is_written() -> None:
    text = words("the quokka sat on a zyxwv zyx of Überlingen 编程 the end")
    whole = BETWEEN.join((coded(text), coded(["quokka", "end"])))
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert coded(text[start:end]) in whole
            cut = (*text[start : end - 1], text[end - 1][:1])
            assert re.search(as_pattern(Phrase(cut, is_prefix=True)), whole), cut
    for wrong in ("end quokka", "sat the", "zyx zyxwv", "quokka quokka", "sat quokka"):
        assert coded(wrong.split()) not in whole


def hash_of_codes() -> str:
    """What is stored in databases says something else with other codes."""
    told = json.dumps(book(), ensure_ascii=True).encode()
    return hashlib.sha256(told).hexdigest()[:16]


def test_a_question_without_words_is_none() -> None:
    assert phrase('"*:(-^') is None


def test_a_star_behind_a_script_without_spaces_adds_nothing() -> None:
    assert phrase("日本語*") == phrase("日本語") == Phrase(("日", "本", "語"))
    assert phrase("日本語x*") == Phrase(("日", "本", "語", "x"), is_prefix=True)


def test_places_are_those_of_the_text_as_it_is_written() -> None:
    text = "Die Überfahrt: the timeouts, a Timeout of read_file"
    asked = [Phrase(("timeout",), is_prefix=True), Phrase(("read", "file"))]
    asked.append(Phrase(("uberfahrt",)))

    found = [text[start:end] for start, end in places(text, asked)]

    assert found == ["Überfahrt", "timeouts", "Timeout", "read_file"]
    assert list(places("read the file", asked)) == []


def test_a_long_text_keeps_the_order_of_its_beginning_only() -> None:
    told = Wording(1)
    told.add(7, " ".join(f"w{n} again" for n in range(IN_ORDER)))
    told.add(8, "w3 unheard of")

    assert [len(text.split()) for text in told.said] == [IN_ORDER, 3]
    assert told.rest == [f"w{n}" for n in range(IN_ORDER // 2, IN_ORDER)]
    assert told.digests == [7, 8]


def test_a_request_has_words_that_postgresql_can_take() -> None:
    told = Wording(1)
    for number in range(200):
        told.add(number, " ".join(f"{number}x{n}" for n in range(4000)))

    kept = [word for text in told.said for word in text.split()] + told.rest
    assert len(kept) > 10_000
    assert sum(map(len, kept)) <= MOST_BYTES


def as_told(texts: list[tuple[str, int]]) -> tuple[list[list[str]], list[str]]:
    """What `Wording` keeps, each text taken apart word by word."""
    said, rest, known = list[list[str]](), list[str](), set[str]()
    size = 0

    def fitting(found: list[str]) -> list[str]:
        nonlocal size
        ends = list(accumulate(len(word.encode()) + 1 for word in found))
        whole = ends[-1] - 1 if ends else 0
        if size + whole > MOST_BYTES:
            found = found[: sum(end <= MOST_BYTES - size for end in ends)]
        size += len(" ".join(found).encode())
        return found

    for text, in_order in texts:
        found = words(text)
        room = min(in_order, MOST_IN_ORDER - sum(map(len, said)))
        head = fitting(found[:room])
        said += [head] if head else []
        known.update(head)
        tail = [word for word in dict.fromkeys(found[room:]) if word not in known]
        known.update(tail)
        rest += fitting(tail)
    return said, rest


@pytest.mark.parametrize("seed", range(40))
def test_a_text_that_is_not_taken_apart_has_the_same_words(seed: int) -> None:
    made = Random(seed)
    pool = [*"aZ9é日\ue000", "is", "Weir_2", "x" * LONGEST, "y" * (LONGEST + 1)]
    pool += ["z" * made.randint(60, 70), "w" * 200]
    signs = [" ", " ", "\n", "  \t", "-", "_", ", ", "\x1c", "\0", "ab"]
    texts = list[tuple[str, int]]()
    for _ in range(made.choice([1, 3, 30])):
        own = pool if made.random() < 0.2 else [each for each in pool if each.isascii()]
        count = made.choice([0, 1, 5, 90, 900, 4000])
        drawn = (made.choice(own) + str(made.randint(0, 99)) for _ in range(count))
        text = "".join(word + made.choice(signs) for word in drawn)
        texts.append((text, made.choice([IN_ORDER, OF_TOOL])))

    told = Wording(1)
    for text, in_order in texts:
        told.add(0, text, in_order)

    assert ([text.split() for text in told.said], told.rest) == as_told(texts)


def test_a_word_is_long_from_the_first_character_too_many() -> None:
    for before in range(200):
        for size in (LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST):
            for behind in ("", " ", " a b", "  " + "c" * LONGEST):
                bare = "a " * (before // 2) + " " * (before % 2) + "b" * size + behind
                assert has_long(bare.encode()) is (size > LONGEST), bare
