"""Which format a source holds, and its requests one by one.

Everything here is somebody else's data: a row that can't be read is told with its place
and a reason, and the next one is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from runs.importers import (
    from_atif,
    from_har,
    from_helicone,
    from_langfuse,
    from_litellm,
    from_llm_observe_proxy,
    from_logging_proxy,
    from_openproxy,
    from_weir,
)
from runs.importers.base import BadRow, Imported, Importer, Unread
from runs.importers.databases import NoTable
from runs.importers.fields import Fields
from runs.importers.sources import BadSource, Source

IMPORTERS: tuple[Importer, ...] = (
    from_litellm.IMPORTER,
    from_llm_observe_proxy.IMPORTER,
    from_logging_proxy.IMPORTER,
    from_openproxy.IMPORTER,
    from_har.IMPORTER,
    from_helicone.IMPORTER,
    from_langfuse.IMPORTER,
    from_atif.IMPORTER,
    from_weir.IMPORTER,
)
NO_ADDRESS = "It names no address that can be read."
LOOKED_AT = 50
"""Rows until a format has to be known."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no model call."""

    where: str


def importer(name: str) -> Importer | None:
    return next((each for each in IMPORTERS if each.name == name), None)


def opened(place: str, chosen: Importer | None = None) -> Source:
    """A source, with the tables of one format or of all."""
    formats = [chosen] if chosen else IMPORTERS
    tables = {name: query for each in formats for name, query in each.tables.items()}
    return Source(place, tables)


def detected(place: str) -> Importer:
    """By content; raises `BadSource`."""
    try:
        for row in islice(opened(place).rows(), LOOKED_AT):
            if isinstance(row, Unread):
                continue
            fields = Fields(row.value)
            for each in IMPORTERS:
                if each.claims(fields):
                    return each
    except NoTable as error:
        raise BadSource(str(error)) from None
    known = ", ".join(each.name for each in IMPORTERS)
    raise BadSource(f"{_safe(place)} is in no format that is known ({known}).")


def read(source: Source, chosen: Importer) -> Iterator[Imported | Skipped | Unread]:
    """Every request, and what is none, in the source's order; raises `BadSource`."""
    try:
        for row in source.rows():
            if isinstance(row, Unread):
                yield row
            else:
                yield from _read(row.where, Fields(row.value), chosen)
    except NoTable as error:
        raise BadSource(str(error)) from None


def _read(
    where: str, row: Fields, chosen: Importer
) -> Iterator[Imported | Skipped | Unread]:
    if not chosen.claims(row):
        yield Unread(where, f"It is no row of {chosen.name}.")
        return
    found = False
    try:
        for each in chosen.read(row):
            found = True
            is_known = _is_address(each.url) and _is_address(each.path)
            yield each if is_known else Unread(where, NO_ADDRESS)
    except BadRow as error:
        yield Unread(where, str(error))
        return
    except Exception as error:  # a reader's defect costs the row, not the import
        yield Unread(where, f"It can't be read: {type(error).__name__}.")
        return
    if not found:
        yield Skipped(where)


def _is_address(text: str) -> bool:
    """False for `http://[`, which can't be taken apart."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def _safe(place: str) -> str:
    """An address may hold a password."""
    return "The database" if "://" in place else place
