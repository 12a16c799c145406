"""A client's two ways to the provider, and what Weir stored of the second.

`desk.both(ask)` calls `ask` with the provider's own base URL and with Weir's, holds
the two results against each other, and gives the rows that were recorded. Results are
compared without what differs from call to call (`plain`).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from runs.detail import Detail
from tests.clients.provider import Call, Provider
from tests.server import PATIENCE_S, Row, WeirServer, wait_until

KEY = "sk-made-up-key"
ROUTED = "shop-fast"
"""A model with a route of its own."""
ANY_CALL = re.compile(
    r"\b(id|created|created_at|completed_at|\w+_id|request_id|responseId|create_time)$"
)
FRESH_ID = re.compile(r"\b(chatcmpl-|call_|msg_|resp_|toolu_|fc_|rs_)[0-9a-f]{24}")

Ask = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Desk:
    provider: Provider
    weir: WeirServer

    def both(self, ask: Ask, rows: int = 1) -> tuple[Any, list[Row]]:
        """The one result of both ways, and the `rows` requests it took through Weir."""
        straight = plain(ask(self.provider.url))
        through, recorded = self.recorded(ask, rows)
        assert plain(through) == straight
        return through, recorded

    def recorded(self, ask: Ask, rows: int = 1) -> tuple[Any, list[Row]]:
        """What `ask` got through Weir, and its `rows` stored requests."""
        newest = self.newest()
        result = ask(self.weir.url)
        return result, self.rows_after(newest, rows)

    def newest(self) -> int:
        found = self.weir.query("SELECT max(id) AS id FROM runs_capturedrequest")
        return int(found[0]["id"] or 0)

    def rows_after(
        self,
        newest: int,
        count: int,
        *,
        at_least: bool = False,
        seconds: float = PATIENCE_S,
    ) -> list[Row]:
        """The `count` requests stored since, oldest first, once all are finished."""

        def finished() -> list[Row]:
            rows = [row for row in self.weir.requests() if row["request_id"] > newest]
            done = [row for row in rows if row["outcome"] != "pending"]
            return done if len(done) == len(rows) >= count else []

        try:
            rows = wait_until(finished, f"{count} requests are recorded", seconds)
        except AssertionError as error:
            error.add_note(self.weir.log()[-3000:])
            raise
        assert at_least or len(rows) == count, rows
        return list(rows)

    def detail(self, row: Row) -> Detail:
        return self.weir.detail(row)

    def last_call(self) -> Call:
        return self.provider.calls[-1]


@contextmanager
def open_desk(data_dir: Path) -> Iterator[Desk]:
    """A provider and a Weir before it that knows no other."""
    with Provider() as provider:
        upstream = f"{provider.url}/v1"
        with WeirServer(data_dir, upstream, WEIR_MODELS_JSON=routes(provider)) as weir:
            move_provider(weir, "openai", upstream)
            move_provider(weir, "anthropic", provider.url)
            move_provider(weir, "google", provider.url)
            yield Desk(provider, weir)


def move_provider(weir: WeirServer, slug: str, base_url: str) -> None:
    """An operator's edit, as any program could make it; the next request obeys."""
    sql = "UPDATE proxy_provider SET base_url = ?, base_urls = '{}' WHERE slug = ?"
    with closing(sqlite3.connect(weir.database)) as connection:
        changed = connection.execute(sql, (base_url, slug)).rowcount
        connection.commit()
    assert changed == 1, slug


def routes(provider: Provider) -> str:
    """WEIR_MODELS_JSON with one model route."""
    return json.dumps([{"model": ROUTED, "upstream_url": f"{provider.url}/v1"}])


def plain(value: Any) -> Any:
    """`value` as plain data, without ids and times."""
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        pairs = value.items()
        return {name: plain(each) for name, each in pairs if not _differs(name)}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return FRESH_ID.sub(r"\1…", value) if isinstance(value, str) else value


def _differs(name: str) -> bool:
    return ANY_CALL.search(name) is not None or name == "sdk_http_response"


def is_good(row: Row, model: str, *, stream: bool = False) -> None:
    """A row of an ordinary success that used tokens."""
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 1)
    assert (row["model"], row["is_stream"]) == (model, int(stream))
    assert row["input_tokens"]
    assert row["error"] == ""


def seconds_between(rows: list[Row]) -> float:
    """From the start of the first request to that of the second."""
    first, second = (datetime.fromisoformat(row["started_at"]) for row in rows)
    return (second - first).total_seconds()
