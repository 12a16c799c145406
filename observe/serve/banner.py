"""What `weir serve` says when it listens: addresses, where they lead, a call to try.

Printed by `supervisor.py`; what needs the database was told by `weir prepare --json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proxy.setup.own_address import TOKEN_HEADER, TOKEN_VARIABLE

TRY_IT = '{"model":"weir-demo","messages":[{"role":"user","content":"Hi"}]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    bound: str
    """What it listens on, `http://0.0.0.0:8080`."""
    address: str
    """What clients call it by."""
    wants_token: bool
    leads_to: Mapping[str, Any]
    """What `weir prepare --json` told; empty where it said nothing."""

    def text(self) -> str:
        return "\n".join(
            [
                f"Weir listens on {self.bound}{self._called()}",
                "",
                f"  pages      {self.address}/",
                self._row("OpenAI", f"{self.address}/v1", "openai"),
                self._row("Anthropic", self.address, "anthropic"),
                self._row("Gemini", self.address, "gemini"),
                f"  others     {self.address}/{{provider}}/…,"
                f" {self.address}/proxy/{{domain}}/…",
                *self._routes(),
                *self._token(),
                "",
                f"  try it     curl {self.address}/v1/chat/completions \\",
                f"               {self._headers()} -d '{TRY_IT}'",
                "",
            ]
        )

    def _called(self) -> str:
        return "" if self.address == self.bound else f", called {self.address}"

    def _row(self, name: str, address: str, key: str) -> str:
        place = self.leads_to.get(key, "")
        width = len(self.address) + len("/v1")
        leads = f"{address:<{width}}  → {place}" if place else address
        return f"  {name:<9}  {leads}"

    def _routes(self) -> list[str]:
        count = self.leads_to.get("routes", 0)
        if not count:
            return []
        asked = "route is" if count == 1 else "routes are"
        return [f"  first      {count} {asked} asked (weir routes list)"]

    def _token(self) -> list[str]:
        if not self.wants_token:
            return []
        return [f"  token      as {TOKEN_HEADER}, or in the place of the API key"]

    def _headers(self) -> str:
        token = f'-H "{TOKEN_HEADER}: ${TOKEN_VARIABLE}" ' if self.wants_token else ""
        return f"{token}-H 'content-type: application/json'"
