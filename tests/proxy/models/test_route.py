"""Routes and the fallback: what is refused, each with a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from proxy.models import Provider, Route, RoutingDefaults
from tests.proxy.models.problem import problem

pytestmark = pytest.mark.django_db

UP = {"upstream_url": "http://up.example/v1"}


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
        ({"upstream_model": "gpt\r\nx: y"}, "A model's name has no control characters"),
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
