from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from proxy.models import Provider, Route, RoutingDefaults

pytestmark = pytest.mark.django_db

UP = {"upstream_url": "http://up.example/v1"}


def problem(row: Provider | Route | RoutingDefaults) -> str:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return " ".join(refused.value.messages)


@pytest.mark.parametrize("slug", ["", "-a", "A", "a b", "ü", "a" * 65, "a/b", "a\n"])
def test_a_slug_that_cant_be_an_address_is_refused(slug: str) -> None:
    assert problem(Provider(slug=slug, base_url="http://x.example"))


@pytest.mark.parametrize("slug", ["api", "v1", "proxy", "admin", "runs", "upload"])
def test_a_reserved_slug_is_refused_with_a_sentence(slug: str) -> None:
    told = problem(Provider(slug=slug, base_url="http://x.example"))
    assert told == f"“/{slug}” is one of Weir's own addresses."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"base_url": "api.openai.com/v1"}, "must start with http://"),
        ({"base_url": "demo:"}, "must start with http://"),
        ({"base_url": "http://169.254.169.254"}, "never calls it"),
        ({"base_urls": {"anthropic": "x.example"}}, "must start with http://"),
        ({"base_urls": {"claude": "http://x.example"}}, "“claude” is none of"),
        ({"base_urls": ["http://x.example"]}, "{dialect: URL}"),
        ({"wire_formats": []}, "List at least one"),
        ({"wire_formats": ["grpc"]}, "“grpc” is none of"),
        ({"proxy_url": "proxy:3128"}, "http://host:port"),
        ({"proxy_url": "http://a:b@proxy:3128"}, "password"),
        ({"api_key_env": "sk-live-123"}, "names an environment variable"),
        ({"read_timeout_s": 0}, "greater than or equal to 0.1"),
        ({"auth_style": "digest"}, "not a valid choice"),
    ],
)
def test_a_provider_that_cant_work_is_refused(fields: Any, said: str) -> None:
    row = Provider(**{"slug": "mine", "base_url": "http://x.example/v1", **fields})
    assert said in problem(row)


def test_a_good_provider_passes() -> None:
    Provider(slug="mine", base_url="http://localhost:9000/v1").full_clean()
    Provider.objects.get(slug="demo").full_clean()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "prefix", "match": "gpt-"}, "“gpt-” would never match"),
        ({"kind": "prefix", "match": "g*t*"}, "one *, at its end"),
        ({"kind": "exact", "match": "gpt-*"}, "choose the kind “model prefix”"),
        ({"kind": "pattern", "match": "/x/{id}"}, "Wildcards aren't supported"),
        ({"kind": "pattern", "match": "x"}, "has no path"),
        ({"kind": "pattern", "match": "/admin/"}, "Weir's own pages"),
        ({"kind": "pattern", "match": "GET /api/requests"}, "Weir's own pages"),
        ({"match": "  "}, "Say what it matches."),
        ({"upstream_url": "up.example/v1"}, "must start with http://"),
        ({"upstream_url": ""}, "Name a provider or an upstream URL."),
        ({"priority": 0}, "greater than or equal to 1"),
        ({"priority": 101}, "less than or equal to 100"),
        ({"api_key_env": "my key"}, "names an environment variable"),
    ],
)
def test_a_route_that_cant_work_is_refused(fields: Any, said: str) -> None:
    assert said in problem(Route(**{"match": "m", **UP, **fields}))


@pytest.mark.parametrize(
    ("earlier", "later", "shadowed"),
    [
        ({"match": "m"}, {"match": "m", "priority": 60}, True),
        ({"match": "m*", "priority": 40}, {"match": "m"}, True),
        ({"match": "m*"}, {"match": "mist*", "priority": 60}, True),
        ({"match": "*", "priority": 1}, {"match": "m"}, True),
        ({"match": "m*"}, {"match": "m"}, False),
        ({"match": "m*"}, {"match": "mist*"}, False),
        ({"match": "mist*"}, {"match": "m*", "priority": 60}, False),
        ({"match": "m", "active": False}, {"match": "m", "priority": 60}, False),
    ],
)
def test_a_route_that_another_one_shadows_is_refused(
    earlier: Any, later: Any, shadowed: bool
) -> None:
    Route.objects.create(**{"kind": kind_of(earlier), **UP, **earlier})
    row = Route(**{"kind": kind_of(later), **UP, **later})
    if shadowed:
        assert "takes every such request before this one." in problem(row)
    else:
        row.full_clean()


def kind_of(fields: dict[str, Any]) -> str:
    return "prefix" if fields["match"].endswith("*") else "exact"


def test_a_startup_route_shadows_too(settings: Any) -> None:
    settings.WEIR_MODELS_JSON = json.dumps([{"model": "m", **UP}])
    assert "startup" in problem(Route(match="m", **UP))


def test_a_route_doesnt_shadow_itself() -> None:
    row = Route.objects.create(match="m", **UP)
    row.priority = 70
    row.full_clean()


def test_conflicting_patterns_are_refused() -> None:
    Route.objects.create(kind="pattern", match="GET /", **UP)
    told = problem(Route(kind="pattern", match="/x/", **UP))
    assert "neither is more specific" in told
    assert "matches the same requests" in problem(
        Route(kind="pattern", match="GET  /", name="again", **UP)
    )
    Route(kind="pattern", match="GET /x/", **UP).full_clean()


def test_two_active_routes_for_the_same_cant_be_stored() -> None:
    Route.objects.create(match="m", **UP)
    Route.objects.create(match="m", active=False, **UP)
    with pytest.raises(IntegrityError), transaction.atomic():
        Route.objects.create(match="m", **UP)


def test_a_route_without_a_name_is_called_by_what_it_matches() -> None:
    assert Route.objects.create(match="gpt-5", **UP).name == "gpt-5"


def test_there_is_one_row_of_defaults() -> None:
    RoutingDefaults(enabled=False).save()
    RoutingDefaults(enabled=False, model="x").save()
    assert RoutingDefaults.objects.count() == 1
    assert "needs a provider" in problem(RoutingDefaults(enabled=True))


def test_every_field_explains_itself() -> None:
    silent = {"id", "kind", "active", "notes"}  # their names say it
    for model in (Provider, Route, RoutingDefaults):
        for field in model._meta.fields:
            assert field.help_text or field.name in silent, f"{model}.{field.name}"
