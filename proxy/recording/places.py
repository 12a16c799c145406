"""Where a request was served, as its address or its model's name tells. Pure.

Answers say it themselves at Anthropic (`inference_geo`). Those of Amazon Bedrock and
of OpenAI's regional hosts don't, and some models cost more there. `quoting.py` asks;
what Azure's don't tell, a price list does (`served_as`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

GOV = "us-gov"
_SHORT = 256
"""Characters of an address; what is told of one below it is remembered."""
_BEDROCK_HOST = re.compile(
    r"^https?://bedrock[a-z-]*\.([a-z]{2}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.com|api\.aws)"
)
_PROFILE = re.compile(
    r"(?:^|[/:])(us-gov|us|eu|apac|jp|au|ca|in|global)\."
    r"(?:amazon|anthropic|meta|mistral|deepseek|openai|cohere|writer|nvidia|qwen|google"
    r"|minimax|moonshotai|xai|zai|twelvelabs|stability|ai21)\."
)
"""An inference profile across its regions: `us-gov.anthropic.claude-…`."""
_LISTED = frozenset({"us", "global", "us-east-1", "us-east-2", "us-west-2"})
"""Where the price list's own prices hold."""
_ONE_PRICE = re.compile(
    r"(?:anthropic\.|claude-|openai\.gpt-\d|moonshotai\.|zai\.|xai\.|amazon\.nova-2-)"
)
"""Priced by whether a profile is global, which their names tell; not by region."""
_RESIDENT = re.compile(r"^https?://[a-z]{2}\.api\.openai\.com[:/]")
_BEFORE_UPLIFT = re.compile(
    r"(?:ft:)?(?:gpt-(?:[34]|oss|audio|image-1|realtime(?!-[2-9]))|gpt-5(?:\.[0-3])?(?:-|$)"
    r"|chatgpt|codex|computer-use|o[134](?:-|$)|text-|omni-|tts-1|whisper-1|dall-e|sora"
    r"|davinci|babbage)"
)
"""Those from before 5 March 2026:
https://developers.openai.com/api/docs/guides/data-residency."""
_XAI_US = re.compile(r"^https?://us\.api\.x\.ai[:/]")


def told_region(upstream_url: str, models: tuple[str, ...]) -> str | None:
    """None where nothing tells it, and where nothing is dearer for it."""
    # Asked of each request, and it is always the same few.
    tell = _known if len(upstream_url) < _SHORT else _tell
    return tell(upstream_url, models)


def _tell(upstream_url: str, models: tuple[str, ...]) -> str | None:
    names = [model.lower() for model in models if model]
    if _RESIDENT.match(upstream_url):
        is_older = names and _BEFORE_UPLIFT.match(names[0])
        return None if is_older else "data-residency"
    if _XAI_US.match(upstream_url):
        return "us"
    return _bedrock_region(upstream_url, names)


_known = lru_cache(maxsize=1024)(_tell)


def _bedrock_region(upstream_url: str, names: Sequence[str]) -> str | None:
    """The profile counts before the host, which is only where it was asked."""
    profiles = [found[1] for name in names if (found := _PROFILE.search(name))]
    host = _BEDROCK_HOST.match(upstream_url)
    told = profiles[0] if profiles else host[1] if host else ""
    if GOV in told or (host and GOV in host[1]):
        return GOV
    if not told or told in _LISTED or any(map(_ONE_PRICE.search, names)):
        return None
    return told
