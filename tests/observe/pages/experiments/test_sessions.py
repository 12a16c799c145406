"""`/experiments/NAME/sessions`, and the tab of a run that is a session."""

from __future__ import annotations

import pytest
from django.test import Client

from runs.experiments import sessions
from runs.experiments.sessions import About
from runs.models import SessionStatus
from tests.runs.experiments import made

pytestmark = pytest.mark.django_db
HOST = {"host": "127.0.0.1:8080"}


def test_every_session_is_listed_scored_and_ended() -> None:
    """Also those that a report doesn't measure; each is changed on its run's page."""
    client = Client(headers=HOST)
    made.loaded()
    made.session("demo-plain", "plan", passed=False)
    git = {"remote": "git@x:y.git", "branch": "main", "commit": "abcdef0123456789"}
    about = About(git=git | {"dirty": True}, operator="ana", label="by hand")
    begun = sessions.create("demo", "demo-fast", "explain", about).session
    listed = client.get("/experiments/demo/sessions").content.decode()
    for shown in ("All 2", "1 open", "by hand", "ana", "abcdef01*", "$0.01", "failed"):
        assert shown in listed
    one = client.get("/experiments/demo/sessions?status=completed").content.decode()
    assert "by hand" not in one
    gave_up = sessions.create("demo", "demo-fast", "plan", About(git={})).session
    sessions.score(gave_up, "check", passed=True)
    sessions.finalize(gave_up, SessionStatus.FAILED)
    one = client.get("/experiments/demo/sessions?status=failed").content.decode()
    assert ">failed</span>" in one  # as the report counts it
    assert ">passed</span>" not in one
    page = begun.run.get_absolute_url()
    text = client.get(f"{page}?tab=session").content.decode()
    for shown in ("demo-fast", "explain", "scripted", "weir-demo", "ana", "(dirty)"):
        assert shown in text
    for name, value, passed in (("tests", "0.5", "1"), ("lint", "", "0")):
        asked = {"name": name, "value": value, "passed": passed}
        assert client.post(f"{page}/score", asked)["location"] == f"{page}?tab=session"
    client.post(f"{page}/unscore", {"name": "lint"})
    for bad in ({"name": "x"}, {"name": "x", "value": "nan"}, {"value": "1"}):
        assert client.post(f"{page}/score", bad).status_code == 422
    [score] = begun.scores.all()
    assert (score.name, score.value, score.passed) == ("tests", 0.5, True)
    assert client.post(f"{page}/finalize", {"status": "open"}).status_code == 422
    client.post(f"{page}/finalize", {"status": "completed"})
    begun.refresh_from_db()
    assert begun.status == SessionStatus.COMPLETED
    text = client.get(f"{page}?tab=session").content.decode()
    assert "/finalize" not in text
    assert "passed</span>" in text
    assert client.post(f"{page}/finalize", {"status": "failed"}).status_code == 409
