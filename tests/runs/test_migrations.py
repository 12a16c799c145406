"""What upgrades do to figures of older versions, on both databases."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from pricing.quote import Quote
from pricing.usage import NO_USAGE
from proxy.recording.indexing import TextIndexer
from runs.models import CapturedRequest
from runs.record import Outcome
from runs.text import search
from tests import make

pytestmark = pytest.mark.django_db


def upgrade(name: str, step: str) -> None:
    getattr(import_module(f"runs.migrations.{name}"), step)(
        apps, connection.schema_editor()
    )


FAILED: dict[str, Any] = {"is_success": False}
BILLED: dict[str, tuple[dict[str, Any], bool]] = {
    "a stream without usage": ({"is_stream": True, "usage": NO_USAGE}, True),
    "images": ({"operation": "images", "path": "/v1/images/generations"}, True),
    "an unknown format": ({"operation": "raw"}, True),
    "a client gone": (FAILED | {"outcome": Outcome.CLIENT_GONE}, True),
    "a stream without its end": (FAILED, True),
    "a priced one": ({"quote": Quote(status="priced", cost_usd=Decimal(1))}, False),
    "a list of models": ({"operation": "models", "method": "GET"}, False),
    "a read": ({"operation": "raw", "method": "GET"}, False),
    "an upload": ({"operation": "files"}, False),
    "a refusal": (FAILED | {"status": 429}, False),
    "an error under 200": (FAILED | {"error": "no"}, False),
    "one under way": (
        {"outcome": Outcome.PENDING, "is_success": None, "status": 200},
        False,
    ),
}


def test_the_first_byte_of_an_unstreamed_answer_is_no_ttft_any_more() -> None:
    make.stored(ttft_ms=9.0)
    make.stored(ttft_ms=8.0, is_stream=True)
    upgrade("0007_ttft_of_streams", "clear")
    kept = CapturedRequest.objects.order_by("pk").values_list("ttft_ms", flat=True)
    assert list(kept) == [None, 8.0]


@pytest.mark.parametrize("case", BILLED)
def test_older_requests_that_were_billed_without_a_cost_are_marked(case: str) -> None:
    fields, is_unpriced = BILLED[case]
    make.stored(**fields)
    upgrade("0006_billed_without_cost", "mark")
    assert CapturedRequest.objects.get().is_unpriced is is_unpriced


@pytest.mark.django_db(transaction=True)
def test_words_are_indexed_again_in_postgresqls_new_form() -> None:
    said = b'{"messages": [{"role": "user", "content": "the quokka of old"}]}'
    make.stored(request=said)
    TextIndexer().step()
    if connection.vendor == "postgresql":  # as it was in the version before
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX runs_indexedtext_words")
            cursor.execute("ALTER TABLE runs_indexedtext DROP said, DROP rest")
            cursor.execute("ALTER TABLE runs_indexedtext ADD document tsvector")
    upgrade("0029_words_in_order", "begin_anew")

    def found() -> int:
        asked = search.condition("quokka of ol*")
        return CapturedRequest.objects.filter(asked).count()

    assert found() == (connection.vendor != "postgresql")

    TextIndexer().step()

    assert found() == 1
