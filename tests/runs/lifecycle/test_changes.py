"""`runs/lifecycle/changes.py`: what can happen to a run, and what can't."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from runs import lifecycle
from runs.lifecycle.errors import RunError
from runs.lifecycle.keys import digest, valid_digests
from runs.models import Run, RunKey, RunState

pytestmark = pytest.mark.django_db


def spans(run: Run) -> list[bool]:
    """Per span of the run, oldest first: whether it is over."""
    rows = run.spans.order_by("pk").values_list("ended_at", flat=True)
    return [ended_at is not None for ended_at in rows]


def code(error: pytest.ExceptionInfo[RunError]) -> tuple[str, int]:
    return error.value.code, error.value.status


def test_a_run_keeps_what_it_is_started_with() -> None:
    run = lifecycle.start(
        " nightly ", notes="first", tags=("ci",), metadata={"sha": "ab12"}
    )
    stored = Run.objects.get(pk=run.pk)
    assert (stored.name, stored.notes, stored.tags) == ("nightly", "first", ["ci"])
    assert stored.metadata == {"sha": "ab12"}
    assert (stored.state, stored.is_global, stored.source) == ("active", True, "api")


def test_text_that_no_database_takes_is_made_storable() -> None:
    odd = {"a\0": ["\ud800", {"b": float("nan")}]}
    run = lifecycle.start("a\0b\udcff", notes="\0", tags=("\0",), metadata=odd)
    lifecycle.edit(run, notes="\ud800", tags=["\0"], metadata=odd)
    stored = Run.objects.get(pk=run.pk)
    assert (stored.name, stored.notes, stored.tags) == (
        "ab\ufffd",
        "\ufffd",
        ["\ufffd"],
    )
    assert stored.metadata == {"a\ufffd": ["\ufffd", {"b": None}]}


@pytest.mark.parametrize("name", ["", "  ", "\0"])
def test_a_blank_name_is_refused(name: str) -> None:
    with pytest.raises(RunError) as refused:
        lifecycle.start(name)
    assert code(refused) == ("RUN_NAME_REQUIRED", 400)
    assert refused.value.message == "Run name is required."


def test_a_global_start_ends_the_active_global_run_and_no_other() -> None:
    first = lifecycle.start("first")
    own = lifecycle.start("own", is_global=False)
    second = lifecycle.start("second")
    states = {run.name: run.state for run in Run.objects.all()}
    assert states == {"first": "ended", "own": "active", "second": "active"}
    assert lifecycle.active_global() == second
    assert (spans(first), spans(own)) == ([True], [False])


def test_a_paused_global_run_stays_open_when_another_starts() -> None:
    paused = lifecycle.pause(lifecycle.start("paused"))
    lifecycle.start("other")
    assert Run.objects.get(pk=paused.pk).state == RunState.PAUSED


def test_pausing_and_resuming_makes_spans() -> None:
    run = lifecycle.start("run")
    lifecycle.pause(run)
    assert (run.state, spans(run)) == ("paused", [True])
    lifecycle.pause(run)
    lifecycle.resume(run)
    lifecycle.resume(run)
    assert (run.state, spans(run)) == ("active", [True, False])


def test_resuming_a_global_run_pauses_the_active_one() -> None:
    first = lifecycle.pause(lifecycle.start("first"))
    second = lifecycle.start("second")
    lifecycle.resume(first)
    assert lifecycle.active_global() == first
    assert Run.objects.get(pk=second.pk).state == RunState.PAUSED
    assert spans(second) == [True]


def test_a_run_ends_also_while_paused_and_only_once() -> None:
    run = lifecycle.pause(lifecycle.start("run"))
    lifecycle.end(run)
    ended_at = run.ended_at
    assert (run.state, spans(run)) == ("ended", [True])
    assert ended_at is not None
    assert lifecycle.end(run).ended_at == ended_at


@pytest.mark.parametrize("change", [lifecycle.pause, lifecycle.resume])
def test_an_ended_run_stays_ended(change: Any) -> None:
    run = lifecycle.end(lifecycle.start("run"))
    with pytest.raises(RunError) as refused:
        change(run)
    assert code(refused) == ("RUN_ENDED", 400)


def test_a_change_of_a_deleted_run_is_refused() -> None:
    run = lifecycle.start("run")
    Run.objects.all().delete()
    with pytest.raises(RunError) as refused:
        lifecycle.pause(run)
    assert code(refused) == ("RUN_NOT_FOUND", 404)


def test_an_edit_changes_what_is_given() -> None:
    run = lifecycle.start("run", notes="old", tags=("a",), metadata={"k": 1})
    lifecycle.edit(run, name="new", metadata={})
    stored = Run.objects.get(pk=run.pk)
    assert (stored.name, stored.notes, stored.tags) == ("new", "old", ["a"])
    assert stored.metadata == {}
    with pytest.raises(RunError):
        lifecycle.edit(run, name=" ")


def test_a_key_is_kept_as_a_digest_only() -> None:
    run = lifecycle.start("run", is_global=False)
    soon = timezone.now() + timedelta(minutes=5)
    issued = lifecycle.issue_key(run, expires_at=soon)
    assert issued.text.startswith("sk-weir-")
    assert len(issued.text) > 40
    assert issued.text not in repr(issued)
    row = RunKey.objects.get()
    assert row.digest == digest(issued.text)
    assert issued.text.startswith(row.prefix)
    assert len(row.prefix) < 20
    assert valid_digests() == {row.digest: soon.timestamp()}


def test_keys_are_revoked_singly_and_when_their_run_ends() -> None:
    run = lifecycle.start("run", is_global=False)
    first, second = lifecycle.issue_key(run), lifecycle.issue_key(run)
    lifecycle.revoke_key(first.key)
    assert list(valid_digests()) == [second.key.digest]
    lifecycle.end(run)
    assert valid_digests() == {}
    with pytest.raises(RunError) as refused:
        lifecycle.issue_key(run)
    assert code(refused) == ("RUN_ENDED", 400)


@pytest.mark.django_db(transaction=True)
def test_global_runs_started_at_once_leave_one_active() -> None:
    """Each thread has a connection of its own, as a process would."""
    start_line, failures = threading.Barrier(4), list[BaseException]()

    def start_some(worker: int) -> None:
        try:
            start_line.wait()
            for number in range(5):
                run = lifecycle.start(f"{worker}-{number}")
                with suppress(RunError):  # another one has ended it already
                    lifecycle.issue_key(run)
                    lifecycle.resume(lifecycle.pause(run))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=start_some, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    active = Run.objects.filter(is_global=True, state=RunState.ACTIVE)
    assert active.count() == 1
    open_spans = [run.name for run in Run.objects.all() if False in spans(run)]
    assert open_spans == [active.get().name]
    valid = RunKey.objects.filter(revoked_at=None).exclude(run__state=RunState.PAUSED)
    assert {key.run for key in valid} <= {active.get()}
