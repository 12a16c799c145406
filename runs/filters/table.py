"""The filters of every list of requests, a row each: the one place to add one.

From `FILTERS` are made what `RequestFilter` reads and applies, the query of the API
(`runs/schemas/request_query.py`), the chips of the page and the options of the command
line. Pure: a queryset is only called, never imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from runs.filters.kinds import (
    ADDRESS,
    DECIMAL,
    FLAG,
    MARK,
    NUMBER,
    OUTCOME,
    STATUS,
    TEXT,
    TIME,
    FilterKind,
)
from runs.record import Outcome

if TYPE_CHECKING:
    from runs.models.request_set import CapturedRequestQuerySet as Requests

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filter(Generic[T]):
    """One way to narrow a list of requests."""

    name: str
    """As in addresses: of pages, of the API, and as an option of commands."""
    kind: FilterKind[T]
    narrow: Callable[[Requests, T], Requests]
    help: str
    """A sentence for the API's description and for `--help`."""
    indexes: Mapping[str, str]
    """A value as it may stand in an address → the index that it is read from, newest
    first. Held to it by `tests/runs/models/test_query_plans.py`."""
    label: str = ""
    """What a chip says, where the name does not say it."""

    @property
    def words(self) -> str:
        return self.label or self.name

    @property
    def plain_help(self) -> str:
        """For a terminal, which draws no backticks."""
        return self.help.replace("`", "")


def _status(requests: Requests, value: int | str) -> Requests:
    if isinstance(value, str):
        return requests.status_class(value)
    return requests.status(value)


FILTERS: tuple[Filter[Any], ...] = (
    Filter(
        name="provider",
        kind=TEXT,
        narrow=lambda requests, slug: requests.provider(slug),
        help="Provider slug.",
        indexes={"openai": "request_by_provider"},
    ),
    Filter(
        name="model",
        kind=TEXT,
        narrow=lambda requests, model: requests.of_model(model),
        help="Model asked for.",
        indexes={"gpt-5": "request_by_model"},
    ),
    Filter(
        name="route",
        kind=TEXT,
        narrow=lambda requests, route: requests.route(route),
        help="Name of the route that matched.",
        indexes={"fast": "request_by_route"},
    ),
    Filter(
        name="status",
        kind=STATUS,
        narrow=_status,
        help="`404`, or a class: `4xx`.",
        indexes={"5xx": "request_by_class", "404": "request_by_status"},
    ),
    Filter(
        name="outcome",
        kind=OUTCOME,
        narrow=lambda requests, outcome: requests.outcome(outcome),
        help=f"One of {', '.join(Outcome)}.",
        indexes={Outcome.TIMED_OUT.value: "request_by_outcome"},
    ),
    Filter(
        name="endpoint",
        kind=TEXT,
        narrow=lambda requests, part: requests.endpoint(part),
        help="Part of the endpoint, whatever the case.",
        indexes={"chat/completions": "request_by_endpoint"},
    ),
    Filter(
        name="stream",
        kind=FLAG,
        narrow=lambda requests, streamed: requests.streams(streamed),
        help="`1` streamed answers, `0` others.",
        indexes={"1": "request_streams", "0": "request_unstreamed"},
        label="streams",
    ),
    Filter(
        name="error",
        kind=FLAG,
        narrow=lambda requests, failed: (
            requests.errors() if failed else requests.successes()
        ),
        help="`1` failed requests, `0` successes.",
        indexes={"1": "request_errors", "0": "request_successes"},
        label="errors",
    ),
    Filter(
        name="tools",
        kind=MARK,
        narrow=lambda requests, _: requests.with_tools(),
        help="`1`: the model called tools.",
        indexes={"1": "request_tools"},
    ),
    Filter(
        name="images",
        kind=MARK,
        narrow=lambda requests, _: requests.with_images(),
        help="`1`: images were sent or made.",
        indexes={"1": "request_images"},
    ),
    Filter(
        name="slow",
        kind=MARK,
        narrow=lambda requests, _: requests.slow(),
        help="`1`: took 10 s or longer.",
        indexes={"1": "request_slow"},
    ),
    Filter(
        name="large",
        kind=MARK,
        narrow=lambda requests, _: requests.large(),
        help="`1`: bodies of 1 MiB or more.",
        indexes={"1": "request_large"},
    ),
    Filter(
        name="unpriced",
        kind=MARK,
        narrow=lambda requests, _: requests.unpriced(),
        help="`1`: billed, cost not known.",
        indexes={"1": "request_unpriced"},
        label="cost unknown",
    ),
    Filter(
        name="secrets",
        kind=MARK,
        narrow=lambda requests, _: requests.with_secrets(),
        help="`1`: a key, token or password stands in a body.",
        indexes={"1": "request_secrets"},
        label="keys in bodies",
    ),
    Filter(
        name="other_model",
        kind=MARK,
        narrow=lambda requests, _: requests.by_other_models(),
        help="`1`: another model answered than was asked for.",
        indexes={"1": "request_other_model"},
        label="other model",
    ),
    Filter(
        name="other_tier",
        kind=MARK,
        narrow=lambda requests, _: requests.in_other_tiers(),
        help="`1`: served in another tier, or at another speed, than asked for.",
        indexes={"1": "request_other_tier"},
        label="other tier",
    ),
    Filter(
        name="failover",
        kind=MARK,
        narrow=lambda requests, _: requests.failovers(),
        help="`1`: failed and was tried elsewhere, or is that other attempt.",
        indexes={"1": "request_failovers"},
    ),
    Filter(
        name="imported",
        kind=MARK,
        narrow=lambda requests, _: requests.imported(),
        help="`1`: imported from another product, not captured.",
        indexes={"1": "request_imported"},
    ),
    Filter(
        name="client_ip",
        kind=ADDRESS,
        narrow=lambda requests, ip: requests.from_client(ip),
        help="IP address that called Weir.",
        indexes={"127.0.0.1": "request_by_client"},
        label="client",
    ),
    Filter(
        name="temperature",
        kind=DECIMAL,
        narrow=lambda requests, value: requests.with_temperature(value),
        help="Temperature asked for.",
        indexes={"0.7": "request_by_temperature"},
    ),
    Filter(
        name="max_tokens",
        kind=NUMBER,
        narrow=lambda requests, value: requests.with_max_tokens(value),
        help="Longest answer asked for, in tokens, whatever the dialect calls it.",
        indexes={"4096": "request_by_max_tokens"},
        label="max tokens",
    ),
    Filter(
        name="conversation",
        kind=NUMBER,
        narrow=lambda requests, pk: requests.in_conversation(pk),
        help="Conversation id.",
        indexes={"1": "request_by_conversation"},
    ),
    Filter(
        name="run",
        kind=TEXT,
        narrow=lambda requests, reference: requests.of_run(reference),
        help="A run's id, the start of one, or its name.",
        indexes={"nightly": "request_by_run"},
    ),
    Filter(
        name="turn",
        kind=NUMBER,
        narrow=lambda requests, pk: requests.in_turn(pk),
        help="Turn id.",
        indexes={"1": "request_by_turn"},
    ),
    Filter(
        name="after",
        kind=TIME,
        narrow=lambda requests, at: requests.between(at, None),
        help="Started at this time (ISO 8601) or later.",
        indexes={"2026-01-31T12:00Z": "request_by_time"},
    ),
    Filter(
        name="before",
        kind=TIME,
        narrow=lambda requests, at: requests.between(None, at),
        help="Started before this time (ISO 8601).",
        indexes={"2026-12-31T12:00Z": "request_by_time"},
    ),
    Filter(
        name="q",
        kind=TEXT,
        narrow=lambda requests, text: requests.search(text),
        help="Start of an id, or part of a model or endpoint.",
        indexes={"gpt": "request_by_model"},
        label="text",
    ),
)
