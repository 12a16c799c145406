"""What reading stored requests again has changed, and the writing of it.

`proxy/recording/rereading.py` hands over records of requests that are there already.
Only what a reader tells is compared and written: times of arrival, places, runs,
conversations and turns stay. A cost stays as it was quoted, unless what it is a cost of
is read otherwise now: then it is quoted at the prices of the request's own time, and
the former quote is kept beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction

from pricing.quote import Quote
from runs import sql
from runs.cleaning import text
from runs.detail import Detail, pack, unpack
from runs.grouping.links import LINK_COLUMNS
from runs.models import (
    CapturedRequest,
    ConversationLink,
    RequestDetail,
    Session,
    SessionFigures,
)
from runs.models.combination import COLUMNS as MEETING
from runs.record import ExchangeRecord
from runs.rollups import ledger
from runs.store import tools
from runs.store.combinations import Combinations
from runs.store.counted import CountedAnswers
from runs.store.detail_rows import COLUMNS, rates_told
from runs.store.facets import Facets
from runs.store.rows import (
    REQUEST_COLUMNS,
    Belonging,
    detail_data,
    request_row,
    token_counts,
)

KEPT = frozenset(
    {
        *("id", "uid", "started_at", "method", "path", "endpoint", "user_agent"),
        *("provider", "route", "upstream_model", "status", "status_class"),
        *("first_byte_ms", "overhead_ms", "request_bytes", "response_bytes"),
        *("client_ip", "is_cut", "is_large", "is_failover", "imported_from"),
        "resend_of",
        *("conversation_id", "run_id", "turn_id"),
    }
)
"""Columns that no reader of bodies tells."""
READ = tuple(column for column in REQUEST_COLUMNS if column not in KEPT)
KEPT_IN_DETAIL = frozenset(
    {
        *("query", "client", "upstream_url", "reason", "request_headers"),
        *("sent_headers", "response_headers", "upstream_ms", "connection_ms"),
        *("chunk_count", "chunk_times", "answer_so_far", "capture_notes"),
        *("former_quotes", "conversation_rule", "fixes", "repriced"),
        *("before", "after"),
    }
)
IN_DETAIL = tuple(
    name for name in Detail.__struct_fields__ if name not in KEPT_IN_DETAIL
)

Changes = dict[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Reread:
    """A stored request and what today's readers say of it."""

    row: CapturedRequest
    detail: Detail
    record: ExchangeRecord


class Rewriter:
    """Compares, and writes unless it is told only to look."""

    def __init__(self, *, writes: bool = True) -> None:
        self._writes = writes
        self._facets = Facets()
        self._combinations = Combinations()
        self._counted = CountedAnswers()

    def write(self, found: Sequence[Reread]) -> dict[int, Changes]:
        """Request → what changed, written in one transaction."""
        with transaction.atomic():
            counted = self._once(found)
            priced = [
                replace(each, record=_with_words(each.row, _priced(each)))
                for each in counted
            ]
            called = tools.stored(each.row.pk for each in priced)
            changes = {
                each.row.pk: _differences(each, called.get(each.row.pk, []))
                for each in priced
            }
            changed = [each for each in priced if changes[each.row.pk]]
            if self._writes:
                self._facets.add(each.record for each in changed)
                self._combinations.add(_meeting(each) for each in changed)
                _write(changed)
        return {pk: told for pk, told in changes.items() if told}

    def _once(self, found: Sequence[Reread]) -> list[Reread]:
        """Each answer's usage at one request only, the first."""
        self._counted.load(each.record for each in found)
        told, links = list[Reread](), list[tuple[int, int, int]]()
        for each in found:
            record, more = self._counted.once(each.record, each.row.pk)
            links += more
            told.append(replace(each, record=record))
        if self._writes:
            sql.upsert(ConversationLink, LINK_COLUMNS, links)
        return told


def _priced(each: Reread) -> ExchangeRecord:
    """The record with the quote that it has already, where that still holds."""
    old, new = each.detail.quote, each.record.quote
    is_same = old is not None and new is not None and _billed(old) == _billed(new)
    return replace(each.record, quote=old) if is_same else each.record


def _with_words(row: CapturedRequest, record: ExchangeRecord) -> ExchangeRecord:
    """Grouping saw that a summary stands in the user's place, and went before it."""
    before = record.words_before
    went_before = bool(before) and row.preview == text(before, 160)
    return replace(record, preview=before) if went_before else record


def _billed(quote: Quote) -> tuple[object, ...]:
    """What is paid for, whatever it costs."""
    lines = tuple((line.kind, line.tokens) for line in quote.lines)
    return quote.status, quote.provider, quote.model, quote.tier, lines


def _belongs(each: Reread) -> Belonging:
    row, record = each.row, each.record
    purpose = record.purpose or row.purpose or ""
    rule = record.purpose_rule or each.detail.purpose_rule
    return Belonging(
        conversation=row.conversation_id,
        run=row.run_id,
        turn=row.turn_id,
        rule=each.detail.conversation_rule,
        purpose=purpose,
        purpose_rule=rule,
    )


def _values(each: Reread) -> dict[str, Any]:
    row = request_row(each.record, each.row.pk, _belongs(each), sql.Adapter())
    return dict(zip(REQUEST_COLUMNS, row, strict=True))


def _differences(each: Reread, called: list[str]) -> Changes:
    values = _values(each)
    told: Changes = {}
    for column in READ:
        before, after = getattr(each.row, column), values[column]
        if not _is_same(before, after):
            told[column] = (before, after)
    if sorted(called) != tools.names(each.record):
        told["called_tools"] = (called, tools.names(each.record))
    now = unpack(detail_data(each.record, _belongs(each)))
    for name in IN_DETAIL:
        before, after = getattr(each.detail, name), getattr(now, name)
        if before != after:
            told[name] = (before, after)
    return told


def _is_same(before: Any, after: Any) -> bool:
    if before is None or after is None:
        # Text that was not told at all then is "" where it is not told now.
        return before == after or (before in (None, "") and after in (None, ""))
    if isinstance(before, Decimal):
        return before == Decimal(str(after))
    if isinstance(before, float):
        return math.isclose(before, float(after), rel_tol=1e-9, abs_tol=1e-6)
    return bool(before == after)


def _meeting(each: Reread) -> tuple[Any, ...]:
    """The values of the filters, those of before where nobody reads them again."""
    told = _values(each)
    return tuple(
        getattr(each.row, name) if name in KEPT else told[name] for name in MEETING
    )


def _write(changed: Sequence[Reread]) -> None:
    columns = ("id", *READ)
    ids = [each.row.pk for each in changed]
    were = ledger.told(ids)
    values = [_values(each) for each in changed]
    rows = [[told[column] for column in columns] for told in values]
    sql.update(CapturedRequest, columns, rows)
    ledger.replace(were, ledger.told(ids))
    runs = {each.row.run_id for each in changed if each.row.run_id}
    sessions = Session.objects.filter(run__in=runs)
    sql.delete(SessionFigures.objects.filter(session__in=sessions))
    tools.replace((each.row.pk, each.record) for each in changed)
    details = [
        (
            each.row.pk,
            _detail(each),
            rates_told(each.record, token_counts(each.record)[:-1]),
        )
        for each in changed
    ]
    sql.update(RequestDetail, COLUMNS, details)


def _detail(each: Reread) -> bytes:
    """As a recorder would store it, with the quotes of before."""
    now = unpack(detail_data(each.record, _belongs(each)))
    former = list(each.detail.former_quotes)
    is_same = each.detail.quote == now.quote
    if each.detail.quote is not None and not is_same:
        former.append(each.detail.quote)
    # A cost of other tokens is no longer the backfill's, which may be undone.
    repriced = each.detail.repriced and is_same
    return pack(msgspec.structs.replace(now, former_quotes=former, repriced=repriced))
