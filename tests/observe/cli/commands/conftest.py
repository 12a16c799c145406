"""Commands that ask a server, in this process: Django's own, on the test's database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.observe.cli.commands.told import Told, weir

Ask = Callable[..., Told]


@pytest.fixture
def at(live_server: LiveServer) -> Ask:
    """`weir WORDS… --server …`: a hundredth of a command of its own."""

    def asked(*words: str) -> Told:
        return weir(*words, "--server", live_server.url)

    return asked
