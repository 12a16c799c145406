"""`stored.py` and `writer.py`: the same bytes back, in little space."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Iterator

import pytest

from runs import bodies, store
from runs.bodies import bases
from runs.models import Body, BodyPart
from runs.models.body import Encoding
from runs.record import CapturedBody, ExchangeRecord, Side
from tests import make

pytestmark = pytest.mark.django_db

NOISE = random.Random(3)


def chat(turns: int, *, session: str = "s", size: int = 2000) -> list[ExchangeRecord]:
    """Requests that each repeat the one before and add `size` random bytes."""
    noise = random.Random(turns)
    text, records = noise.randbytes(30_000), []
    for _ in range(turns):
        text += noise.randbytes(size)
        records.append(make.record(request=text, session=session))
    return records


def stored_request(record: ExchangeRecord) -> Body:
    return Body.objects.get(request__uid=record.uid, side="request")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"\x00\xff" * 7,
        NOISE.randbytes(5000),
        b"a" * 100_000,
        NOISE.randbytes(1024 * 1024 + 1),
        zlib.compress(NOISE.randbytes(3000)),
    ],
    ids=["empty", "tiny", "binary", "noise", "repeats", "big noise", "packed"],
)
def test_any_bytes_come_back(raw: bytes) -> None:
    row = make.stored(request=raw, session="s")
    body = row.bodies.get(side="request")
    assert bodies.read(body) == raw
    assert b"".join(bodies.pieces(body)) == raw
    assert bytes(body.sha256) == hashlib.sha256(raw).digest()


def test_a_growing_history_is_stored_as_what_it_adds() -> None:
    records = chat(5)
    store.write(records, {})
    for record in records[1:]:
        body = stored_request(record)
        assert body.encoding == Encoding.DELTA
        assert len(body.data) < 2200
        assert bodies.read(body) == record.bodies[0].source.read()


def test_deltas_go_on_after_a_restart() -> None:
    records = chat(30)
    for record in records:
        store.write([record], {})
        store.restart()
    for record in records:
        body = stored_request(record)
        assert bodies.read(body) == record.bodies[0].source.read()
    whole = Body.objects.filter(side="request").exclude(encoding=Encoding.DELTA)
    assert whole.count() == 1


@pytest.mark.parametrize("restart", [False, True])
def test_no_chain_grows_beyond_its_bound(restart: bool) -> None:
    records = chat(90, size=600)
    for start in range(0, len(records), 9):
        store.write(records[start : start + 9], {})
        if restart:
            store.restart()
    deepest = max(Body.objects.values_list("depth", flat=True))
    assert bases.RUN <= deepest <= bases.MAX_DEPTH
    for record in records:
        assert bodies.read(stored_request(record)) == record.bodies[0].source.read()
    whole = Body.objects.filter(side="request").exclude(encoding=Encoding.DELTA)
    assert 1 < whole.count() <= 3


def test_a_body_that_has_nothing_in_common_is_stored_whole() -> None:
    first = make.record(request=NOISE.randbytes(4000), session="s")
    second = make.record(request=NOISE.randbytes(4000), session="s")
    store.write([first, second], {})
    assert stored_request(second).encoding == Encoding.IDENTITY


def test_a_multi_megabyte_history_is_still_a_small_delta() -> None:
    image = random.Random(4).randbytes(3_000_000)
    first = make.record(request=b"[" + image + b"]", session="s")
    second = make.record(request=b"[" + image + b", and now?]", session="s")
    store.write([first], {})
    store.write([second], {})
    body = stored_request(second)
    assert body.encoding == Encoding.DELTA
    assert len(body.data) < 5000
    assert bodies.read(body)[-11:] == b", and now?]"
    assert stored_request(first).encoding == Encoding.PARTS


def test_the_changed_copy_of_a_request_costs_next_to_nothing() -> None:
    asked = b'{"model":"a"' + random.Random(5).randbytes(5000)
    sent = asked.replace(b'"a"', b'"b"')
    sides = (make.body(asked), make.body(sent, Side.SENT))
    row = make.stored(make.record(bodies=sides, session="s"))
    body = row.bodies.get(side="sent")
    assert len(body.data) < 100
    assert bodies.read(body) == sent


def test_a_new_session_leans_on_the_last_one_of_the_same_client() -> None:
    prompt = random.Random(6).randbytes(6000)
    first = make.record(request=prompt + b"task one", session="a")
    second = make.record(request=prompt + b"task two", session="b")
    store.write([first, second], {})
    assert stored_request(second).encoding == Encoding.DELTA
    earlier, later = stored_request(first).request, stored_request(second).request
    assert earlier.conversation != later.conversation
    assert bodies.read(stored_request(second)).endswith(b"task two")


def test_an_encoded_body_is_kept_as_it_crossed_the_wire() -> None:
    packed = zlib.compress(b"answer " * 500)
    body = make.body(packed, Side.RESPONSE, content_encoding="deflate")
    row = make.stored(make.record(bodies=(body,), session="s"))
    stored = row.bodies.get()
    assert stored.content_encoding == "deflate"
    assert bodies.read(stored) == packed


class Streamed:
    """A body that only comes in pieces, as one in the journal does."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.largest = 0

    def __len__(self) -> int:
        return self.size

    def read(self) -> bytes:
        raise AssertionError("a large body must not be read at once")

    def pieces(self) -> Iterator[bytes]:
        for start in range(0, self.size, 1024 * 1024):
            length = min(1024 * 1024, self.size - start)
            yield bytes([start >> 20]) * length


def test_a_large_body_is_stored_and_read_in_pieces() -> None:
    source = Streamed(20 * 1024 * 1024 + 5)
    body = CapturedBody(side=Side.RESPONSE, source=source, size=len(source))
    row = make.stored(make.record(bodies=(body,)))
    stored = row.bodies.get()
    assert stored.encoding == Encoding.PARTS
    assert BodyPart.objects.filter(body=stored).count() == 21
    assert list(bodies.pieces(stored)) == list(source.pieces())
    digest = hashlib.sha256(b"".join(source.pieces())).digest()
    assert bytes(stored.sha256) == digest


def test_a_cut_body_keeps_its_true_size_and_digest() -> None:
    whole = hashlib.sha256(b"the whole body").digest()
    body = make.body(b"the whole", size=14, sha256=whole)
    row = make.stored(make.record(bodies=(body,)))
    stored = row.bodies.get()
    assert row.is_cut
    assert row.request_bytes == 14
    assert (stored.size, stored.kept, bytes(stored.sha256)) == (14, 9, whole)
    assert bodies.read(stored) == b"the whole"


def test_a_damaged_body_is_not_passed_off_as_the_captured_one() -> None:
    row = make.stored(request=b"x" * 100)
    body = row.bodies.get(side="request")
    body.data = make.stored(request=b"y" * 100).bodies.get(side="request").data
    with pytest.raises(bodies.DamagedBody, match="SHA-256"):
        bodies.read(body)
