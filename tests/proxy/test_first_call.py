"""A newcomer's first call: `weir serve` as it comes, a key and nothing set up."""

from __future__ import annotations

import json
import shutil
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.answers import as_json
from tests.own_home import prepared_database
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream, send

SLUGS = ("openai", "anthropic", "google", "groq", "mistral", "deepseek", "vllm")
"""Each at a path of its own of one scripted host."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    weir: WeirServer
    upstream: Upstream

    def asks(
        self, path: str, key: str = "", model: str = "", header: str = "authorization"
    ) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"model": model, "messages": []}).encode() if model else None
        headers = {"content-type": "application/json"}
        if key:
            headers[header] = f"Bearer {key}" if header == "authorization" else key
        request = urllib.request.Request(f"{self.weir.url}{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answered:
                return answered.status, json.load(answered)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def reached(self) -> list[str]:
        """The providers that were called, and where, since it was last asked."""
        told = [got.target.decode() for got in self.upstream.received]
        self.upstream.received.clear()
        return told


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    home = tmp_path_factory.mktemp("newcomer")
    with Upstream() as upstream:
        for slug in SLUGS:
            upstream.on(f"/{slug}/v1/*", send(as_json({"said": "yes"})))
            upstream.on(f"/{slug}/v1/batches/*", send(as_json({"said": "yes"})))
            upstream.on(f"/{slug}/v1/chat/*", send(as_json({"said": "yes"})))
        weir = WeirServer(home, "")
        shutil.copy(prepared_database(), weir.database)
        with closing(sqlite3.connect(weir.database)) as database:
            database.executemany(
                "UPDATE proxy_provider SET base_url = ?, base_urls = '{}'"
                " WHERE slug = ?",
                [(f"{upstream.url}/{slug}/v1", slug) for slug in SLUGS],
            )
            database.commit()
        with weir:
            yield Newcomer(weir, upstream)


CHAT = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("key", "model", "slug"),
    [
        ("sk-proj-made-up", "gpt-4o-mini", "openai"),
        ("sk-proj-made-up", "no-such-model", "openai"),
        ("sk-made-up", "gpt-4o-mini", "openai"),
        ("sk-made-up", "deepseek-chat", "deepseek"),
        ("sk-ant-made-up", "claude-sonnet-4-5", "anthropic"),
        ("AIzaMadeUp", "gemini-2.5-flash", "google"),
        ("gsk_made-up", "llama-3.3-70b-versatile", "groq"),
        ("made-up", "gpt-4o-mini", "openai"),
        ("made-up", "codestral-latest", "mistral"),
        # Only in the catalogue of prices.
        ("made-up", "llama-3.3-70b-versatile", "groq"),
    ],
)
def test_its_key_or_its_model_tells_where_it_goes(
    newcomer: Newcomer, key: str, model: str, slug: str
) -> None:
    assert newcomer.asks(CHAT, key, model) == (200, {"said": "yes"})
    assert newcomer.reached() == [f"/{slug}/v1/chat/completions"]


@pytest.mark.parametrize("path", ["/v1/interactions", "/v1/agents", "/v1/batches/b"])
def test_googles_newer_calls_find_google(newcomer: Newcomer, path: str) -> None:
    made_up, header = "not-like-a-key", "x-goog-api-key"
    said = newcomer.asks(path, made_up, "gemini-3-flash", header=header)
    assert said == (200, {"said": "yes"})
    assert newcomer.reached() == [f"/google{path}"]
    got = newcomer.weir.finished(f"{path}%")
    assert got["provider"] == "google"


def test_what_nothing_tells_goes_nowhere(newcomer: Newcomer) -> None:
    """Not to whatever listens on a port of this machine."""
    status, said = newcomer.asks(CHAT, "made-up", "my-own-model")
    assert (status, said["weir"]["code"]) == (503, "UPSTREAM_URL_NOT_CONFIGURED")
    for way in ("/openai/v1/…", "/settings/routes", "--upstream-url"):
        assert way in said["error"]["message"]
    assert newcomer.reached() == []


@pytest.mark.parametrize("padding", [0, 700_000, 2_000_000])
def test_what_goes_nowhere_is_read_like_any_other(
    newcomer: Newcomer, padding: int
) -> None:
    """A typo in a model's name is found by it; a body in a file is kept as well."""
    asked: dict[str, Any] = {
        "model": f"my-typo-{padding}",
        "messages": [
            {"role": "system", "content": "x" * padding},
            {"role": "user", "content": "Where do I go?"},
        ],
        "temperature": 0.5,
    }
    body = json.dumps(asked).encode()
    request = urllib.request.Request(
        f"{newcomer.weir.url}{CHAT}", body, {"content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.headers["x-should-retry"] == "false"
    assert f"my-typo-{padding}" in json.load(refused.value)["error"]["message"]
    wanted = "SELECT * FROM runs_capturedrequest WHERE model = ?"
    model = asked["model"]
    (row,) = wait_until(lambda: newcomer.weir.query(wanted, model), "the row")
    assert (row["preview"], row["temperature"]) == ("Where do I go?", 0.5)
    assert (row["status"], row["cost_usd"]) == (503, None)
    size = "SELECT size FROM runs_body WHERE request_id = ? AND side = 'request'"
    assert newcomer.weir.query(size, row["id"]) == [{"size": len(body)}]


def test_a_list_of_models_can_be_had_at_once(newcomer: Newcomer) -> None:
    status, said = newcomer.asks("/v1/models")
    assert status == 200
    assert "weir-demo" in [model["id"] for model in said["data"]]
    assert newcomer.reached() == []
    assert newcomer.asks("/v1/models", "sk-proj-a") == (200, {"said": "yes"})
    assert newcomer.reached() == ["/openai/v1/models"]


def test_it_is_told_where_addresses_lead(newcomer: Newcomer) -> None:
    log = newcomer.weir.log()
    assert "the provider that its key or its model tells" in log
    assert "localhost:8000" not in log
