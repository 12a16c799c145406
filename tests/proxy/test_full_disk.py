"""With no room for scratch files a large body arrives whole, or not at all.

On a real file system that is full, or has room for the first part of a body.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import zstandard

from proxy.scratch import ALL_IN_MEMORY, LARGEST_IN_MEMORY, MIB
from tests import answers as a
from tests.proxy.conftest import Line
from tests.proxy.test_adversity import fill, small_disk
from tests.proxy.test_compressed_requests import chat, sha256
from tests.raw_client import Answer, RawClient, request
from tests.server import WeirServer
from tests.upstream import Upstream, send

PATH = "/v1/chat/completions"
PAGE = 4096
NEARLY_FULL = 300 * PAGE
"""Room for the first MiB, and then for part of a piece."""
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda data: data,
    "gzip": lambda data: gzip.compress(data, 1),
    "zstd": zstandard.compress,
}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("small") / "disk"
    with small_disk(path, 32):
        yield path


@pytest.fixture(scope="module")
def line(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Its scratch files are on the small disk; what it records is not."""
    with Upstream() as upstream:
        upstream.on(PATH, send(a.as_json(a.CHAT)))
        data_dir = tmp_path_factory.mktemp("weir")
        env = {"WEIR_MODELS_JSON": renaming(upstream), "TMPDIR": str(disk)}
        env["WEIR_CAPTURE_LIMIT"] = "100000"  # the rest only passes through
        with WeirServer(data_dir, f"{upstream.url}/v1", **env) as weir:
            settle(weir)
            yield Line(upstream, weir)
            assert "bodies wait in memory: [Errno 28]" in weir.log()


def settle(weir: WeirServer) -> None:
    """Python looks for a temporary directory once, and passes one by that is full."""
    body = packed(2 * MIB, "other", "identity")
    assert post(weir, "identity", body, chunked=False).status == 200


def renaming(upstream: Upstream) -> str:
    url = f"{upstream.url}/v1"
    route = {"model": "packed", "upstream_url": url, "upstream_model": "unpacked"}
    return json.dumps([route])


@pytest.fixture(params=[0, NEARLY_FULL], ids=["full", "nearly full"])
def left(request: pytest.FixtureRequest, disk: Path) -> Iterator[None]:
    """So many bytes are free."""
    filler = fill(disk)
    os.truncate(filler, filler.stat().st_size // PAGE * PAGE - request.param)
    yield
    filler.unlink()


@cache
def packed(size: int, model: str, encoding: str) -> bytes:
    return ENCODINGS[encoding](chat(size, model, options=True))


def post(weir: WeirServer, encoding: str, body: bytes, *, chunked: bool) -> Answer:
    headers = ["Content-Type: application/json", f"Content-Encoding: {encoding}"]
    if not chunked:
        data = request("POST", PATH, *headers, body=body)
    else:
        headers.append("Transfer-Encoding: chunked")
        steps = range(0, len(body), 100_000)
        pieces = [a.chunk(body[at : at + 100_000]) for at in steps]
        data = b"".join([request("POST", PATH, *headers), *pieces, a.LAST_CHUNK])
    with RawClient(weir.address) as client:
        client.send(data)
        return client.read_answer("POST")


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("size", [2 * MIB, 10 * MIB])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_large_body_arrives_whole(
    line: Line, encoding: str, size: int, chunked: bool
) -> None:
    body = packed(size, "other", encoding)
    assert post(line.weir, encoding, body, chunked=chunked).status == 200
    got = line.upstream.last(PATH)
    assert (got.size, got.sha256) == (len(body), sha256(body))

    body = packed(size, "packed", encoding)
    assert post(line.weir, encoding, body, chunked=chunked).status == 200
    got = line.upstream.last(PATH)
    renamed = chat(size, "unpacked", options=True)
    assert (got.size, got.sha256) == (len(renamed), sha256(renamed))


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize(
    ("size", "refusal"),
    [
        (LARGEST_IN_MEMORY + 2 * MIB, (507, "INSUFFICIENT_STORAGE")),
        (LARGEST_IN_MEMORY - 4 * MIB, (400, "INVALID_REQUEST")),
    ],
    ids=["too large", "unreadable"],
)
def test_one_that_is_refused_leaves_nothing_behind(
    line: Line, size: int, refusal: tuple[int, str]
) -> None:
    before = len(line.upstream.received)
    for _ in range(ALL_IN_MEMORY // LARGEST_IN_MEMORY + 1):
        answer = post(line.weir, "gzip", bytes(size), chunked=False)
        error = json.loads(answer.body)["error"]
        error = json.loads(answer.body)["error"]
        assert (answer.status, error["code"]) == refusal
    assert len(line.upstream.received) == before
    # Had they kept the memory they took, this one would find none.
    small = packed(2 * MIB, "other", "identity")
    assert post(line.weir, "identity", small, chunked=False).status == 200


def test_where_all_is_on_one_full_disk_bodies_arrive_too(disk: Path) -> None:
    with Upstream() as upstream:
        upstream.on(PATH, send(a.as_json(a.CHAT)))
        env = {"TMPDIR": str(disk)}
        weir = WeirServer(disk / "weir", f"{upstream.url}/v1", **env)
        weir.log_file = disk.parent / "server.log"
        with weir:
            settle(weir)
            filler = fill(disk)
            body = packed(2 * MIB, "other", "identity")
            for chunked in (False, True):
                answer = post(weir, "identity", body, chunked=chunked)
                assert answer.status == 200
                assert upstream.last(PATH).sha256 == sha256(body)
            assert "bodies wait in memory: [Errno 28]" in weir.log()
            filler.unlink()
