"""A proxied call leaves nothing for the garbage collector, which stops all streams."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests import answers as a
from tests.raw_client import RawClient, request
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream, send

CALLS = 50
CHAT = "/v1/chat/completions"
BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
EVENTS = [b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n', b"data: [DONE]\n\n"]
# Python runs it in every process of the server. What it counts between the two files is
# what only the collector would have let go.
HOOK = """
import collections, gc, json, os, pathlib, threading, time

folder = pathlib.Path(__file__).parent

def count():
    while not (folder / "begin").exists():
        time.sleep(0.02)
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    (folder / f"{os.getpid()}.begun").touch()
    while not (folder / "end").exists():
        time.sleep(0.02)
    gc.collect()
    names = collections.Counter(type(each).__qualname__ for each in gc.garbage)
    told = folder / f"{os.getpid()}.part"
    told.write_text(json.dumps(names))
    told.rename(folder / f"{os.getpid()}.json")

def start():
    threading.Thread(target=count, daemon=True).start()

os.register_at_fork(after_in_child=start)
"""


def test_calls_are_let_go_by_themselves(tmp_path: Path) -> None:
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    with Upstream() as upstream:
        upstream.on(CHAT, send(a.as_json({"choices": []})))
        upstream.on("/v1/streams", send(a.sse(*EVENTS)))
        upstream_url = f"{upstream.url}/v1"
        with WeirServer(tmp_path / "data", upstream_url, PYTHONPATH=str(hook)) as weir:
            call(weir, 2)
            (hook / "begin").touch()
            wait_until(lambda: len(list(hook.glob("*.begun"))) >= 2, "all count", 10)
            call(weir, CALLS)
            weir.wait_recorded(2 * CALLS)
            (hook / "end").touch()
            wait_until(lambda: len(list(hook.glob("*.json"))) >= 2, "all told", 10)
    told = [json.loads(file.read_text()) for file in hook.glob("*.json")]
    left = {name: n for each in told for name, n in each.items() if n >= CALLS}
    assert not left, "of each call, or of each connection"


def call(weir: WeirServer, times: int) -> None:
    """Over one connection, over one each, and a stream."""
    with httpx.Client() as client:
        for _ in range(times):
            assert client.post(weir.url + CHAT, content=BODY).status_code == 200
            assert client.post(f"{weir.url}/v1/streams", content=BODY).is_success
    for _ in range(times):
        with RawClient(weir.address) as alone:
            alone.send(request("POST", CHAT, body=BODY))
            assert alone.read_answer().status == 200
