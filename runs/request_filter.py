"""What a list of requests is narrowed to: one value for pages, API and exports.

`RequestFilter.from_query` reads a query string, `apply` narrows a
`CapturedRequestQuerySet`, `as_query` gives the query string back for links. Pure: the
queryset is only called, never imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runs.record import Outcome

if TYPE_CHECKING:
    from runs.models.request_set import CapturedRequestQuerySet

TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
MAX_TEXT = 255


class BadFilter(ValueError):
    """A filter value that can't be used; str() is a sentence for users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """The filters of the request list. `None` and "" mean "not narrowed"."""

    provider: str = ""
    """Slug, exactly."""
    model: str = ""
    """Model asked for, exactly."""
    route: str = ""
    """Route name, exactly."""
    status: int | str | None = None
    """A status code, or a class such as `4xx`."""
    outcome: str = ""
    endpoint: str = ""
    """Part of the endpoint, e.g. `chat/completions`; case does not count."""
    stream: bool | None = None
    tools: bool | None = None
    """The model called tools. Like the flags below: True or not narrowed."""
    images: bool | None = None
    slow: bool | None = None
    large: bool | None = None
    unpriced: bool | None = None
    """Used tokens of a model without a known price."""
    error: bool | None = None
    """Finished without success; False: with success."""
    conversation: int | None = None
    run: str = ""
    """A run's id, the start of one, or its name."""
    turn: int | None = None
    after: datetime | None = None
    """Started at this time or later."""
    before: datetime | None = None
    """Started before this time."""
    q: str = ""
    """Start of a request id, or part of a model name or endpoint."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> RequestFilter:
        """Reads a query string's values; other keys are not looked at."""
        values: dict[str, object] = {}
        for name, read in READERS.items():
            text = str(query.get(name) or "").strip()
            if text:
                values[name] = read(name, text)
        return cls(**values)  # type: ignore[arg-type]

    def as_query(self) -> dict[str, str]:
        """The same filter as query-string values, empty ones left out."""
        return {
            field.name: _as_text(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) not in (None, "")
        }

    @property
    def is_empty(self) -> bool:
        return self == EVERYTHING

    def apply(self, requests: CapturedRequestQuerySet) -> CapturedRequestQuerySet:
        """The requests that pass every set filter."""
        requests = self._apply_names(self._apply_signals(requests))
        if isinstance(self.status, str):
            requests = requests.status_class(self.status)
        elif self.status is not None:
            requests = requests.status(self.status)
        if self.conversation is not None:
            requests = requests.in_conversation(self.conversation)
        if self.run:
            requests = requests.of_run(self.run)
        if self.turn is not None:
            requests = requests.in_turn(self.turn)
        if self.after or self.before:
            requests = requests.between(self.after, self.before)
        return requests.search(self.q) if self.q else requests

    def _apply_names(
        self, requests: CapturedRequestQuerySet
    ) -> CapturedRequestQuerySet:
        if self.model:
            requests = requests.of_model(self.model)
        for name in ("provider", "route", "outcome", "endpoint"):
            if value := getattr(self, name):
                requests = getattr(requests, name)(value)
        return requests

    def _apply_signals(
        self, requests: CapturedRequestQuerySet
    ) -> CapturedRequestQuerySet:
        for name, method in SIGNALS.items():
            if getattr(self, name):
                requests = getattr(requests, method)()
        if self.stream is not None:
            requests = requests.streams(self.stream)
        if self.error is not None:
            requests = requests.errors() if self.error else requests.successes()
        return requests


EVERYTHING = RequestFilter()

SIGNALS = {
    "tools": "with_tools",
    "images": "with_images",
    "slow": "slow",
    "large": "large",
    "unpriced": "unpriced",
}
"""Filter field → queryset method, for the flags that are True or nothing."""


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT or "\0" in text:
        raise BadFilter(f"{name} must be at most {MAX_TEXT} plain characters.")
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise BadFilter(f"{name} must be 1 or 0, not {text!r}.")


def _mark(name: str, text: str) -> bool:
    # Each direction costs an index; these are only ever asked for in one.
    if text.lower() in TRUE:
        return True
    raise BadFilter(f"{name} must be 1, or left out, not {text!r}.")


def _status(name: str, text: str) -> int | str:
    if text.lower() in CLASSES:
        return text.lower()
    if text.isascii() and text.isdigit() and 100 <= int(text[:6]) <= 999:
        return int(text)
    raise BadFilter(f"{name} must be a status such as 404 or 4xx, not {text!r}.")


def _outcome(name: str, text: str) -> str:
    if text in set(Outcome):
        return text
    known = ", ".join(Outcome)
    raise BadFilter(f"{name} must be one of {known}, not {text!r}.")


def _number(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise BadFilter(f"{name} must be a whole number, not {text!r}.")


def _time(name: str, text: str) -> datetime:
    # A "+" of an offset that was not percent-encoded arrives as a space.
    stamp = text.replace(" ", "+") if "T" in text else text
    try:
        value = datetime.fromisoformat(stamp)
    except ValueError:
        message = f"{name} must be a time such as 2026-01-31T12:00Z, not {text!r}."
        raise BadFilter(message) from None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise BadFilter(f"{name} is out of bounds.") from None


READERS = {
    **dict.fromkeys(("provider", "model", "route", "endpoint", "run", "q"), _text),
    **dict.fromkeys(("stream", "error"), _flag),
    **dict.fromkeys(SIGNALS, _mark),
    **dict.fromkeys(("after", "before"), _time),
    "status": _status,
    "outcome": _outcome,
    **dict.fromkeys(("conversation", "turn"), _number),
}
