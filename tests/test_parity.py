"""docs/parity.md and the table in docs/api.md name what is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from observe.api import api
from observe.urls import urlpatterns

ROOT = Path(__file__).resolve().parent.parent
PARITY = (ROOT / "docs" / "parity.md").read_text("utf-8")
API = (ROOT / "docs" / "api.md").read_text("utf-8")
TEST = re.compile(r"`(tests/[\w/]+(?:\.py|/))(?:::(\w+))?`")
"""A file, one test of it, or a folder."""
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`\s]*)`")
HEAD = "### For users of llm-observe-proxy"


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [
        [cell.strip() for cell in row] for row in cells if row[0].strip() != "there"
    ]


def test_every_line_is_held_by_a_test_that_exists() -> None:
    missing = []
    for there, here, held in rows(PARITY):
        if here.startswith("left out"):
            assert held == "–", there
            continue
        assert here.split(":")[0].split(",")[0].split(";")[0].split(" ")[0] in (
            "matched",
            "differs",
        ), there
        found = TEST.findall(held)
        assert found, there
        for path, name in found:
            file = ROOT / path
            text = file.read_text("utf-8") if file.is_file() else ""
            if not file.exists() or (name and f"def {name}(" not in text):
                missing.append((path, name))
    assert not missing


def table() -> list[list[str]]:
    _, _, rest = API.partition(HEAD)
    return rows(rest.partition("\n## ")[0])


@cache
def operations() -> set[tuple[str, str]]:
    return {
        (method.upper(), re.sub(r"\{[^}]+\}", "{}", path))
        for path, known in api.get_openapi_schema()["paths"].items()
        for method in known
    }


@pytest.mark.parametrize("row", table(), ids=lambda row: row[0])
def test_each_of_its_routes_has_one_of_weirs(row: list[str]) -> None:
    there, here = row
    named = ROUTE.findall(here)
    assert named or "weir" in here.lower(), there
    known = operations()
    for method, path in named:
        plain = re.sub(r"\{[^}]+\}", "{}", path.partition("?")[0])
        assert (method, plain) in known or leads_to_a_page(path), path


def leads_to_a_page(path: str) -> bool:
    assert urlpatterns
    uid = "01990000-0000-7000-8000-000000000000"
    plain = re.sub(r"\{[^}]+\}", uid, path.partition("?")[0])
    if plain in ("/healthz", "/readyz") or plain.startswith("/v1/"):
        return True  # answered before Django
    try:
        resolve(plain)
    except Resolver404:
        return False
    return True
