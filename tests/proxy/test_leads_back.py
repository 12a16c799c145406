"""An upstream that is this very Weir: one request must not become a thousand."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.raw_client import ask, request
from tests.server import WeirServer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def weir(tmp_path: Path) -> Iterator[WeirServer]:
    port = free_port()
    routes = [
        {"model": f"by-{name}", "upstream_url": f"http://{name}:{port}/v1"}
        for name in ("localhost", "127.0.0.1")
    ]
    server = WeirServer(
        tmp_path,
        f"http://127.0.0.1:{port}/v1",
        *("--port", str(port)),
        WEIR_MODELS_JSON=json.dumps(routes),
    )
    with server:
        yield server


@pytest.mark.parametrize("model", ["m-1", "by-localhost", "by-127.0.0.1"])
def test_it_is_refused_before_a_byte_goes_round(weir: WeirServer, model: str) -> None:
    body = json.dumps({"model": model, "messages": []}).encode()
    answer = ask(weir.address, request("POST", "/v1/chat/completions", body=body))
    assert (answer.status, answer.header("x-weir-error")) == (508, b"UPSTREAM_IS_WEIR")
    assert "is this Weir itself" in json.loads(answer.body)["error"]["message"]
    row = weir.finished("/v1/chat/completions")
    assert (row["outcome"], row["error_code"]) == ("upstream_error", "UPSTREAM_IS_WEIR")


@pytest.mark.parametrize(("hops", "status"), [(20, 502), (21, 508)])
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Via"])
def test_what_a_load_balancer_brings_back_for_ever_is_refused(
    weir: WeirServer, name: str, hops: int, status: int
) -> None:
    mark = f"{name}: " + ", ".join(f"10.0.0.{hop}" for hop in range(hops))
    call = request("POST", "/proxy/nobody.invalid/v1/x", mark, body=b"{}")
    answer = ask(weir.address, call)
    assert answer.status == status
