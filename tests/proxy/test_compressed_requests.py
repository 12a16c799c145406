"""A compressed body goes where its model says, as it would go uncompressed."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
import zstandard

from proxy.forward.upload import LARGEST_DECODED
from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Answer, request
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream, send

PATH = "/v1/chat/completions"
JSON = "Content-Type: application/json"
ANSWER = send(a.sse(*a.chat_stream("Hi", usage=a.CHAT_USAGE)))
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstandard.compress,
    "gzip": lambda data: gzip.compress(data, 1),
    "deflate": lambda data: zlib.compress(data, 1),
    "br": lambda data: brotli.compress(data, quality=1),
    "gzip, zstd": lambda data: zstandard.compress(gzip.compress(data, 1)),
}


@pytest.fixture(scope="module")
def theirs() -> Iterator[Upstream]:
    """The provider whose model is asked for; the line's own is the wrong one."""
    with Upstream() as upstream:
        upstream.on(PATH, ANSWER)
        yield upstream


@pytest.fixture(scope="module")
def line(theirs: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    route = {
        "model": "packed",
        "upstream_url": f"{theirs.url}/v1",
        "upstream_model": "unpacked",
    }
    with Upstream() as wrong:
        wrong.on(PATH, ANSWER)
        wrong.on("/v1/vectors", send(a.as_json({})))
        data_dir = tmp_path_factory.mktemp("weir")
        env = {"WEIR_MODELS_JSON": json.dumps([route])}
        with WeirServer(data_dir, f"{wrong.url}/v1", **env) as weir:
            yield Line(wrong, weir)


def chat(size: int, model: str = "packed", *, options: bool = False) -> bytes:
    text = random.Random(size).randbytes(size // 2).hex()
    asks = ',"stream_options":{"include_usage":true}' if options else ""
    body = '{"messages":[{"role":"user","content":"%s"}],"stream":true,"model":"%s"%s}'
    return (body % (text, model, asks)).encode()


def post(line: Line, encoding: str, body: bytes, path: str = PATH) -> Answer:
    return line.through(
        request("POST", path, JSON, f"Content-Encoding: {encoding}", body=body)
    )


@pytest.mark.parametrize("size", [100, 1024 * 1024, 10 * 1024 * 1024])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_it_goes_to_its_models_provider_rewritten(
    line: Line, theirs: Upstream, encoding: str, size: int
) -> None:
    misled = len(line.upstream.received)
    body = chat(size)
    answer = post(line, encoding, ENCODINGS[encoding](body))
    assert (answer.status, answer.body) == (200, b"".join(a.chat_stream("Hi")))
    expected = body.replace(b'"packed"', b'"unpacked"').replace(
        b"{", b'{"stream_options":{"include_usage":true},', 1
    )
    got = theirs.last(PATH)
    assert (got.size, got.sha256) == (len(expected), sha256(expected))
    assert got.header("content-encoding") is None
    assert len(line.upstream.received) == misled


def test_codings_may_stand_in_headers_of_their_own(
    line: Line, theirs: Upstream
) -> None:
    before, body = len(theirs.received), chat(1_500_000)
    packed = zstandard.compress(gzip.compress(body, 1))
    codings = ("Content-Encoding: gzip", "Content-Encoding: zstd")
    assert (
        line.through(request("POST", PATH, JSON, *codings, body=packed)).status == 200
    )
    assert len(theirs.received) == before + 1
    sent = theirs.last(PATH)
    assert sent.header("content-encoding") is None
    stored = "SELECT size FROM runs_body WHERE side = 'sent' AND size = ?"
    # What was made of it is kept, though it was in memory and that in a file.
    wait_until(lambda: line.weir.query(stored, sent.size), "it is stored")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_one_that_nothing_changes_stays_packed(line: Line) -> None:
    packed = gzip.compress(chat(3_000_000, "other", options=True), 1)
    assert post(line, "gzip", packed).status == 200
    got = line.upstream.last(PATH)
    assert (got.sha256, got.header("content-encoding")) == (sha256(packed), b"gzip")


# Some are of 64 MiB, and every worker collects: who asks makes them.
UNREADABLE: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("gzip", lambda: gzip.compress(chat(2_000_000), 1)[:-90], "ends early"),
    ("zstd", lambda: b"not zstd", "damaged"),
    ("compress", lambda: zlib.compress(chat(100)), "not known"),
    ("zstd", lambda: zstandard.compress(bytes(LARGEST_DECODED + 1)), "more than"),
    ("br", lambda: brotli.compress(bytes(LARGEST_DECODED + 1), quality=1), "more than"),
)


@pytest.mark.parametrize(("encoding", "made", "why"), UNREADABLE)
def test_one_that_cannot_be_read_goes_nowhere(
    line: Line, theirs: Upstream, encoding: str, made: Callable[[], bytes], why: str
) -> None:
    before = len(line.upstream.received) + len(theirs.received)
    answer = post(line, encoding, made())
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, "INVALID_REQUEST")
    assert why in error["message"]
    assert len(line.upstream.received) + len(theirs.received) == before


def test_plain_json_under_a_wrong_label_is_read(line: Line, theirs: Upstream) -> None:
    assert post(line, "utf-8", chat(100)).status == 200
    assert json.loads(theirs.last(PATH).body)["model"] == "unpacked"


def test_where_no_model_says_the_way_a_note_is_enough(line: Line) -> None:
    kind = ("Content-Type: text/plain", "Content-Encoding: gzip")
    path = "/v1/vectors"
    assert line.through(request("POST", path, *kind, body=b"not gzip")).status == 200
    notes = line.weir.detail(line.weir.finished(path)).notes
    [note] = [note for note in notes if "forwarded as it is" in note]
    assert note.startswith("The gzip body is damaged")


@pytest.mark.parametrize("size", [100, 2 * 1024 * 1024])
@pytest.mark.parametrize("form", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_client_that_names_no_json_is_routed_by_its_model_at_any_size(
    line: Line, theirs: Upstream, form: str, size: int
) -> None:
    sent = chat(size).replace(b'"model"', b'"m\\u006fdel"')
    for framing, body in (
        ("X-Whole: 1", sent),
        ("Transfer-Encoding: chunked", a.chunk(sent) + a.LAST_CHUNK),
    ):
        head = request("POST", PATH, f"Content-Type: {form}", framing)
        if framing.startswith("X"):
            head = request("POST", PATH, f"Content-Type: {form}", body=body)
            body = b""
        seen = len(theirs.received)
        assert line.through(head + body).status == 200
        (got,) = theirs.received[seen:]
        assert json.loads(got.body)["model"] == "unpacked"
