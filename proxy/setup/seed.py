"""Puts the providers of `proxy/data/providers.toml` into the database, once each.

Runs after every `migrate`, so an upgrade brings new providers. A slug that was offered
before is never offered again: deletions stick, edits are never touched.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import transaction

from proxy.models import KeyUseChoice, Provider, SeededProvider
from proxy.route import known

TELLING = ("keys", "models")
"""What a block says of a provider that is no field of its row."""


@cache
def bundled() -> tuple[dict[str, Any], ...]:
    """The blocks of the file, as keyword arguments of `Provider`."""
    return tuple(
        {
            "key_use": KeyUseChoice.MISSING,
            **{name: value for name, value in block.items() if name not in TELLING},
        }
        for block in known.blocks()
    )


def seed_providers(using: str = "default") -> list[str]:
    """Insert what was never offered; returns the slugs that are new."""
    with transaction.atomic(using=using):
        offered = set(
            SeededProvider.objects.using(using).values_list("slug", flat=True)
        )
        present = set(Provider.objects.using(using).values_list("slug", flat=True))
        fresh = [block for block in bundled() if block["slug"] not in offered]
        added = [block for block in fresh if block["slug"] not in present]
        Provider.objects.using(using).bulk_create(Provider(**block) for block in added)
        SeededProvider.objects.using(using).bulk_create(
            SeededProvider(slug=block["slug"]) for block in fresh
        )
    return [block["slug"] for block in added]
