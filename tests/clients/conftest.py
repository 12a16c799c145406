"""One provider and one Weir before it, shared by the tests of all clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.desk import Desk, open_desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("clients")) as found:
        yield found
