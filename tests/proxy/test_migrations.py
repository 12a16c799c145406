"""What upgrades do to providers of older versions, on both databases."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from proxy.models import Provider
from proxy.setup.seed import bundled

pytestmark = pytest.mark.django_db


def test_bundled_providers_that_wait_to_be_asked_are_asked_as_before() -> None:
    Provider.objects.update(ask_usage="learn")
    migration = import_module("proxy.migrations.0004_ask_usage")
    migration.keep_asking(apps, connection.schema_editor())
    upgraded = dict(Provider.objects.values_list("slug", "ask_usage"))
    fresh = {block["slug"]: block.get("ask_usage", "learn") for block in bundled()}
    assert {slug: upgraded[slug] for slug in fresh} == fresh
