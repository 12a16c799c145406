"""What people reported of such tools, played on the real server. `cases/` has inputs.

One Weir, whose providers all stand at one scripted upstream; the cases go one after the
other, each with an upstream key of its own, as different people.
"""

from __future__ import annotations

import html
import json
import re
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.raw_client import Answer, ask
from tests.reported.case import Case, all_cases
from tests.server import Row, WeirServer, wait_until
from tests.upstream import Received, Upstream

TOKENS = {
    "input": "input",
    "cached_input": "cached_input",
    "cache_write_input": "cache_write_input",
    "output": "output",
    "reasoning": "reasoning",
}


@dataclass(frozen=True, slots=True)
class Played:
    """A case after its calls: what came out at each end."""

    case: Case
    answers: list[Answer]
    received: list[Received]
    rows: list[Row]
    """Stored requests, those of `before` first."""
    weir: WeirServer

    @property
    def uid(self) -> str:
        return str(UUID(self.rows[-1]["uid"]))

    def stored(self) -> dict[str, Any]:
        """The last request as the API tells it."""
        told: dict[str, Any] = json.loads(
            _get(f"{self.weir.url}/api/requests/{self.uid}")
        )
        return told

    def page(self) -> str:
        """The words of the conversation's page, without its markup and spaces."""
        page = _get(f"{self.weir.url}/requests/{self.uid}?tab=conversation")
        words = html.unescape(re.sub(r"<[^>]*>", "", page))
        return "".join(words.split())


@pytest.fixture(scope="module")
def stand(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Upstream, WeirServer]]:
    data_dir = tmp_path_factory.mktemp("reported")
    with Upstream() as upstream, WeirServer(data_dir, f"{upstream.url}/v1") as weir:
        _move_all_providers(weir, upstream)
        yield upstream, weir


@pytest.fixture(params=all_cases(), ids=lambda case: case.name)
def played(
    request: pytest.FixtureRequest, stand: tuple[Upstream, WeirServer]
) -> Played:
    case: Case = request.param
    upstream, weir = stand
    newest = max((row["request_id"] for row in weir.requests()), default=0)
    first = len(upstream.received)
    upstream.default = case.answer()
    calls = [*case.before, *[case.request] * case.request.repeat]
    answers = [ask(weir.address, call.on_the_wire()) for call in calls]

    def stored() -> list[Row]:
        rows = [row for row in weir.requests() if row["request_id"] > newest]
        done = [row for row in rows if row["outcome"] != "pending"]
        return done if len(done) == len(calls) else []

    rows = wait_until(stored, f"{case.name} is recorded")
    return Played(case, answers, upstream.received[first:], rows, weir)


def test_what_people_reported_comes_out_right(played: Played) -> None:
    for name, wanted in played.case.expect.items():
        CHECKS[name](played, wanted)


# --- what the client and the upstream see ---------------------------------------------
def _client_status(played: Played, wanted: int) -> None:
    assert played.answers[-1].status == wanted


def _client_statuses(played: Played, wanted: list[int]) -> None:
    assert [answer.status for answer in played.answers] == wanted


def _client_body_equals_upstream(played: Played, _: bool) -> None:
    assert played.answers[-1].body == played.case.body


def _client_body_lacks(played: Played, wanted: list[str]) -> None:
    assert [word for word in wanted if word.encode() in played.answers[-1].body] == []


def _client_headers_lack(played: Played, wanted: list[str]) -> None:
    assert [name for name in wanted if played.answers[-1].all(name)] == []


def _upstream_gets_header(played: Played, wanted: list[str]) -> None:
    name, value = wanted
    assert played.received[-1].header(name) == value.encode()


# --- what is stored -------------------------------------------------------------------
def _member(name: str) -> Any:
    def check(played: Played, wanted: object) -> None:
        assert played.stored()[name] == wanted

    return check


def _recorded(played: Played, _: bool) -> None:
    assert played.rows


def _text(played: Played, wanted: str) -> None:
    assert played.stored()["answer_preview"] == wanted


def _error_contains(played: Played, wanted: str) -> None:
    assert wanted in played.stored()["error"]


def _preview_contains(played: Played, wanted: str) -> None:
    assert wanted in played.stored()["preview"]


def _tokens(played: Played, wanted: dict[str, Any]) -> None:
    told = played.stored()["tokens"]
    found = {name: told[TOKENS[name]] for name in wanted if name != "note"}
    assert found == {name: wanted[name] for name in found}


def _cost_usd(played: Played, wanted: str) -> None:
    """As by hand, or unknown: never another figure."""
    told = played.stored()
    if told["cost_usd"] is None:
        assert told["unpriced"]
        return
    assert Decimal(told["cost_usd"]) == Decimal(wanted)


def _reported_cost_usd(played: Played, wanted: str) -> None:
    assert Decimal(played.stored()["reported_cost_usd"]) == Decimal(wanted)


def _tool_call_count(played: Played, wanted: int) -> None:
    assert played.stored()["tool_call_count"] == wanted


def _tool_calls(played: Played, wanted: list[dict[str, Any]]) -> None:
    assert played.stored()["tool_calls"] == [call["name"] for call in wanted]
    page = played.page()
    for call in wanted:
        told = call["arguments"]
        shown = told if isinstance(told, str) else json.dumps(told)
        assert "".join(shown.split()) in page


def _stored_lacks(played: Played, wanted: list[str]) -> None:
    told = json.dumps(played.stored()) + repr(played.rows)
    told += repr(played.weir.detail(played.rows[-1]))
    assert [word for word in wanted if word in told] == []


# --- what belongs together ------------------------------------------------------------
def _same(name: str, *, is_same: bool = True) -> Any:
    def check(played: Played, _: bool) -> None:
        before, after = (row[name] for row in played.rows[-2:])
        assert before is not None
        assert after is not None
        assert (before == after) is is_same

    return check


# --- what a page shows ----------------------------------------------------------------
def _page_shows(played: Played, wanted: list[str]) -> None:
    page = played.page()
    assert [word for word in wanted if "".join(word.split()) not in page] == []


def _page_lacks(played: Played, wanted: list[str]) -> None:
    page = played.page()
    assert [word for word in wanted if "".join(word.split()) in page] == []


def _reasoning(played: Played, wanted: str) -> None:
    page, words = played.page(), "".join(wanted.split())
    assert words in page
    assert words * 2 not in page


CHECKS: dict[str, Any] = {
    "client_status": _client_status,
    "client_statuses": _client_statuses,
    "client_body_equals_upstream": _client_body_equals_upstream,
    "client_body_lacks": _client_body_lacks,
    "client_headers_lack": _client_headers_lack,
    "upstream_gets_header": _upstream_gets_header,
    "outcome": _member("outcome"),
    "success": _member("success"),
    "stream": _member("stream"),
    "error": _member("error"),
    "notes": _member("notes"),
    "recorded": _recorded,
    "text": _text,
    "error_contains": _error_contains,
    "preview_contains": _preview_contains,
    "tokens": _tokens,
    "cost_usd": _cost_usd,
    "reported_cost_usd": _reported_cost_usd,
    "tool_calls": _tool_calls,
    "tool_call_count": _tool_call_count,
    "stored_lacks": _stored_lacks,
    "same_conversation": _same("conversation_id"),
    "same_turn": _same("turn_id"),
    "different_turn": _same("turn_id", is_same=False),
    "page_shows": _page_shows,
    "page_lacks": _page_lacks,
    "reasoning": _reasoning,
    "note": lambda played, wanted: None,  # Words for whoever reads the case.
}


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def _move_all_providers(weir: WeirServer, upstream: Upstream) -> None:
    """Each keeps the path of its base: only the host changes."""
    with closing(sqlite3.connect(weir.database)) as connection:
        rows = connection.execute("SELECT id, base_url, base_urls FROM proxy_provider")
        for key, base, others in rows.fetchall():
            if base.startswith("demo:"):
                continue
            moved = {d: _moved(url, upstream) for d, url in json.loads(others).items()}
            connection.execute(
                "UPDATE proxy_provider SET base_url = ?, base_urls = ? WHERE id = ?",
                (_moved(base, upstream), json.dumps(moved), key),
            )
        connection.commit()


def _moved(url: str, upstream: Upstream) -> str:
    return upstream.url + urlsplit(url).path
