"""A run of imported requests is over, covers them all, and is made once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runs import lifecycle
from runs.lifecycle.imported import imported_run
from runs.models import Run, RunSpan
from tests.make import START

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_it_is_made_once_and_grows_with_what_comes() -> None:
    lifecycle.start("nightly", is_global=False)  # of the same name, and not its own
    first = imported_run("nightly", START, START + HOUR)
    again = imported_run("nightly", START - HOUR, START)
    assert again.pk == first.pk
    assert Run.objects.filter(name="nightly").count() == 2
    run = Run.objects.get(pk=first.pk)
    assert (run.state, run.source) == ("ended", "import")
    assert (run.started_at, run.ended_at) == (START - HOUR, START + HOUR)
    [span] = RunSpan.objects.filter(run=run)
    assert (span.began_at, span.ended_at) == (START - HOUR, START + HOUR)
