"""The wide part of a captured request: its fields, and the bytes they are stored as.

`runs/store/rows.py` packs it, `runs/models/request_detail.py` unpacks it. Pure.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal

import msgspec
import zstandard

from pricing.quote import Quote
from runs.detail.told import Told
from runs.detail.words import WORDS

HeaderPairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FixReport:
    """What one fix did to an answer (`proxy/fixes/`)."""

    id: str
    did: list[str]
    """What it changed, a few words each; none: the answer passed it unchanged."""
    warnings: list[str]
    """Why it left alone what it was made for, a sentence each."""


class Detail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of `ExchangeRecord` that no list shows; the meaning is told there."""

    query: str = ""
    client: str = ""
    upstream_url: str = ""
    reason: str = ""
    request_headers: HeaderPairs = []
    sent_headers: HeaderPairs = []
    response_headers: HeaderPairs = []
    response_id: str = ""
    service_tier: str = ""
    upstream_ms: float | None = None
    connection_ms: float | None = None
    chunk_count: int | None = None
    gap_median_ms: float | None = None
    gap_max_ms: float | None = None
    chunk_times: bytes = b""
    speed: str = ""
    region: str = ""
    token_parts: dict[str, int] = {}
    """Buckets without a column: audio, images, video, citations."""
    pieces: dict[str, Decimal] = {}
    """What is billed by the piece, and how many."""
    quote: Quote | None = None
    tool_calls: list[str] = []
    tools_offered: int = 0
    answer_preview: str = ""
    notes: list[str] = []
    session_rule: str = ""
    secrets: list[str] = []
    answer_so_far: str = ""
    capture_notes: list[str] | None = None
    """Of the notes: what no reader of bodies can tell again. None: not told apart."""
    fixes: list[FixReport] = []
    former_quotes: list[Quote] = []
    """What the request was said to cost before its facts were read again."""
    repriced: bool = False
    """`weir prices backfill` made the quote; the one before is the last former one."""
    conversation_rule: str = ""
    """What told its conversation: a session's rule, `history`, `answer`, `words`…"""
    purpose_rule: str = ""
    """What told its purpose: `header`, `text`, `thread`."""
    system_hash: str = ""
    """With the next two: what the agent is, as this request tells."""
    tools_hash: str = ""
    effort: str = ""
    asked_tier: str = ""
    """With the next: as the request asked to be served."""
    asked_speed: str = ""
    before: str = ""
    """The id of the failed attempt that this one was made instead of."""
    after: str = ""
    """The id of the attempt that was made instead of this one."""
    imported: Told | None = None
    """What the product says that the request was imported from."""


class _BilledLine(msgspec.Struct, frozen=True):
    kind: str
    tokens: int
    usd_per_million: Decimal
    cost_usd: Decimal


class _BilledQuote(msgspec.Struct, frozen=True):
    lines: tuple[_BilledLine, ...] = ()


class Billed(msgspec.Struct, frozen=True):
    """Of a detail what was paid for: a third of the time that all of it takes."""

    token_parts: dict[str, int] = {}
    pieces: dict[str, Decimal] = {}
    quote: _BilledQuote | None = None

    @property
    def is_special(self) -> bool:
        """The columns of the request don't tell all that is billed."""
        return bool(self.token_parts or self.pieces)

    @property
    def lines(self) -> tuple[_BilledLine, ...]:
        return self.quote.lines if self.quote else ()


_dictionary = zstandard.ZstdCompressionDict(
    WORDS, dict_type=zstandard.DICT_TYPE_RAWCONTENT
)
# Of a detail's two thousand bytes: as small as at zstd's levels 2 and 3, at half the
# time, because what is no repetition stands there as it is (`target_length`).
_compressor = zstandard.ZstdCompressor(
    dict_data=_dictionary,
    compression_params=zstandard.ZstdCompressionParameters(
        strategy=zstandard.STRATEGY_FAST,
        window_log=14,
        hash_log=12,
        chain_log=12,
        search_log=1,
        min_match=4,
        target_length=1,
        write_content_size=True,
        write_dict_id=False,
        write_checksum=False,
    ),
)


class _OfThread(threading.local):
    """Pages are rendered in threads, and a decompressor can't be shared; to make one
    takes twice the time that it takes for a detail."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary)


_own = _OfThread()
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Detail)
_billed = msgspec.msgpack.Decoder(Billed)


def pack(detail: Detail) -> bytes:
    return _compressor.compress(_encoder.encode(detail))


def unpack(data: bytes) -> Detail:
    return _decoder.decode(_decompressed(data))


def billed(data: bytes | None) -> Billed:
    """None: there is no detail."""
    return Billed() if data is None else _billed.decode(_decompressed(data))


def _decompressed(data: bytes) -> bytes:
    return _own.decompressor.decompress(data)
