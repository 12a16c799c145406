"""A run is deleted, with its requests (`runs/lifecycle/removal.py`) or without."""

from __future__ import annotations

import pytest

from runs import bodies, lifecycle
from runs.models import Body, CapturedRequest, Run, RunKey
from runs.record import Outcome
from tests import make
from tests.runs.lifecycle.test_moving import in_run

pytestmark = pytest.mark.django_db


def test_deleting_a_run_leaves_its_requests_and_their_turns() -> None:
    run = lifecycle.start("run")
    row = in_run(run)
    lifecycle.delete(run, with_requests=False)
    assert not Run.objects.exists()
    row = CapturedRequest.objects.get(pk=row.pk)
    assert row.run is None
    assert row.turn is not None
    assert row.turn.run is None


def test_deleting_a_run_with_its_requests_leaves_the_others() -> None:
    run = lifecycle.start("run")
    gone, kept = in_run(run), make.stored(make.record())
    lifecycle.delete(run, with_requests=True)
    ids = list(CapturedRequest.objects.values_list("pk", flat=True))
    assert gone.pk not in ids
    assert kept.pk in ids


def test_a_body_that_stood_on_a_deleted_one_can_still_be_read() -> None:
    run = lifecycle.start("run")
    long = b'{"model":"m","messages":["' + bytes(range(48, 91)) * 200 + b'"]}'
    first = make.stored(make.record(session="s", request=long))
    second = make.stored(make.record(session="s", request=long + b" "))
    lifecycle.move(CapturedRequest.objects.filter(pk=first.pk), run)
    lifecycle.delete(run, with_requests=True)
    assert not Body.objects.filter(request=first.pk).exists()
    kept = Body.objects.get(request=second.pk, side="request")
    assert bodies.read(kept) == long + b" "


def test_a_request_that_is_going_on_stays_without_the_run() -> None:
    run = lifecycle.start("run", is_global=False)
    lifecycle.issue_key(run)
    row = in_run(run, outcome=Outcome.PENDING)
    lifecycle.delete(run, with_requests=True)
    assert CapturedRequest.objects.get(pk=row.pk).run is None
    assert not RunKey.objects.exists()
