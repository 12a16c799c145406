"""Bodies for pages and API: none of a stranger's is read, none goes to the disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import answers as a
from tests.raw_client import Answer, RawClient, request
from tests.server import WeirServer

MIB = 1024 * 1024
TOKEN = "a-token-for-the-body-door"
BEARER = f"Authorization: Bearer {TOKEN}"
JSON = "Content-Type: application/json"
LARGE = b'{"name": "' + b"x" * MIB + b'"}'


class Beyond(WeirServer):
    """Bound beyond this machine; its temporary files go where a test can look."""

    def __init__(self, data_dir: Path) -> None:
        self.temporary = data_dir / "tmp"
        self.temporary.mkdir(parents=True)
        super().__init__(
            data_dir,
            "http://127.0.0.1:9/v1",
            *("--host", "0.0.0.0"),
            WEIR_TOKEN=TOKEN,
            TMPDIR=str(self.temporary),
        )

    def log(self) -> str:
        return super().log().replace("http://0.0.0.0:", "http://127.0.0.1:")

    def most_written(self) -> int:
        """Bytes in the files that workers and pages have open there, named or not."""
        sizes = [0]
        for pid in (*self.workers(), *self.called("pages")):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                try:
                    if str(self.temporary) in os.readlink(link):
                        sizes.append(link.stat().st_size)
                except OSError:
                    continue
        return max(sizes)


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beyond]:
    with Beyond(tmp_path_factory.mktemp("beyond")) as weir:
        yield weir


def ask(
    weir: Beyond, *headers: str, path: str = "/api/runs", body: bytes = LARGE
) -> Answer:
    with RawClient(weir.address, timeout=30) as client:
        client.send(request("POST", path, JSON, *headers, body=body))
        return client.read_answer("POST")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/runs", 401), ("/requests", 302), ("/admin/login/", 302), ("/login", 413)],
)
def test_a_stranger_is_answered_before_the_body_comes(
    weir: Beyond, path: str, status: int
) -> None:
    head = request("POST", path, JSON, f"Content-Length: {400 * MIB}")
    with RawClient(weir.address, timeout=30) as client:
        client.send(head)
        assert client.read_answer("POST").status == status


def test_nor_is_a_body_without_a_length_read(weir: Beyond) -> None:
    head = request("POST", "/api/runs", JSON, "Transfer-Encoding: chunked")
    with RawClient(weir.address, timeout=30) as client:
        client.send(head + a.chunk(b"{"))
        assert client.read_answer("POST").status == 401


def test_a_wrong_token_is_none(weir: Beyond) -> None:
    assert ask(weir, "Authorization: Bearer wrong").status == 401


def test_who_is_known_may_send_ten_megabytes_and_nothing_is_written(
    weir: Beyond,
) -> None:
    chunked = request("POST", "/api/runs", JSON, BEARER, "Transfer-Encoding: chunked")
    with RawClient(weir.address, timeout=30) as client:
        client.send(chunked + b"".join(a.chunk(b" " * MIB) for _ in range(9)))
        written = weir.most_written()
        client.send(a.chunk(b'{"name": "large"}') + a.LAST_CHUNK)
        answer = client.read_answer("POST")
    assert (answer.status, json.loads(answer.body)["name"]) == (201, "large")
    assert written == 0


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_more_is_refused(weir: Beyond, framing: str) -> None:
    size = 11 * MIB
    with RawClient(weir.address, timeout=30) as client:
        if framing == "length":
            client.send(request("POST", "/api/runs", JSON, BEARER, body=b" " * size))
        else:
            head = request(
                "POST", "/api/runs", JSON, BEARER, "Transfer-Encoding: chunked"
            )
            client.send(head + a.chunk(b" " * size) + a.LAST_CHUNK)
        answer = client.read_answer("POST")
    assert answer.status == 413
    assert json.loads(answer.body)["error"]["code"] == "BODY_TOO_LARGE"


def test_a_small_call_goes_its_usual_way(weir: Beyond) -> None:
    assert ask(weir, BEARER, body=b'{"name": "small"}').status == 201
    assert ask(weir, body=b'{"name": "small"}').status == 401


def test_the_proxy_reads_no_body_of_a_stranger(weir: Beyond) -> None:
    head = request("POST", "/v1/chat/completions", f"Content-Length: {400 * MIB}")
    with RawClient(weir.address, timeout=30) as client:
        client.send(head)
        assert client.read_answer("POST").status == 401
    assert weir.most_written() == 0


def test_locally_everybody_is_known(tmp_path: Path) -> None:
    weir = WeirServer(tmp_path, "http://127.0.0.1:9/v1")
    with weir, RawClient(weir.address, timeout=30) as client:
        body = b" " * MIB + b'{"name": "large"}'
        client.send(request("POST", "/api/runs", JSON, body=body))
        assert client.read_answer("POST").status == 201
