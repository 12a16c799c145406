"""Counts the usage of an answer once, however often it is fetched.

A response in the background, an interaction or the results of a batch can be fetched
again and again, each time with the same usage. The first request that brings it has it;
`runs/store/batch.py` takes it from the others. What memory has lost is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pricing.usage import NO_USAGE
from runs import sql
from runs.grouping.links import LinkKind, Recent, number
from runs.models import CapturedRequest, ConversationLink
from runs.record import ExchangeRecord

NO_CONVERSATION = 0
"""Batches have none; a link without one is found here alone."""


def counted_number(record: ExchangeRecord) -> int:
    """The provider and its answer's id as the key of a link."""
    told = f"{record.provider}:{record.response_id}".encode(errors="replace")
    return number(LinkKind.COUNTED, told, b"")


def is_kept(record: ExchangeRecord) -> bool:
    """It brings the usage of an answer that others may bring as well."""
    brings = record.usage.is_reported or record.reported_cost_usd is not None
    return record.counts_once and bool(record.response_id) and brings


class CountedAnswers:
    """The recorder's memory of which request has an answer's usage."""

    def __init__(self) -> None:
        self._owners: Recent[int, int] = Recent()

    def load(self, records: Iterable[ExchangeRecord]) -> None:
        numbers = {counted_number(record) for record in records if is_kept(record)}
        unknown = [each for each in numbers if self._owners.get(each) is None]
        for name, request in sql.select(OWNERS, unknown):
            self._owners[name] = request

    def once(
        self, record: ExchangeRecord, request: int
    ) -> tuple[ExchangeRecord, list[tuple[int, int, int]]]:
        """The record as it counts, and the row of ConversationLink it leaves."""
        if not is_kept(record):
            return record, []
        name = counted_number(record)
        owner = self._owners.get(name)
        if owner is not None and owner != request:
            return without_usage(record), []
        self._owners[name] = request
        return record, [(name, request, NO_CONVERSATION)]

    def forget(self) -> None:
        """After a rollback: what was remembered may not be there."""
        self._owners.clear()


def without_usage(record: ExchangeRecord) -> ExchangeRecord:
    note = (
        f"The usage of {record.response_id} counts at the request that told it first."
    )
    return replace(
        record,
        usage=NO_USAGE,
        quote=None,
        reported_cost_usd=None,
        output_tokens_per_s=None,
        notes=(*record.notes, note),
    )


OWNERS = (
    f"SELECT link.id, link.request_id FROM {ConversationLink._meta.db_table} link"
    # Links outlive what they point to; only what is still there counts.
    f" JOIN {CapturedRequest._meta.db_table} found ON found.id = link.request_id"
    " WHERE link.id IN ({})"
)
