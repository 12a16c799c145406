"""Who is measured: the upstream itself, a bare relay, Weir, and the peers that install.

Each is one server in front of the same mock; started by `run.py`, stopped by its stack.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import scratch
from bench.measure import Load
from bench.rig import Process, free_port
from tests.server import WeirServer

RECORDED = "SELECT count(*) AS n FROM runs_capturedrequest WHERE outcome = 'completed'"
UNREAD = (
    "SELECT max(0, coalesce((SELECT max(id) FROM runs_capturedrequest), 0) - reached)"
    " + max(0, older_upto - older) AS n FROM runs_textposition"
)
"""Requests whose words are not indexed yet."""
INDEXES_WORDS = "SELECT 1 FROM sqlite_master WHERE name = 'runs_textposition'"
"""Another checkout may not."""


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    load: Load
    pids: Callable[[], list[int]]
    weir: WeirServer | None = None

    @property
    def recorded(self) -> int:
        return int(self.weir.query(RECORDED)[0]["n"]) if self.weir else 0

    @property
    def unread(self) -> int:
        if self.weir is None or not self.weir.query(INDEXES_WORDS):
            return 0
        return int(self.weir.query(UNREAD)[0]["n"])


@dataclass(frozen=True, slots=True)
class Place:
    """What every contender is started with."""

    stack: ExitStack
    folder: Path
    goload: Path
    mock: Process

    def contender(self, name: str, server: Process, **headers: str) -> Contender:
        spelt = {key.replace("_", "-"): value for key, value in headers.items()}
        return Contender(name, Load(self.goload, server.url, spelt), server.pids)

    def started(self, command: list[str], port: int, name: str, **env: str) -> Process:
        log = self.folder / f"{name}.log"
        return self.stack.enter_context(Process(command, port, log, **env))


def straight(place: Place) -> Contender:
    return Contender("straight", Load(place.goload, place.mock.url), list)


def relay(place: Place) -> Contender:
    port = free_port()
    command = [sys.executable, "-m", "bench.floors", "relay", str(port)]
    command.append(str(place.mock.port))
    root = str(Path(__file__).resolve().parent.parent)
    server = place.started(command, port, "relay", PYTHONPATH=root)
    return place.contender("bare relay", server)


def weir(place: Place) -> Contender:
    return _weir(place, "Weir")


def weir_off(place: Place) -> Contender:
    return _weir(place, "Weir, capture off", WEIR_CAPTURE="off")


def _weir(place: Place, name: str, **environ: str) -> Contender:
    server = WeirServer(
        place.folder / name.replace(", ", "-").replace(" ", "-"),
        f"{place.mock.url}/v1",
        PYTHONUNBUFFERED="",
        **environ,
    )
    place.stack.enter_context(server)
    load = Load(place.goload, server.url)
    return Contender(name, load, lambda: [server.pid, *server.processes()], server)


def observe_proxy(place: Place) -> Contender:
    command, environ = scratch.peer()
    port = free_port()
    flags = ["--port", str(port), "--upstream-url", f"{place.mock.url}/v1"]
    flags += ["--database-url", f"sqlite:///{place.folder}/peer.sqlite3"]
    server = place.started([str(command), *flags], port, "peer", **environ)
    return place.contender(scratch.PEER, server)


def litellm(place: Place) -> Contender:
    command, port = scratch.litellm(), free_port()
    parts: dict[str, Any] = {"api_base": f"{place.mock.url}/v1", "api_key": "sk-test"}
    lines = [f"      {key}: {value}" for key, value in parts.items()]
    text = ["model_list:", '  - model_name: "*"', "    litellm_params:"]
    text += ['      model: "openai/*"', *lines]
    config = place.folder / "litellm.yaml"
    config.write_text("\n".join(text) + "\n")
    flags = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    server = place.started([str(command), *flags], port, "litellm")
    return place.contender(scratch.LITELLM, server)


def portkey(place: Place) -> Contender:
    command, port = scratch.portkey(), free_port()
    flags = [f"--port={port}", "--headless"]
    server = place.started(["node", str(command), *flags], port, "portkey")
    return place.contender(
        scratch.PORTKEY,
        server,
        x_portkey_provider="openai",
        x_portkey_custom_host=f"{place.mock.url}/v1",
    )


FLOORS = (straight, relay)
WEIRS = (weir, weir_off)
PEERS = (observe_proxy, litellm, portkey)


def started(
    place: Place, makers: tuple[Callable[[Place], Contender], ...]
) -> tuple[list[Contender], list[str]]:
    """Those that run here, and a sentence for each that doesn't."""
    found, missing = list[Contender](), list[str]()
    for make in makers:
        try:
            found.append(make(place))
        except (scratch.Missing, RuntimeError, OSError) as error:
            missing.append(f"Without {make.__name__.replace('_', '-')}: {error}")
    return found, missing
