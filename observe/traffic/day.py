"""The global run that the demo's traffic counts in, ended when the demo is over.

Begun only where an API answers and nobody has one; without an end it would go on to
take every later request that names no run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

RUN = {"name": "morning", "notes": "All that names no run.", "tags": ["demo"]}


@asynccontextmanager
async def day(http: httpx.AsyncClient) -> AsyncIterator[None]:
    run = await _begun(http)
    try:
        yield
    finally:
        if run:
            with suppress(httpx.HTTPError):
                await http.post(f"/api/runs/{run}/end")


async def _begun(http: httpx.AsyncClient) -> str:
    """Its id, "" where none was begun."""
    known = await http.get("/api/runs", params={"state": "active", "is_global": 1})
    if known.status_code != 200 or known.json()["items"]:
        return ""
    begun = await http.post("/api/runs/start", json=RUN)
    return str(begun.json()["run"]["id"]) if begun.is_success else ""
