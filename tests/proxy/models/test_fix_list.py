"""Fixes named by an operator: who may say what, whose word counts, and where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory

from proxy.exchange import Asked, Inbound
from proxy.models import Provider, Route, RoutingDefaults
from proxy.models.fix_list import Names
from proxy.route.decision import address_of, resolve
from proxy.route.startup import BadStartupRoutes
from proxy.table import snapshot
from tests.proxy.fixes.cases import ARGUMENTS, CONTENT, END, QWEN

pytestmark = pytest.mark.django_db


def fixes_for(model: str) -> tuple[str, ...]:
    """Of a chat call that a client sends to Weir."""
    inbound = Inbound(
        method="POST",
        raw_path=b"/v1/chat/completions",
        query=b"",
        headers=[],
        client="",
        host="",
    )
    table = snapshot.load()
    asked = Asked(model=model)
    return resolve(address_of(inbound, table), inbound, asked, table, {}).fixes


def test_the_route_s_list_wins_then_the_provider_s_then_the_default(
    settings: Any,
) -> None:
    settings.WEIR_UPSTREAM_URL = "http://127.0.0.1:9/v1"
    base = "http://up.example/v1"
    mended = Provider.objects.create(slug="mended", base_url=base, fixes=[END])
    plain = Provider.objects.create(slug="plain", base_url="http://other.example/v1")
    for name, provider, fixes in (
        ("own", mended, [QWEN, CONTENT]),
        ("none", mended, []),
        ("silent", mended, None),
        ("plain", plain, None),
    ):
        Route.objects.create(match=name, provider=provider, fixes=fixes)
    RoutingDefaults.objects.create(fixes=[ARGUMENTS])
    assert fixes_for("own") == (QWEN, CONTENT)
    assert fixes_for("none") == ()
    assert fixes_for("silent") == (END,)
    assert fixes_for("plain") == ()
    assert fixes_for("unknown") == (ARGUMENTS,)

    settings.WEIR_DEFAULT_FIXES = f"{END}, {QWEN}"
    assert fixes_for("unknown") == (END, QWEN)
    settings.WEIR_MODELS_JSON = json.dumps({"default_fixes": [CONTENT]})
    assert fixes_for("unknown") == (CONTENT,)
    settings.WEIR_MODELS_JSON, settings.WEIR_DEFAULT_FIXES = "", "x"
    with pytest.raises(BadStartupRoutes, match="Unknown compatibility fix: x"):
        snapshot.load()


def test_what_is_no_fix_is_refused_with_a_sentence() -> None:
    route = Route(match="m", upstream_url="http://up.example/v1", fixes=["x"])
    with pytest.raises(ValidationError, match="Unknown compatibility fix: x"):
        route.full_clean()


def test_a_form_takes_names_as_people_write_them() -> None:
    form_class = modelform_factory(RoutingDefaults, fields=["fixes"])
    for text, fixes in (
        (f"{QWEN}\n{END}", [QWEN, END]),
        (json.dumps([END]), [END]),
        ("[]", []),
        ("", None),
    ):
        form = form_class({"fixes": text})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["fixes"] == fixes
    assert "Unknown" in str(form_class({"fixes": "y"}).errors)
    field = Names(required=False)
    assert field.prepare_value([QWEN, END]) == f"{QWEN}, {END}"
    assert not field.has_changed([QWEN], QWEN)
