"""What `weir serve` says: addresses that can be called, and a line that works."""

from __future__ import annotations

from typing import Any

from observe.serve.banner import Banner

LEADS: dict[str, Any] = {
    "openai": "http://up.example/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://g.example",
    "routes": 2,
}


def said(**fields: Any) -> str:
    given = {"address": "http://127.0.0.1:8080", "wants_token": False, **fields}
    return Banner(**{"bound": given["address"], "leads_to": LEADS, **given}).text()


def test_each_address_says_where_it_leads() -> None:
    lines = said().splitlines()
    assert lines[0] == "Weir listens on http://127.0.0.1:8080"
    assert "  OpenAI     http://127.0.0.1:8080/v1  → http://up.example/v1" in lines
    assert "  Anthropic  http://127.0.0.1:8080     → https://api.anthropic.com" in lines
    assert "  first      2 routes are asked (weir routes list)" in lines
    assert "token" not in said().lower()


def test_beyond_this_machine_it_names_a_real_address_and_the_token() -> None:
    text = said(
        bound="http://0.0.0.0:8080", address="http://weir.lan:8080", wants_token=True
    )
    first, *others = text.splitlines()
    assert first == "Weir listens on http://0.0.0.0:8080, called http://weir.lan:8080"
    assert not any("0.0.0.0" in line for line in others)
    assert '-H "X-Weir-Token: $WEIR_TOKEN"' in text


def test_without_facts_it_still_names_the_addresses() -> None:
    text = said(leads_to={})
    assert "  OpenAI     http://127.0.0.1:8080/v1" in text.splitlines()
    assert "→" not in text
