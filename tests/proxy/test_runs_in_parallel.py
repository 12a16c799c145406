"""The bar for attribution: jobs side by side, each request in exactly the right run.

A real `weir serve` with four workers, two jobs with keys of their own, one that names
its run in a header, plain traffic while a global run is active and while none is.
"""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import answers as a
from tests.clients.desk import move_provider
from tests.raw_client import RawClient, ask, request
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream, send

CALLS = 200
BODY = b'{"model": "m-1", "messages": [{"role": "user", "content": "hi"}]}'
# Where each client puts its key.
PLACES: tuple[Callable[[str], tuple[str, tuple[str, ...]]], ...] = (
    lambda key: ("", (f"Authorization: Bearer {key}",)),
    lambda key: ("", (f"x-api-key: {key}",)),
    lambda key: ("", (f"x-goog-api-key: {key}",)),
    lambda key: (f"?key={key}", ()),
)


def api(weir: WeirServer, method: str, path: str, body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"content-type": "application/json"}
    call = urllib.request.Request(f"{weir.url}/api{path}", data, headers, method=method)
    with urllib.request.urlopen(call, timeout=20) as answer:
        return json.loads(answer.read() or b"null")


def start(weir: WeirServer, name: str) -> tuple[str, str]:
    """A run that is not global, and a key of it."""
    run = api(weir, "POST", "/runs", {"name": name})["id"]
    return run, api(weir, "POST", f"/runs/{run}/keys", {})["key"]


def call(weir: WeirServer, path: str, query: str = "", headers: Any = ()) -> int:
    with RawClient(weir.address) as client:
        client.send(request("POST", path + query, *headers, body=BODY))
        return client.read_answer("POST").status


def job(weir: WeirServer, name: str, calls: int, key: str = "") -> None:
    """Calls of one client, one after another; a new connection may be any worker's."""
    for number in range(calls):
        query, headers = PLACES[number % 4](key) if key else ("", ())
        assert call(weir, f"/v1/{name}/{number}", query, headers) == 200


def named(weir: WeirServer, name: str, calls: int) -> None:
    for number in range(calls):
        headers = (f"X-Weir-Run: {name}", "Authorization: Bearer sk-own")
        assert call(weir, f"/v1/{name}/{number}", headers=headers) == 200


def placed(weir: WeirServer) -> Counter[tuple[str, str | None]]:
    """How many requests of each job are in each run."""
    sql = (
        "SELECT path, name FROM runs_capturedrequest r"
        " LEFT JOIN runs_run ON runs_run.id = r.run_id"
    )
    return Counter((row["path"].split("/")[2], row["name"]) for row in weir.query(sql))


def everything(weir: WeirServer) -> dict[str, bytes]:
    paths = [path for path in weir.data_dir.rglob("*") if path.is_file()]
    return {str(path.relative_to(weir.data_dir)): path.read_bytes() for path in paths}


def test_parallel_jobs_land_in_exactly_their_own_runs(tmp_path: Path) -> None:
    with (
        Upstream() as upstream,
        WeirServer(
            tmp_path, f"{upstream.url}/v1", "--workers", "4", WEIR_LOG_LEVEL="debug"
        ) as weir,
        ThreadPoolExecutor(8) as pool,
    ):
        # A key in Google's own header tells that it is Google's call.
        move_provider(weir, "google", upstream.url)
        for name in ("one", "two", "named", "plain", "before", "after"):
            upstream.on(f"/v1/{name}/*", send(a.as_json(a.CHAT)))
        job(weir, "before", 10)
        api(weir, "POST", "/runs/start", {"name": "global"})
        keys = {name: start(weir, name)[1] for name in ("one", "two")}
        jobs = [
            *(pool.submit(job, weir, name, CALLS, keys[name]) for name in keys),
            pool.submit(named, weir, "named", 50),
            *(pool.submit(job, weir, "plain", 50) for _ in range(2)),
        ]
        for each in jobs:
            each.result()
        api(weir, "POST", "/runs/end")
        job(weir, "after", 10)
        weir.wait_recorded(2 * CALLS + 170)
        kept = everything(weir)
        assert placed(weir) == {
            ("one", "one"): CALLS,
            ("two", "two"): CALLS,
            ("named", "named"): 50,
            ("plain", "global"): 100,
            ("before", None): 10,
            ("after", None): 10,
        }
    for key in keys.values():
        assert_nowhere(key, kept | everything(weir), upstream)


def assert_nowhere(key: str, kept: dict[str, bytes], upstream: Upstream) -> None:
    assert any(name.startswith("journal") for name in kept)
    assert [name for name, data in kept.items() if key.encode() in data] == []
    for got in upstream.received:
        wire = b"".join([got.target, *(b for pair in got.headers for b in pair)])
        assert b"weir" not in wire.replace(b"weir-demo", b"").lower()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Upstream() as upstream:
        upstream.on("/v1/*", send(a.as_json(a.CHAT)))
        own = {
            "model": "m-own",
            "upstream_url": f"{upstream.url}/v1",
            "api_key_env": "OWN_KEY",
        }
        env = {"WEIR_MODELS_JSON": json.dumps([own]), "OWN_KEY": "sk-provider"}
        place = tmp_path_factory.mktemp("keyed")
        with WeirServer(place, f"{upstream.url}/v1", "--workers", "2", **env) as weir:
            yield weir, upstream


def refusal(weir: WeirServer, path: str, *headers: str) -> tuple[int, Any]:
    answer = ask(weir.address, request("POST", path, *headers, body=BODY))
    return answer.status, json.loads(answer.body)


def test_an_unknown_key_is_refused_in_the_clients_own_format(keyed: Any) -> None:
    weir, upstream = keyed
    count = len(upstream.received)
    header = "x-api-key: sk-weir-nothing"
    status, told = refusal(weir, "/v1/messages", header)
    assert (status, told["error"]["type"]) == (401, "authentication_error")
    status, told = refusal(weir, "/v1/chat/completions", header)
    assert (status, told["error"]["code"]) == (401, "INVALID_RUN_KEY")
    status, told = refusal(weir, "/v1beta/models/g:generateContent", header)
    assert (status, told["error"]["status"]) == (401, "INVALID_RUN_KEY")
    assert len(upstream.received) == count


def test_a_key_works_at_once_and_stops_at_once(keyed: Any) -> None:
    weir, _ = keyed
    run, key = start(weir, "short")
    bearer = f"Authorization: Bearer {key}"
    assert [call(weir, "/v1/x", headers=[bearer]) for _ in range(4)] == [200] * 4
    second = api(weir, "POST", f"/runs/{run}/keys", {})
    header = [f"x-api-key: {second['key']}"]
    assert call(weir, "/v1/x", headers=header) == 200
    api(weir, "DELETE", f"/runs/{run}/keys/{second['id']}")
    assert [call(weir, "/v1/x", headers=header) for _ in range(4)] == [401] * 4
    assert call(weir, "/v1/x", headers=[bearer]) == 200
    api(weir, "POST", f"/runs/{run}/end")
    assert [call(weir, "/v1/x", headers=[bearer]) for _ in range(4)] == [401] * 4


def test_a_paused_run_captures_without_it(keyed: Any) -> None:
    weir, _ = keyed
    run, key = start(weir, "pausing")
    header = [f"Authorization: Bearer {key}"]
    for verb, name in (("pause", "paused"), ("resume", "resumed")):
        api(weir, "POST", f"/runs/{run}/{verb}")
        assert call(weir, f"/v1/{name}", headers=header) == 200
    rows = {path: weir.finished(path)["run_id"] for path in ("/v1/paused",)}
    assert rows == {"/v1/paused": None}
    wait_until(lambda: weir.finished("/v1/resumed")["run_id"], "it is in its run")


def test_the_providers_own_key_takes_the_run_keys_place(keyed: Any) -> None:
    weir, upstream = keyed
    upstream.on("/v1/chat/completions", send(a.as_json(a.CHAT)))
    _, key = start(weir, "own")
    data = request(
        "POST",
        "/v1/chat/completions",
        f"x-api-key: {key}",
        body=BODY.replace(b"m-1", b"m-own"),
    )
    assert ask(weir.address, data).status == 200
    got = upstream.last("/v1/chat/completions")
    assert got.header("authorization") == b"Bearer sk-provider"
    assert got.header("x-api-key") is None
