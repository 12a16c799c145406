"""`weir text`: status, a rebuild that goes on where it was, and drop."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import override_settings

from observe.problem import Problem
from proxy.recording import indexing
from proxy.recording.indexing import LOCK, TextIndexer
from runs import store
from runs.keeping.prune_lock import alone
from runs.models import CapturedRequest, IndexedText
from runs.text import index, search
from tests import make
from tests.observe.cli.commands.told import weir

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_index_is_told_built_anew_and_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexing, "STEP", 50)
    said = b'{"messages": [{"role": "user", "content": "mike"}]}'
    store.write([make.record(request=said) for _ in range(120)], {})
    assert json.loads(weir("text", "status", "--json").out)["requests_to_do"] == 120

    assert json.loads(weir("text", "rebuild", "--json").out) == {"requests": 120}
    told = weir("text", "status").out
    assert told.startswith("The words of 120 requests are")
    assert re.search(r"indexed, [\d.]+ (B|KiB|MiB); 0 requests", told)
    assert CapturedRequest.objects.filter(search.condition("mike")).count() == 120

    index.clear(CapturedRequest.objects.latest("pk").pk)  # one that was broken off
    TextIndexer().step()
    assert IndexedText.objects.count() == 50
    assert "Read 70 requests." in weir("text", "rebuild").out
    assert "Read 120 requests." in weir("text", "rebuild", "--restart").out

    with pytest.raises(Problem, match="switched on"):
        weir("text", "drop")
    if connection.vendor == "sqlite":  # PostgreSQL's lock is one session's, as this is
        with alone(LOCK), pytest.raises(Problem, match="worked on by another"):
            weir("text", "rebuild")
    with override_settings(WEIR_TEXT_INDEX=False):
        with pytest.raises(Problem, match="switched off"):
            weir("text", "rebuild")
        TextIndexer().work(is_busy=False)
        assert weir("text", "drop").out == "The index is empty.\n"
        assert IndexedText.objects.count() == 0
        assert search.why_not("mike")
