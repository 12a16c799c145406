"""`weir prices preview | apply | undo | check | reconcile`, from saved files."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from observe.cli.verbs import VERBS
from observe.problem import Problem
from pricing.catalogues import offered
from pricing.models import ModelPrice
from pricing.sources import PUBLISHED
from runs.models import AuditEntry
from tests.observe.cli.commands.told import weir
from tests.pricing.catalogue import empty_tables
from tests.pricing.make_price import price_row
from tests.pricing.sources.test_published import SAVED
from tests.runs.measure.test_invoices import OPENAI_COSTS

pytestmark = pytest.mark.django_db
LITELLM = str(SAVED / "litellm.json")


@pytest.fixture(autouse=True)
def _no_catalogue(db: None) -> None:
    empty_tables()


def _json(*words: str) -> Any:
    return json.loads(weir("prices", *words, "--json").out)


def test_the_flags_know_every_catalogue() -> None:
    flags = VERBS["prices"].parser().verbs["preview"].actions
    (choices,) = (each.choices for each in flags if each.dest == "source")
    assert choices == tuple(source.name for source in PUBLISHED)


def test_previewed_taken_and_undone() -> None:
    row = price_row("gpt-4o", provider="openai", output_usd_per_million=2)
    only = ("--only", "openai/gpt-4o*", "--file", LITELLM)
    told = weir("prices", "preview", "litellm", *only).out
    assert "input $2.00 → $2.50 (+25.0 %)" in told
    assert "2 new, 1 changed, 0 unchanged, 0 kept." in told
    assert ModelPrice.objects.count() == 1
    seen = _json("preview", "litellm", *only)
    assert [item["status"] for item in seen["items"]] == ["changed", "new", "new"]

    told_apply = weir("prices", "apply", "litellm", *only)
    assert "2 prices made, 0 changed." in told_apply.out
    assert "Output goes from $2.00 to $10.00 per 1M." in told_apply.err
    assert "taken with --yes" in told_apply.err
    assert _json("apply", "litellm", *only, "--yes")["batch"]["changed"] == 1
    row.refresh_from_db()
    assert row.rates().output == 10
    assert AuditEntry.objects.filter(kind="price_import").count() == 2

    assert "1 prices are as before" in weir("prices", "undo", "litellm").out
    assert _json("undo", "litellm")["removed"] == 2
    row.refresh_from_db()
    assert (row.rates().output, row.active) == (Decimal(2), True)
    with pytest.raises(Problem, match="Nothing of litellm is left"):
        weir("prices", "undo", "litellm")


def test_check_names_broken_prices_and_disputed_rates() -> None:
    price_row("gpt-4o", provider="openai", cache_read_usd_per_million=3)
    weir("prices", "preview", "litellm", "--file", LITELLM)
    told = weir("prices", "check", "--provider", "openai").out
    assert "openai: gpt-4o: Cache read of $3.00 is dearer than input of $2.00." in told
    assert "litellm $2.50, in use $2.00" in told
    assert "1 price breaks a rule, 2 rates are disputed" in told
    assert offered.sources() == ["litellm"]


def test_check_prices_recorded_answers_by_each(tmp_path: Path) -> None:
    price_row("gpt-4o", provider="openai")
    weir("prices", "preview", "litellm", "--file", LITELLM)
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    case = {
        "id": "one",
        "path": "/openai/v1/chat/completions",
        "request": {"model": "gpt-4o"},
        "json": {"model": "gpt-4o", "choices": [], "usage": usage},
        "cost": "0.003",
    }
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(json.dumps(case) + "\n")
    told = weir("prices", "check", "--corpus", str(corpus)).out
    assert "by hand: 1 of 1 answers cost the same." in told
    assert "litellm: 0 of 1 answers cost the same." in told
    (answer,) = _json("check", "--corpus", str(corpus))["answers"]
    assert (answer["cost_usd"], answer["others"]["litellm"]) == ("0.003", "0.0035")
    corpus.write_text("{}\n")
    with pytest.raises(Problem, match="Line 1 is no case"):
        weir("prices", "check", "--corpus", str(corpus))


def test_reconcile_tells_what_an_invoice_has_more(tmp_path: Path) -> None:
    price_row("gpt-4o", provider="openai", aliases=["gpt-4o-2024-*"])
    invoice = tmp_path / "invoice.csv"
    invoice.write_text(OPENAI_COSTS)
    told = weir("prices", "reconcile", str(invoice))
    assert "OpenAI costs: 4 lines, $4.10 invoiced, $0 recorded" in told.out
    assert "gpt-5-nano: no price list has it." in told.err
    assert "Line 7 can't be read." in told.err
    found = _json("reconcile", str(invoice))
    assert [row["finding"] for row in found["rows"]] == ["not recorded"] * 3
    invoice.write_text("a,b\n")
    with pytest.raises(Problem, match="Its header is of no export known here"):
        weir("prices", "reconcile", str(invoice))
