"""Texts that an index has no room for, or a database refuses: cut, and passed by."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from runs import store
from runs.models import CapturedRequest, IndexedText
from runs.text import index, purging, writing
from runs.text.wording import MOST_BYTES, Wording
from tests import make
from tests.proxy.recording.test_indexing import call, found, indexed, left_in_index

HALF = "щ" * 50
pytestmark = pytest.mark.django_db


def ids() -> list[int]:
    return list(CapturedRequest.objects.order_by("pk").values_list("pk", flat=True))


def test_what_there_is_no_room_for_is_left_out_and_what_comes_next_is_found() -> None:
    many = " ".join(f"odd{number:05}" for number in range(100_000))
    odd = ("y" * 2_100, "nul\0here", "lone \ud800 half", "z" * 64, many)
    big = json.dumps({"messages": [{"role": "user", "content": "ten " * 2_600_000}]})
    store.write(
        [
            *(call(text, session=f"s{at}") for at, text in enumerate(odd)),
            make.record(request=big),
            call("quokka", session="next"),
        ],
        {},
    )

    assert indexed() == 7
    assert indexed() == 0

    _, nul, lone, long, last, too_big, after = ids()
    assert found("quokka") == [after]
    assert found("nul here") == [nul]
    assert found("lone half") == [lone]
    assert found("y" * 2_100) == found("y" * 64) == []
    assert found("z" * 64) == [long]
    kept = MOST_BYTES // len("odd00000 ")
    assert found("odd00000 odd00001") == found("odd05000") == [last]
    assert found(f"odd{kept - 9:05}") == [last]
    assert found(f"odd{kept + 9:05}") == []
    assert not IndexedText.objects.filter(pk=too_big).exists()


def test_words_that_a_request_takes_over_stay_within_what_an_index_can_hold() -> None:
    store.write([call("alpha")], {})
    (request,) = ids()
    given = set()
    for part in range(8):
        words = [f"ф{part}{number:05}{HALF}" for number in range(3_000)]
        given |= set(words)
        writing.insert([Wording(request, [part], [" ".join(words[:3])], words[3:])])

    first = f"ф000000{HALF}"
    assert found(first) == found(f"{first} ф000001*") == [request]
    assert {word for word in left_in_index() if "щ" in word} <= given


def test_a_request_whose_words_are_refused_holds_nobody_up() -> None:
    store.write([call("alpha"), call("bravo", session="s2")], {})
    first, second = ids()
    refused = Wording(first, [1], ["nul\0"])  # as PostgreSQL does; FTS5 takes it

    writing.insert([refused, Wording(second, [2], ["bravo"])])

    assert found("bravo") == [second]
    assert (first in found("nul")) == (connection.vendor == "sqlite")


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's words go with their row"
)
def test_long_texts_are_taken_out_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "STEP_BYTES", 2_000)
    long = " ".join(f"odd{number}" for number in range(1_000))
    said = [long, "alpha", "bravo", long, "charlie"]
    store.write([call(text, session=f"s{at}") for at, text in enumerate(said)], {})
    indexed()
    index.forget(ids())

    assert [taken for taken in purging.purge(rest=0) if taken] == [1, 3, 1]
    assert not left_in_index()
