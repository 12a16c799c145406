"""The demo's global run begins and ends with the demo, on a real API."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.request import urlopen

from observe.traffic.chats import plain_chat
from observe.traffic.driver import Plan, play
from tests.server import WeirServer


def test_the_demo_ends_the_global_run_that_it_began(tmp_path: Path) -> None:
    with WeirServer(tmp_path / "data", "") as weir:
        plan = Plan(
            server=weir.url, seconds=0.1, per_second=10, scenes=((plain_chat, 1),)
        )
        seen = asyncio.run(play(plan, print))
        weir.wait_recorded(seen["200"])
        runs = json.load(urlopen(f"{weir.url}/api/runs"))["items"]
    told = [(run["name"], run["state"], run["is_global"]) for run in runs]
    assert told == [("morning", "ended", True)]
    assert seen["200"] > 0
