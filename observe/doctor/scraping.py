"""Does a Prometheus scrape this Weir? Asked where one is known or answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from observe.doctor.finding import Finding, State

PATIENCE_S = 2.0
NAME = "prometheus"
TODO = "Add it to `scrape_configs`, as deploy/prometheus/ does (docs/metrics.md)."


def prometheus() -> Iterable[Finding]:
    """Silent where nothing answers and nobody said that one should."""
    url, is_told = settings.WEIR_PROMETHEUS_URL, bool(settings.WEIR_PROMETHEUS_URL)
    url = (url or "http://127.0.0.1:9090").rstrip("/")
    targets = _targets(url)
    if targets is None:
        if is_told:
            message = f"No Prometheus answers at {url}."
            todo = "Start it, or correct WEIR_PROMETHEUS_URL."
            yield Finding(NAME, State.WARN, message, todo)
        return
    own = [each for each in targets if _is_own(each)]
    if not own:
        message = f"The Prometheus at {url} doesn't scrape Weir."
        yield Finding(NAME, State.WARN, message, TODO)
        return
    bad = [each for each in own if each.get("health") != "up"]
    if bad:
        why = str(bad[0].get("lastError") or "no answer yet")[:200]
        message = (
            f"The Prometheus at {url} can't scrape {bad[0].get('scrapeUrl')}: {why}"
        )
        todo = "Is Weir reachable from there, and does it need WEIR_TOKEN?"
        yield Finding(NAME, State.WARN, message, todo)
    else:
        yield Finding(NAME, State.OK, f"The Prometheus at {url} scrapes Weir.")


def _targets(url: str) -> list[dict[str, Any]] | None:
    """None where none answers; another program at that port is none."""
    import httpx  # as in upstreams.py

    try:
        answer = httpx.get(
            f"{url}/api/v1/targets?state=active", timeout=PATIENCE_S, trust_env=False
        )
        found = answer.json()["data"]["activeTargets"]
        return [each for each in found if isinstance(each, dict)]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return None


def _is_own(target: dict[str, Any]) -> bool:
    """By its job, or by its port: the host is another one inside of containers."""
    labels = target.get("labels")
    job = labels.get("job") if isinstance(labels, dict) else ""
    if "weir" in str(job).lower():
        return True
    try:
        return urlsplit(str(target.get("scrapeUrl"))).port == settings.WEIR_PORT
    except ValueError:
        return False
