"""How to point each client at Weir: the snippets of the Connect page.

Called by `observe/pages/connect/view.py` with the address the viewer reached; they come
from the harness profiles (`runs/experiments/profiles.py`). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from runs.experiments import profiles, snippets
from runs.experiments.harness import Snippet


@dataclass(frozen=True, slots=True)
class Client:
    slug: str
    name: str
    note: str
    snippets: tuple[Snippet, ...]


def clients(base: str, *, wants_token: bool = False) -> tuple[Client, ...]:
    """Every client with `base` (`http://host:port`) filled in."""
    address = base.rstrip("/")
    return tuple(
        _client(name, address, wants_token)
        for name in (*profiles.SDKS, *profiles.AGENTS)
    )


def _client(name: str, base: str, wants_token: bool) -> Client:
    profile = profiles.built_in(name)
    shown = snippets.to_paste(profile, base, wants_token=wants_token)
    return Client(name, profile.title, profile.note, tuple(shown))
