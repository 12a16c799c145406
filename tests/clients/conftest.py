"""One provider and one Weir before it, shared by the tests of all clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.desk import Desk, move_provider, routes
from tests.clients.provider import Provider
from tests.server import WeirServer


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data_dir = tmp_path_factory.mktemp("clients")
    with Provider() as provider:
        upstream = f"{provider.url}/v1"
        weir = WeirServer(data_dir, upstream, WEIR_MODELS_JSON=routes(provider))
        with weir:
            move_provider(weir, "openai", upstream)
            move_provider(weir, "anthropic", provider.url)
            move_provider(weir, "google", provider.url)
            yield Desk(provider, weir)
