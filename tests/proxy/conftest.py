"""One running Weir with one scripted upstream for the tests of the forwarding path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.raw_client import Answer, ask
from tests.server import WeirServer
from tests.upstream import Upstream

READ_TIMEOUT = 2.0
"""Small enough to wait for in a test, large enough for a busy machine."""
FIXES = ["missing-stream-end", "qwen-tagged-tool-call-rewrite"]
"""Of the model `mended`."""
KEY = "sk-of-weir-itself-0123456789"
"""What Weir sends for the model `keyed`."""
REFUSED = "http://127.0.0.1:9/v1"
"""The discard port: nobody listens there."""


@dataclass(frozen=True, slots=True)
class Line:
    """A client's two ways to the upstream: straight, and through Weir."""

    upstream: Upstream
    weir: WeirServer

    def straight(self, data: bytes) -> Answer:
        return ask(self.upstream.address, data)

    def through(self, data: bytes) -> Answer:
        return ask(self.weir.address, data)


def startup_routes(upstream: Upstream) -> str:
    """Models that tests ask for by name, as WEIR_MODELS_JSON."""
    routes = [
        {"model": "claude-test", "upstream_url": f"{upstream.url}/v1"},
        {"model": "refused", "upstream_url": REFUSED},
        {
            "model": "keyed",
            "upstream_url": f"{upstream.url}/v1",
            "api_key_env": "KEYED_KEY",
        },
        {"model": "mended", "upstream_url": f"{upstream.url}/v1", "fixes": FIXES},
        {
            "model": "fragile",
            "upstream_url": f"{upstream.url}/v1",
            "on_failure": ["stand-in", "last"],
        },
        {
            "model": "unreachable",
            "upstream_url": REFUSED,
            "on_failure": ["nowhere", "stand-in"],
        },
        {
            "model": "stand-in",
            "upstream_url": f"{upstream.url}/other/v1",
            "upstream_model": "other",
        },
        {"model": "last", "upstream_url": f"{upstream.url}/last/v1"},
    ]
    return json.dumps(routes)


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Shared by the whole session: tests keep apart by their paths."""
    data_dir = tmp_path_factory.mktemp("weir")
    with Upstream() as upstream:
        weir = WeirServer(
            data_dir,
            f"{upstream.url}/v1",
            WEIR_READ_TIMEOUT=str(READ_TIMEOUT),
            WEIR_MODELS_JSON=startup_routes(upstream),
            KEYED_KEY=KEY,
        )
        with weir:
            yield Line(upstream, weir)
