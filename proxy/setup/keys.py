"""The key that Weir itself has for a provider, for requests of its own.

From the environment variable that the provider names; asked by the catalogues of prices
(`proxy/api/catalogues.py`, `weir prices preview`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from proxy.models import Provider


def variable_of(slug: str) -> str:
    """The variable's name; "" where the provider has none, or isn't there."""
    row = Provider.objects.filter(slug=slug, active=True).first() if slug else None
    return row.api_key_env if row else ""


def key_of(slug: str, environ: Mapping[str, str] = os.environ) -> str:
    """ "" where there is none."""
    variable = variable_of(slug)
    return environ.get(variable, "").strip() if variable else ""
