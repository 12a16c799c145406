"""What commands, a start and an idle Weir cost.

    python -m bench.start [--rounds 5] [--data-dir DIR]

`weir --help` and client verbs from the installed command, then `weir serve`: processor
time of all its processes until it listens and until it is ready, and their memory (PSS,
what they share counted once) before and behind the first page. A database can be told,
to see what its size adds; else each round has an empty one.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.rig import proportional
from tests.observe.serve.test_start import spent_s
from tests.own_home import own_environment
from tests.server import LISTENS, WeirServer, wait_until

MIB = 1024 * 1024
SETTLED_S = 3.0
"""What a start leaves behind it is done by then."""
VERBS = (["requests", "list"], ["runs", "list"])
TELLS = (
    "import sys; from observe.cli.main import run; code = run(sys.argv[1:]);"
    " sys.exit(code or 'django' in sys.modules)"
)
"""Ends well where the verb did, and loaded no Django."""

Figures = dict[str, list[float]]


def main() -> int:
    options = _options()
    figures: Figures = {}
    print(f"load average before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory("weir-start") as folder:
        for number in range(options.rounds):
            home = options.data_dir or Path(folder, str(number))
            _round(WeirServer(home, "", "--quiet"), home, figures)
    for name, found in figures.items():
        print(f"{name}: {median(found):.2f} ({min(found):.2f} to {max(found):.2f})")
    return 0


def _round(weir: WeirServer, home: Path, figures: Figures) -> None:
    def add(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    for name, value in _commands(["--help"], own_environment(home)):
        add(name, value)
    began = time.monotonic()
    weir.launch()
    try:
        wait_until(lambda: LISTENS.search(weir.log()), "it listens")
        add("listening, processor s", spent_s(weir))
        weir.address = ("127.0.0.1", int(LISTENS.findall(weir.log())[-1]))
        wait_until(weir.is_ready, "it is ready")
        add("ready, processor s", spent_s(weir))
        add("ready, s", time.monotonic() - began)
        time.sleep(SETTLED_S)
        add("idle, PSS MiB", _held(weir))
        _read(f"{weir.url}/requests")
        time.sleep(SETTLED_S)
        add("idle behind the first page, PSS MiB", _held(weir))
        env = own_environment(home) | {"WEIR_SERVER": weir.url}
        for verb in VERBS:
            for name, value in _commands(verb, env):
                add(name, value)
    finally:
        weir.stop()


def _commands(words: list[str], env: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Seconds of a command, and of its processor."""
    told = f"weir {' '.join(words)}"
    _run([sys.executable, "-c", TELLS, *words], env)
    began, before = time.monotonic(), _of_children_s()
    _run([str(Path(sys.executable).with_name("weir")), *words], env)
    yield f"{told}, s", time.monotonic() - began
    yield f"{told}, processor s", _of_children_s() - before


def _run(command: list[str], env: dict[str, str]) -> None:
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)


def _of_children_s() -> float:
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def _held(weir: WeirServer) -> float:
    return proportional([weir.pid, *weir.processes()]) / MIB


def _read(url: str) -> None:
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data-dir", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
