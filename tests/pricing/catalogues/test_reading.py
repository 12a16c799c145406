"""Catalogues from a network that answers, refuses, floods and stalls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pricing.catalogues import reading
from pricing.catalogues.reading import (
    UnreadableCatalogueError,
    from_document,
    from_file,
    from_network,
    named,
)
from pricing.sources.openrouter import OpenRouter
from tests.pricing.sources.test_published import SAVED

MODELS = {
    "data": [
        {"id": name, "pricing": {"prompt": "0.000001", "completion": "0.000002"}}
        for name in ("deepseek/deepseek-chat", "acme/gone", "acme/other")
    ]
}
ENDPOINTS = (SAVED / "openrouter_endpoints.json").read_bytes()


class Catalogue(BaseHTTPRequestHandler):
    """`/models` and the hosts of one of them; other paths misbehave."""

    keys: list[str] = []

    def do_GET(self) -> None:
        self.keys.append(self.headers.get("authorization", ""))
        bodies = {
            "/models": json.dumps(MODELS).encode(),
            "/models/deepseek/deepseek-chat/endpoints": ENDPOINTS,
            "/html": b"<html>",
            "/list": b"[]",
            "/large": b" " * 5000,
        }
        body = bodies.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.end_headers()
        self.wfile.write(body or b"no")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing of it belongs into the tests' output."""


@pytest.fixture
def address() -> Iterator[str]:
    Catalogue.keys.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_hosts_are_asked_for_the_wanted_models_and_failures_named(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = OpenRouter(f"{address}/models")
    plain = from_network(source, "sk-or-1", "openrouter/acme/*")
    assert (len(plain.catalogue.prices), Catalogue.keys) == (3, ["Bearer sk-or-1"])
    found = from_network(source, only="openrouter/*/*", hosts=True)
    keys = {price.key for price in found.catalogue.prices}
    assert "openrouter/deepseek/deepseek-chat@streamlake" in keys
    assert len(keys) == 6
    assert sorted(found.failures) == [
        f"{address}/models/acme/{name}/endpoints answered 404."
        for name in ("gone", "other")
    ]
    monkeypatch.setattr(reading, "MOST_MORE", 1)
    few = from_network(source, hosts=True)
    assert few.failures == ("The hosts of 1 of 3 models were asked.",)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nothing", "answered 404"),
        ("/html", "can't be read"),
        ("/list", "another shape"),
        ("/large", "more than 1,000 bytes"),
    ],
)
def test_what_is_no_catalogue_is_said(
    address: str, path: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    with pytest.raises(UnreadableCatalogueError, match=said):
        from_network(OpenRouter(address + path))


def test_nobody_there_and_a_stalling_one(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreadableCatalogueError, match="can't be had"):
        from_network(OpenRouter("http://127.0.0.1:1/models"))
    monkeypatch.setattr(reading, "PATIENCE_S", 0.0001)
    with pytest.raises(UnreadableCatalogueError, match=r"can't be had|took longer"):
        from_network(OpenRouter(f"{address}/models"))


def test_odd_files_and_documents_are_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableCatalogueError, match="There is no catalogue “x”"):
        named("x")
    for name, data in {
        "a.json": b"{",
        "b.yaml": b"a: [",
        "c.json": b"\xff",
        "d.json": b"[" * 100_000,
    }.items():
        with pytest.raises(UnreadableCatalogueError, match=f"{name} can't be read"):
            from_file(named("file"), name, data)
    with pytest.raises(UnreadableCatalogueError, match="is read from a file"):
        from_network(named("file"))
    for source in ("openrouter", "huggingface", "litellm", "models.dev", "file"):
        for odd in (None, 1, "x", [1], {"data": 1}, {"a": {"models": 1}}):
            assert _prices(source, odd) == []


def _prices(source: str, document: object) -> list[object]:
    """None, too, where it is refused with a sentence."""
    try:
        return list(from_document(named(source), document).catalogue.prices)
    except UnreadableCatalogueError:
        return []
