"""Which requests of a batch the database has already; asked by `batch.py` first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from runs import sql
from runs.models import CapturedRequest
from runs.sql import Adapter


def known(uids: list[UUID]) -> dict[UUID, tuple[Any, ...]]:
    """Requests that are there already, by uid. Where others write beside this, they
    wait until it is over: what is moved meanwhile would be put back."""
    table, adapt = CapturedRequest._meta.db_table, Adapter()
    columns = "uid, id, outcome, run_id, conversation_id"
    query = f"SELECT {columns} FROM {table} WHERE uid IN ({{}})"
    if connection.vendor == "postgresql":
        query += " ORDER BY id FOR NO KEY UPDATE"
    rows = sql.select(query, [adapt.uuid(uid) for uid in uids])
    return {_as_uuid(uid): tuple(others) for uid, *others in rows}


def _as_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
