"""What a page of words is told of, and when."""

from __future__ import annotations

import json

import pytest

from observe.live import worded
from observe.live.worded import Worded
from proxy.recording.indexing import TextIndexer
from runs.text.index import Position
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
SAID = {"role": "user", "content": "a zebra"}


def test_a_request_is_held_back_until_its_words_are_indexed() -> None:
    row = make.stored(request=json.dumps({"messages": [SAID]}))
    waiting = Worded()
    waiting.add([row.pk])
    assert waiting.take() == []
    TextIndexer().step()
    assert waiting.take() == [row.pk]
    assert not waiting


def test_what_changes_during_a_look_waits_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = Worded()
    waiting.add([17, 18])

    def has(_: Position, request: int) -> bool:
        waiting.add([request + 10])  # as the event loop does while a thread looks
        return True

    monkeypatch.setattr(Position, "has", has)
    assert waiting.take() == [17, 18]
    assert waiting.take() == [27, 28]


def test_one_that_never_ends_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Worded()
    waiting.add([17])
    assert waiting.take() == []
    monkeypatch.setattr(worded, "LONGEST_S", -1.0)
    waiting.add([18])
    assert waiting.take() == [18]
    assert waiting
