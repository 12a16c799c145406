"""CPU of a proxied call against that of the plainest ASGI app: a part of `.ci/run`.

    python -m bench.gate

Processor time of one process beside another's in the same seconds: what else the
machine does hits both alike, so that the ratio stays where the seconds don't. The limit
leaves half as much again above what a busy machine has shown.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.rig import Process, free_port, spent_ns
from tests.server import WeirServer

ROUNDS, CLIENTS, CALLS = 4, 4, 100
"""Calls of each client in a round."""
WORKER_LIMIT, RECORDER_LIMIT = 14.0, 16.0
"""Times the floor."""
BODY = json.dumps(
    {"model": "m", "messages": [{"role": "user", "content": "Hi " * 130}]}
).encode()


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-gate")))
        plain = stack.enter_context(floor(folder))
        weir = WeirServer(folder / "weir", f"{plain.url}/v1", "--quiet")
        stack.enter_context(weir)
        worker, recorder = _measured(plain, weir)
    told = (
        f"a call costs the worker {worker:.1f} and the recorder {recorder:.1f} floors"
    )
    is_kept = worker <= WORKER_LIMIT and recorder <= RECORDER_LIMIT
    limits = f"allowed are {WORKER_LIMIT:g} and {RECORDER_LIMIT:g}"
    print(f"{told}; {limits}: {'kept' if is_kept else 'TOO MUCH'}")
    return 0 if is_kept else 1


def floor(folder: Path) -> Process:
    """The ASGI app that answers by itself; also the upstream of Weir."""
    port = free_port()
    command = [sys.executable, "-m", "bench.floors", "asgi", str(port)]
    root = str(Path(__file__).resolve().parent.parent)
    return Process(command, port, folder / "floor.log", PYTHONPATH=root)


def _measured(floor: Process, weir: WeirServer) -> tuple[float, float]:
    """Worker and recorder, as multiples of the floor: the medians of the rounds."""
    worker, recorder = list[float](), list[float]()
    for number in range(ROUNDS + 1):
        base = cost(floor.pids, floor.port)
        before = _ns(weir.recorders())
        own = cost(weir.workers, weir.address[1])
        weir.wait_recorded((number + 1) * CLIENTS * CALLS)
        if number:  # the first one warms up
            worker.append(own / base)
            recorder.append((_ns(weir.recorders()) - before) / base)
    return median(worker), median(recorder)


def cost(pids: Callable[[], list[int]], port: int) -> int:
    before = _ns(pids())
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(_ask, [port] * CLIENTS))
    return _ns(pids()) - before


def _ask(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json"}
    for _ in range(CALLS):
        connection.request("POST", "/v1/chat/completions", BODY, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a call was answered with {answer.status}")
    connection.close()


def _ns(pids: list[int]) -> int:
    return sum(map(spent_ns, pids))


if __name__ == "__main__":
    sys.exit(main())
