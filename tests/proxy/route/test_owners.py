"""Whose call it is where several providers share a host."""

from __future__ import annotations

import pytest

from proxy.route.rules import RouteTable
from tests.proxy.route.routing_cases import go, provider, table

HOST = "https://api.z.example"


def shared(*, reverse: bool = False) -> RouteTable:
    plans = [
        provider("a-api", f"{HOST}/api/paas/v4"),
        provider("b-coding", f"{HOST}/api/coding/paas/v4"),
        provider(
            "c-claude",
            f"{HOST}/api/anthropic/v1",
            wire_formats=("anthropic",),
            auth_style="x-api-key",
        ),
    ]
    return table(providers=tuple(reversed(plans) if reverse else plans))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/api/paas/v4/chat/completions", "a-api"),
        ("/api/coding/paas/v4/chat/completions", "b-coding"),
        ("/api/coding/paas/v4", "b-coding"),
        ("/api/anthropic/v1/messages", "c-claude"),
        ("/api/v1/messages", "c-claude"),
    ],
)
def test_the_base_that_says_more_of_the_path_wins(
    path: str, slug: str, reverse: bool
) -> None:
    target = go(shared(reverse=reverse), f"/proxy/api.z.example{path}")
    assert target.provider == slug


@pytest.mark.parametrize(
    ("upstream", "slug"),
    [(f"{HOST}/api/coding/paas/v4", "b-coding"), (f"{HOST}/api/paas/v4", "a-api")],
)
def test_the_upstream_that_was_set_is_booked_by_its_path(
    upstream: str, slug: str
) -> None:
    plans = tuple(shared().providers.values())
    routes = table(providers=plans, upstream_url=upstream)
    assert go(routes, model="m").provider == slug


@pytest.mark.parametrize("first", ["a", "z"])
@pytest.mark.parametrize(
    ("path", "slug"),
    [("/v1/chat/completions", "chat"), ("/v1/messages", "claude"), ("/v1/x", "chat")],
)
def test_at_equal_paths_the_dialect_tells(path: str, slug: str, first: str) -> None:
    pair = (
        provider(f"{first}-chat", f"{HOST}/v1"),
        provider("m-claude", HOST, wire_formats=("anthropic",)),
    )
    found = go(table(providers=pair), f"/proxy/api.z.example{path}").provider
    assert found.endswith(slug)


def test_a_provider_that_is_switched_off_has_no_host() -> None:
    pair = (
        provider("a-off", f"{HOST}/v1/long", active=False),
        provider("b-on", f"{HOST}/v1"),
    )
    target = go(table(providers=pair), "/proxy/api.z.example/v1/long/x")
    assert target.provider == "b-on"
