"""Two clients at once: what one checked a moment ago, the other has made meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import Model
from django.db.models.signals import pre_save

from observe.api_errors import AT_ONCE
from pricing.models import PriceProvider
from proxy.models import Provider, Route
from runs.models import AuditEntry
from tests.api_call import call

pytestmark = pytest.mark.django_db
BASE = "http://127.0.0.1:9/v1"


@contextmanager
def another_comes_first(row: Model) -> Iterator[None]:
    """Right between the check and the saving, as another process would."""

    def save(sender: type[Model], **_: Any) -> None:
        if isinstance(row, sender):
            sender._base_manager.bulk_create([row])

    pre_save.connect(save)
    try:
        yield
    finally:
        pre_save.disconnect(save)


@pytest.mark.parametrize(
    ("method", "path", "body", "row"),
    [
        ("POST", "/providers", {"slug": "gw", "base_url": BASE}, "provider"),
        ("PUT", "/providers/gw", {"base_url": BASE}, "provider"),
        ("POST", "/routes", {"model": "m", "upstream_url": BASE}, "route"),
        ("PUT", "/price-lists/gw", {"name": "mine"}, "list"),
    ],
)
def test_the_later_of_two_is_told_so(
    method: str, path: str, body: dict[str, Any], row: str
) -> None:
    rows: dict[str, Model] = {
        "provider": Provider(slug="gw", base_url=BASE),
        "route": Route(match="m", upstream_url=BASE),
        "list": PriceProvider(slug="gw"),
    }
    with another_comes_first(rows[row]):
        told, _ = call(method, path, body, 409)
    assert told["error"] == {"code": "CONFLICT", "message": AT_ONCE}
    # Nothing is half done: the same is taken when nobody is in the way.
    assert not AuditEntry.objects.exists()
    assert call(method, path, body, 200 if row == "list" else 201)
