"""One pretended client of a scene: posts JSON to Weir and counts what comes back."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

Json = dict[str, Any]


@dataclass(slots=True)
class SceneClient:
    """What a scene gets: a way to Weir, its own dice, and shared counters."""

    http: httpx.AsyncClient
    dice: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    """`200`, `429`, … and `broken` for connections that ended badly."""

    async def post(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send and read to the end; a broken connection raises as usual."""
        async with self.stream(path, body, headers) as response:
            await response.aread()
            return response

    @asynccontextmanager
    async def stream(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        came = ""
        try:
            async with self.http.stream(
                "POST", path, json=body, headers=headers
            ) as response:
                came = str(response.status_code)
                yield response
        except httpx.TransportError:
            came = "broken"  # also in the middle of an answer
            raise
        finally:
            self.seen.update([came] if came else [])

    async def events(
        self, path: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> list[Json]:
        """The JSON events of an SSE answer, read to its end."""
        response = await self.post(path, body, headers)
        data = [line[6:] for line in response.text.split("\n") if line[:6] == "data: "]
        return [json.loads(each) for each in data if each.strip() != "[DONE]"]

    def pick(self, *choices: Any) -> Any:
        return self.dice.choice(choices)


Scene = Callable[[SceneClient], Awaitable[None]]
