"""Where a request was served, as its address or its model's name tells. Pure.

Answers say it themselves at Anthropic (`inference_geo`); Amazon Bedrock's don't, and
its GovCloud has prices of its own. `quoting.py` asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

GOV = "us-gov"
_GOV_HOST = re.compile(
    r"^https?://bedrock[a-z-]*\.us-gov-[a-z0-9-]+\.amazonaws\.com[:/]"
)
_GOV_MODEL = re.compile(r"(?:^|[/:])us-gov\.")
"""An inference profile across its regions: `us-gov.anthropic.claude-…`."""


def told_region(upstream_url: str, models: Iterable[str]) -> str | None:
    """None where nothing tells it."""
    if _GOV_HOST.match(upstream_url):
        return GOV
    return GOV if any(_GOV_MODEL.search(model) for model in models) else None
