"""What would happen: the simulator's decision for a model, and default routes to come.

Both are read from the address by `routes.py`; nothing is sent and nothing is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest

from observe.pages.settings.addresses import with_query
from proxy.route.rules import RouteTable
from proxy.setup.default_routes import Item, Status, seed_routes
from proxy.setup.simulation import Simulation, simulate

PATHS = (
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/messages",
    "/v1/embeddings",
    "/v1/completions",
)
COLOURS = {"matched": "ok", "fallback": "info", "missing_api_key": "warn"}
WORDS = {
    "matched": "matched",
    "fallback": "by no route",
    "missing_api_key": "its key is missing",
    "no_match": "refused",
}
MOST_ITEMS = 200
STATUS_WORDS: dict[Status, str] = {
    "insert": "new",
    "update_seeded_route": "renewed",
    "skip_existing": "there already",
    "skip_user_route": "your own, kept",
}


@dataclass(frozen=True, slots=True)
class Snippet:
    label: str
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The simulator: what was asked, and the decision."""

    model: str
    path: str
    host: str
    paths: tuple[str, ...]
    found: Simulation | None
    """None: nothing was asked."""
    word: str
    colour: str
    snippets: list[Snippet]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedLine:
    item: Item
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeding:
    """Default routes: what making them would do."""

    preview: str
    refresh: str
    """Addresses that show it."""
    close: str
    is_open: bool
    is_refresh: bool
    lines: list[SeedLine]
    """Those that would change."""
    counts: list[tuple[str, int]]
    left_out: int
    made: str
    """What has just been done, in words."""


def trial(request: HttpRequest, known: RouteTable) -> Simulated:
    asked = {name: _text(request, name) for name in ("model", "path", "host")}
    path = asked["path"] if asked["path"].startswith("/") else PATHS[0]
    is_asked = bool(asked["model"] or asked["path"])
    found = (
        simulate(asked["model"], path=path, host=asked["host"], routes=known)
        if is_asked
        else None
    )
    return Simulated(
        model=asked["model"],
        path=path,
        host=asked["host"],
        paths=PATHS,
        found=found,
        word=WORDS[found.status] if found else "",
        colour=COLOURS.get(found.status, "bad") if found else "",
        snippets=_snippets(found) if found and asked["model"] else [],
    )


def _snippets(found: Simulation) -> list[Snippet]:
    told = found.sample
    return [
        Snippet("curl", "s-curl", told.curl),
        Snippet("Python", "s-python", told.python),
        Snippet("JavaScript", "s-node", told.node),
    ]


def seeding(request: HttpRequest) -> Seeding:
    mode = request.GET.get("defaults", "")
    items = seed_routes(dry_run=True, refresh=mode == "refresh") if mode else []
    changed = [
        item for item in items if item.status in ("insert", "update_seeded_route")
    ]
    counts = Counter(item.status for item in items)
    return Seeding(
        preview=with_query(request, defaults="missing", made="", did=""),
        refresh=with_query(request, defaults="refresh", made="", did=""),
        close=with_query(request, defaults="", made=""),
        is_open=bool(mode),
        is_refresh=mode == "refresh",
        lines=[
            SeedLine(item=i, word=STATUS_WORDS[i.status]) for i in changed[:MOST_ITEMS]
        ],
        counts=[(word, counts[status]) for status, word in STATUS_WORDS.items()],
        left_out=max(len(changed) - MOST_ITEMS, 0),
        made=_made(request.GET.get("made", "")),
    )


def _made(told: str) -> str:
    new, _, renewed = told.partition(",")
    if not (new.isdecimal() and renewed.isdecimal()):
        return ""
    return f"{int(new):,} routes were made, {int(renewed):,} renewed."


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:500]
