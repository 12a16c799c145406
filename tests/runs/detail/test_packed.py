"""`runs/detail/packed.py`: packed small, unpacked the same, for ever."""

from __future__ import annotations

from hashlib import sha256

from runs.detail import Detail, pack, unpack
from runs.detail.words import WORDS
from tests import make


def test_a_detail_comes_back_the_same() -> None:
    detail = Detail(
        query="a=1",
        request_headers=[("x", "1"), ("x", "2")],
        chunk_times=b"\x00\x01" * 50,
        upstream_ms=12.5,
        tool_calls=["read"],
        notes=["ünïcode ☃"],
    )
    assert unpack(pack(detail)) == detail
    assert unpack(pack(Detail())) == Detail()


def test_usual_headers_take_little_space() -> None:
    detail = Detail(
        request_headers=list(make.REQUEST_HEADERS),
        sent_headers=list(make.REQUEST_HEADERS),
    )
    raw = 2 * sum(len(name) + len(value) for name, value in make.REQUEST_HEADERS)
    assert len(pack(detail)) < raw * 0.4


def test_the_words_that_stored_details_need_are_unchanged() -> None:
    assert sha256(WORDS).hexdigest() == DIGEST


DIGEST = "fcdb124a777046c94882e7a0477595639d2b587e5c127c9e1c03a10f819c3efd"
