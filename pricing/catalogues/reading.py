"""Gets a published catalogue: from the network within bounds, or from a file.

`weir prices preview` and the API ask. The addresses are the sources' own; the key is
one that Weir has for that provider. What more there is to read (OpenRouter's hosts) may
fail in part: the failures are named.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import PurePath
from time import monotonic
from typing import Any

import httpx
import yaml

from pricing.sources import PUBLISHED
from pricing.sources.base import Catalogue, Published
from pricing.sources.published_rates import BadAmountError

PATIENCE_S = 30.0
"""For one document, from asking to its last byte."""
MOST_BYTES = 64 * 2**20
"""The largest there is has 4 MB."""
MOST_MORE = 100
"""Models whose hosts are asked for, one by one."""
AT_ONCE = 8


class UnreadableCatalogueError(Exception):
    """Its text is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A catalogue as it was found."""

    source: Published
    origin: str
    """Address or file."""
    catalogue: Catalogue
    failures: tuple[str, ...] = ()
    """What could not be had."""


def named(name: str) -> Published:
    """The source; raises with those there are."""
    for source in PUBLISHED:
        if source.name == name:
            return source
    known = ", ".join(source.name for source in PUBLISHED)
    raise UnreadableCatalogueError(f"There is no catalogue “{name}”. Known: {known}.")


def wants(only: str) -> Callable[[str], bool]:
    """Whether a `PROVIDER/MODEL` is meant: by a pattern with `*`; by "" all are."""
    pattern = only.strip().lower()
    return lambda name: not pattern or fnmatch(name.lower(), pattern)


def from_network(
    source: Published, key: str = "", only: str = "", *, hosts: bool = False
) -> Reading:
    """Its document; with `hosts` also what else it has of the wanted models."""
    if not source.address:
        raise UnreadableCatalogueError(f"“{source.name}” is read from a file: name it.")
    first = _got(source.address, key)
    more = list(source.more(first, wants(only))) if hosts else []
    failures = []
    if len(more) > MOST_MORE:
        failures.append(f"The hosts of {MOST_MORE} of {len(more)} models were asked.")
    documents = [first]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(lambda each: _tried(each, key), more[:MOST_MORE]):
            failures += [found] if isinstance(found, str) else []
            documents += [] if isinstance(found, str) else [found]
    reading = _read(source, source.address, documents)
    return replace(reading, failures=tuple(failures))


def from_file(source: Published, name: str, data: bytes) -> Reading:
    """A saved document: JSON; an own file may be YAML or CSV, as its name ends."""
    return _read(source, name, [parsed(name, data)])


def from_document(source: Published, document: Any) -> Reading:
    """One that came with a request."""
    return _read(source, "a document", [document])


def parsed(name: str, data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise UnreadableCatalogueError(f"{name} is larger than {MOST_BYTES:,} bytes.")
    try:
        text = data.decode("utf-8-sig")
        if PurePath(name).suffix == ".csv":
            return list(csv.DictReader(io.StringIO(text)))
        if PurePath(name).suffix in (".yaml", ".yml"):
            return yaml.safe_load(text)
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableCatalogueError(f"{name} can't be read: {reason}.") from None


def _read(source: Published, origin: str, documents: Sequence[Any]) -> Reading:
    try:
        catalogue = source.read(documents)
    except BadAmountError as error:
        raise UnreadableCatalogueError(f"{origin}: {error}.") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UnreadableCatalogueError(
            f"{origin} is not what {source.name} publishes: it has another shape."
        ) from None
    return Reading(source=source, origin=origin, catalogue=catalogue)


def _tried(address: str, key: str) -> Any:
    """The document, or why there is none."""
    try:
        return _got(address, key)
    except UnreadableCatalogueError as error:
        return str(error)


def _got(address: str, key: str) -> Any:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    data, end = bytearray(), monotonic() + PATIENCE_S
    try:
        with httpx.stream(
            "GET", address, headers=headers, timeout=PATIENCE_S
        ) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > MOST_BYTES or monotonic() > end:
                    raise UnreadableCatalogueError(
                        f"{address} sent more than {MOST_BYTES:,} bytes or took longer"
                        f" than {PATIENCE_S:.0f} s."
                    )
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise UnreadableCatalogueError(f"{address} answered {status}.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise UnreadableCatalogueError(f"{address} can't be had: {reason}.") from None
    return parsed(address, bytes(data))
