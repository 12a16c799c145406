"""The audit log over HTTP: narrowed, and paged newest first."""

from __future__ import annotations

import pytest

from runs.keeping import audit
from runs.models import AuditEntry
from tests.api_call import call

pytestmark = pytest.mark.django_db


def test_the_log_is_narrowed_and_paged() -> None:
    for number, who in enumerate(("ann", "bob", "ann")):
        with audit.author(who, "api"):
            after = {"number": number}
            audit.write(AuditEntry.Action.APPLIED, "routes", "all", {}, after)
    page, _ = call("GET", "/audit?who=ann&limit=1")
    assert [each["after"]["number"] for each in page["items"]] == [2]
    older, _ = call("GET", page["next"].removeprefix("/api"))
    assert [each["after"]["number"] for each in older["items"]] == [0]
    assert older["next"] is None
    assert call("GET", "/audit?kind=price")[0]["items"] == []
    call("GET", "/audit?cursor=x", None, 422)
