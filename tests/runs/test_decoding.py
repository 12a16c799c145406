"""A captured body is decoded as far as it goes, and never beyond the cap."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from runs.decoding import Undecodable, decode, decode_pieces, decoded_ends

BODY = b"".join(b'{"n": %d, "text": "some words"}\n' % n for n in range(20_000))


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def brotli_fast(data: bytes) -> bytes:
    packed: bytes = brotli.compress(data, quality=3)
    return packed


ENCODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("X-GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli_fast),
    ("zstd", zstandard.compress),
    ("gzip, br", lambda data: brotli_fast(gzip.compress(data))),
    ("identity,gzip ,", gzip.compress),
    ("", bytes),
]
each = pytest.mark.parametrize(("name", "encode"), ENCODINGS)


@each
def test_whole_body(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode(encode(BODY), name) == (BODY, None)


@each
def test_cut_body_gives_its_beginning_and_a_note(
    name: str, encode: Callable[[bytes], bytes]
) -> None:
    encoded = encode(BODY)
    decoded, note = decode(encoded[: len(encoded) * 3 // 4], name)
    assert decoded
    assert BODY.startswith(decoded)
    assert bool(note) == bool(name)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize(
    "body", [b'{"error": "plain"}', b"data: {}\n\n", "\ufeff[1]".encode(), BODY]
)
def test_what_is_not_encoded_at_all_is_read_as_it_is(name: str, body: bytes) -> None:
    decoded, note = decode(body, name)
    assert decoded == body
    assert (
        note == f"The body says {name} and is not encoded: it was read as what it is."
    )


@pytest.mark.parametrize("name", ["deflate", "br", "zstd", "utf-8", "gzip, aws"])
def test_another_coding_than_is_said_is_seen_by_its_first_bytes(name: str) -> None:
    decoded, note = decode(gzip.compress(BODY), name)
    assert decoded == BODY
    assert note is not None


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_bytes_that_are_neither_encoded_nor_text_are_a_note(name: str) -> None:
    decoded, note = decode(b"\x00\x01\x02\x03" * 9, name)
    assert decoded == b""
    assert note is not None
    assert "damaged" in note


@pytest.mark.parametrize(
    ("name", "compress"),
    [("gzip", gzip.compress), ("br", brotli_fast), ("zstd", zstandard.compress)],
)
def test_a_bomb_stops_at_the_cap(name: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(bytes(20_000_000))
    decoded, note = decode(bomb, name, limit=1_000_000)
    assert decoded == bytes(1_000_000)
    assert note == "Decoded only the first 1,000,000 bytes."


def test_a_body_of_exactly_the_cap_is_whole() -> None:
    assert decode(gzip.compress(BODY), "gzip", limit=len(BODY)) == (BODY, None)


def test_several_members_and_frames_in_a_row() -> None:
    first, second = BODY[:999], BODY[999:]
    assert decode(gzip.compress(first) + gzip.compress(second), "gzip")[0] == BODY
    frames = zstandard.compress(first) + zstandard.compress(second)
    assert decode(frames, "zstd")[0] == BODY


@pytest.mark.parametrize("name", ["gzip;q=1.0", '"gzip"', "identity, GZIP ,"])
def test_labels_are_read_as_servers_write_them(name: str) -> None:
    assert decode(gzip.compress(BODY), name) == (BODY, None)


def test_flushed_stream_without_its_end_gives_every_flushed_byte() -> None:
    stream = zlib.compressobj(wbits=31)
    encoded = stream.compress(b"data: a\n\n") + stream.flush(zlib.Z_SYNC_FLUSH)
    assert decode(encoded, "gzip") == (b"data: a\n\n", "The gzip body ends early.")


def test_unknown_encoding_leaves_the_body_alone() -> None:
    assert decode(b"abc", "compress") == (
        b"abc",
        "Content encoding 'compress' is not known.",
    )


def test_random_bytes_never_raise() -> None:
    source = random.Random(7)
    for name in ("gzip", "deflate", "br", "zstd", "br, gzip"):
        for size in (1, 5, 100):
            decode(source.randbytes(size), name)


@each
@pytest.mark.parametrize("size", [2, 700, 65536, 10_000_000])
def test_pieces_give_the_whole_body(
    name: str, encode: Callable[[bytes], bytes], size: int
) -> None:
    body = BODY[: 40 * size]
    packed = encode(body)
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(decode_pieces(pieces, name)) == body


@pytest.mark.parametrize(
    ("name", "packed", "why"),
    [
        ("gzip", gzip.compress(BODY)[:-9], "The gzip body ends early."),
        ("br", b"not brotli at all, no", "The br body is damaged"),
        ("gzip", gzip.compress(bytes(1_000_001)), "more than 1,000,000 bytes"),
        ("zstd", zstandard.compress(bytes(1_000_001)), "more than 1,000,000 bytes"),
        ("lzw", b"abc", "'lzw' is not known"),
    ],
)
def test_pieces_that_are_not_all_of_it_raise(
    name: str, packed: bytes, why: str
) -> None:
    with pytest.raises(Undecodable, match=why):
        list(decode_pieces([packed], name, limit=1_000_000))


@pytest.mark.parametrize("name", ["gzip", "utf-8", "identity"])
def test_pieces_of_a_body_without_the_coding_it_says_end_where_they_end(
    name: str,
) -> None:
    assert decoded_ends([b"data: a\n\n", b"data: bc\n\n"], name) == [9, 19]
