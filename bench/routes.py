"""What routes cost a request: a Weir with thousands beside one with none.

    python -m bench.routes [--rounds 20] [--routes 2000]

Processor time of the worker, in rounds of one after the other, as the machine's speed
changes by the minute; what a round of the one cost is held against the same round of
the other. The calls are for a model that no route takes: every kind of route is asked.
At most 3 % more is allowed. `--routes 0` shows how far two alike are apart.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.gate import cost, floor
from tests.server import WeirServer

ALLOWED = 1.03
FIELDS = {
    "name": "",
    "upstream_url": "http://127.0.0.1:9/v1",
    "upstream_model": "",
    "api_key_env": "",
    "priority": 50,
    "active": True,
    "capture": "",
    "ask_usage": True,
    "managed_by": "",
}


def main() -> int:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-routes")))
        upstream = stack.enter_context(floor(folder))
        servers = {}
        for name in ("none", "many"):
            weir = WeirServer(folder / name, f"{upstream.url}/v1", "--quiet")
            servers[name] = stack.enter_context(weir)
        write(servers["many"].database, options.routes)
        spent: dict[str, list[int]] = {name: [] for name in servers}
        for number in range(options.rounds + 1):
            for name in sorted(servers, reverse=bool(number % 2)):
                weir = servers[name]
                spent[name].append(cost(weir.workers, weir.address[1]))
    pairs = zip(spent["many"], spent["none"], strict=True)
    ratio = median([many / none for many, none in pairs][1:])  # the first warms up
    told = f"{options.routes:,} routes cost a call {ratio - 1:+.1%}"
    print(f"{told}; {ALLOWED - 1:.0%} is allowed")
    return 0 if ratio <= ALLOWED else 1


def write(database: Path, count: int) -> None:
    """Of each kind a third; what no field tells is NULL."""
    kinds = ("exact", "prefix", "pattern")
    rows = []
    for number in range(count):
        kind = kinds[number % 3]
        match = {
            "exact": f"model-{number}",
            "prefix": f"model-{number}-*",
            "pattern": f"POST h{number}.example/gateway-{number}/",
        }[kind]
        rows.append({**FIELDS, "kind": kind, "match": match})
    names = ("kind", "match", *FIELDS)
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    with sqlite3.connect(database) as db:
        db.executemany(f"INSERT INTO proxy_route ({columns}) VALUES ({values})", rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--routes", type=int, default=2000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
