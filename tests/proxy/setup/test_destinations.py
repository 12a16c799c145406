"""Where addresses lead, as the banner says it."""

from __future__ import annotations

from proxy.route.rules import Fallback
from proxy.setup.destinations import destinations
from tests.proxy.route.routing_cases import GOOGLE, provider, rule, table

GUESSED = "the provider that its key or its model tells"


def test_a_fresh_weir_goes_by_key_or_model() -> None:
    found = destinations(table(upstream_url=""))
    assert (found.openai, found.routes) == (GUESSED, 0)
    assert (found.anthropic, found.gemini) == ("https://api.anthropic.com", GOOGLE)


def test_an_upstream_that_was_set_is_named() -> None:
    found = destinations(table(rule("m", provider="groq")))
    assert (found.openai, found.routes) == ("http://up.example/v1", 1)
    assert found.anthropic == "https://api.anthropic.com"


def test_a_fallback_provider_is_named() -> None:
    found = destinations(table(fallback=Fallback(provider="groq", enabled=True)))
    assert found.openai == "https://api.groq.com"


def test_what_leads_nowhere_says_so() -> None:
    away = tuple(
        provider(slug, f"https://{slug}.example", active=False)
        for slug in ("google", "anthropic")
    )
    found = destinations(table(providers=away, upstream_url="", guesses_provider=False))
    assert {found.openai, found.anthropic, found.gemini} == {"nowhere, but by a route"}
