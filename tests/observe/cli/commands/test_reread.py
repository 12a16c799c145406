"""`weir reread`: said, done, gone on with, and one at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from observe.problem import Problem
from runs import store
from runs.keeping.prune_lock import alone
from runs.models import CapturedRequest
from tests.observe.cli.commands.told import weir
from tests.proxy.recording.test_rereading import read_wrong

pytestmark = pytest.mark.django_db(transaction=True)

STATE = "reread.json"


@pytest.fixture(autouse=True)
def state() -> Iterator[Path]:
    path = Path(settings.WEIR_DATA_DIR) / STATE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def previews() -> list[str]:
    rows = CapturedRequest.objects.order_by("pk")
    return list(rows.values_list("preview", flat=True))


def test_a_dry_run_says_what_would_change_and_changes_nothing() -> None:
    store.write([read_wrong()], {})
    said = weir("reread", "--dry-run").out
    assert said.startswith(
        "Read 1 of 1 requests again (0 without their bodies): 1 would"
    )
    assert "1  input_tokens" in said
    assert previews() == ["wrong"]


def test_it_reads_again_and_tells(state: Path) -> None:
    store.write([read_wrong(), read_wrong()], {})
    found = json.loads(weir("reread", "--json").out)
    assert (found["requests"], found["changed"], found["dry_run"]) == (2, 2, False)
    assert found["fields"]["preview"] == 2
    assert previews() == ["hello", "hello"]
    assert not state.exists()
    assert json.loads(weir("reread", "--json").out)["changed"] == 0


def test_filters_say_which() -> None:
    store.write([read_wrong(model="a"), read_wrong(model="b")], {})
    weir("reread", "--model=a")
    assert previews() == ["hello", "wrong"]


def test_one_that_was_broken_off_goes_on_where_it_was(state: Path) -> None:
    store.write([read_wrong(), read_wrong()], {})
    first, second = CapturedRequest.objects.order_by("pk")
    told = {"query": {}, "upto": second.pk, "last": first.pk, "seen": 1, "changed": 1}
    state.write_text(json.dumps(told), "utf-8")
    assert json.loads(weir("reread", "--json").out)["requests"] == 2
    assert previews() == ["wrong", "hello"]


@pytest.mark.parametrize("told", ["{", "[]", '{"query": {"model": "x"}, "upto": 9}'])
def test_what_was_kept_of_another_is_no_beginning(state: Path, told: str) -> None:
    store.write([read_wrong()], {})
    state.write_text(told, "utf-8")
    weir("reread")
    assert previews() == ["hello"]


def test_two_at_once_are_refused() -> None:
    if os.environ.get("DATABASE_URL"):
        pytest.skip("PostgreSQL's lock belongs to the connection that has it")
    with alone("reread"), pytest.raises(Problem, match="Another reread"):
        weir("reread")
    with alone():
        weir("reread")


def test_a_bad_filter_is_told_in_a_sentence() -> None:
    with pytest.raises(Problem):
        weir("reread", "--status=often")
