"""`observe/first_page.py`: what only pages need is loaded by the first of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.own_home import ROOT, own_environment, prepared_database

FOR_PAGES = ("ninja", "pydantic", "observe.urls")
FOR_NOBODY = ("rich", "pygments", "httpx._main", "twisted", "aiohttp")

AS_SERVED = f"""
import asyncio, json, sys, threading
from observe.serve import warming
warming.load()
from observe.asgi import application

def loaded():
    return [name for name in {FOR_PAGES + FOR_NOBODY} if sys.modules.get(name)]

def ask(path):
    said = []
    async def send(message):
        said.append(message)
    asked = iter([{{"type": "http.request", "body": b"", "more_body": False}}])
    async def receive():
        return next(asked, None) or await asyncio.Event().wait()
    scope = {{"type": "http", "method": "GET", "path": path, "query_string": b"",
             "raw_path": path.encode(), "headers": [(b"host", b"127.0.0.1")],
             "http_version": "1.1", "scheme": "http", "root_path": "",
             "client": ["127.0.0.1", 9], "server": ["127.0.0.1", 80]}}
    asyncio.run(application(scope, receive, send))
    return said[0]["status"]

print(json.dumps([loaded(), threading.active_count()]))
print(json.dumps([ask("/healthz"), ask("/readyz"), loaded()]))
print(json.dumps([ask("/api/docs"), loaded()]))
"""


def test_the_first_page_loads_what_only_pages_need(tmp_path: Path) -> None:
    shutil.copy(prepared_database(), tmp_path)
    told = subprocess.run(
        [sys.executable, "-c", AS_SERVED],
        cwd=ROOT,
        env=own_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before, health, page = map(json.loads, told.stdout.splitlines())
    # A fork takes no thread along: there may be none but the one that forks.
    assert before == [[], 1]
    assert health == [200, 200, []]
    assert page == [200, list(FOR_PAGES)]
