"""Anthropic's token counts: input is without the cache, a stream's are cumulative.

`message_start` tells a first figure and `message_delta` the true ones; compatible
servers may tell input and cache only there. Never summed.

`iterations` tell each run of a model that the answer took. Billed is their sum, which
the figures beside them are not: those leave out the runs of a compaction and of an
advisor (platform.claude.com: compaction, advisor tool, refusals and fallback). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from pricing.usage import COUNTS, Pass, Unit, Usage
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, record, rows, string

_FALLBACK = "fallback_message"
_ANSWERS = ("message", _FALLBACK)
"""Iterations that answer; the others compact or advise."""
_TOOLS = {
    "web_search_requests": "web_search",
    "web_fetch_requests": "web_fetch",
    "code_execution_requests": "code_execution",
}


def read_usage(usage: Record, notes: Notes) -> Usage:
    """The buckets of one `usage` object."""
    written = count(usage, "cache_creation_input_tokens", notes)
    by_lifetime = record(usage.get("cache_creation"))
    hour = count(by_lifetime, "ephemeral_1h_input_tokens", notes)
    minutes = count(by_lifetime, "ephemeral_5m_input_tokens", notes)
    # A compatible server's 0 beside its parts says nothing.
    if written is not None and (written or not (hour or minutes)):
        hour = None if hour is None else min(hour, written)
        minutes = written - (hour or 0)
    output = count(usage, "output_tokens", notes)
    details = record(usage.get("output_tokens_details"))
    thought = count(details, "thinking_tokens", notes)
    return Usage(
        input=count(usage, "input_tokens", notes),
        cache_read=count(usage, "cache_read_input_tokens", notes),
        cache_write_5m=minutes,
        cache_write_1h=hour,
        output=output,
        reasoning=None if thought is None else min(thought, output or 0),
    )


@dataclass(frozen=True, slots=True)
class Billed:
    """The counts of an answer, and its parts where they are billed one by one."""

    usage: Usage
    """Of the model that answered."""
    passes: tuple[Pass, ...] = ()


def read_billed(usage: Record, whole: Usage, model: str, notes: Notes) -> Billed:
    """What an answer of `model` is billed for; `whole` is what `usage` tells of it."""
    units = tuple(_units(usage, notes))
    runs = [_pass(entry, model, notes) for entry in _billed_runs(usage, model)]
    runs = [run for run in runs if run.usage.is_reported]
    own = [run.usage for run in runs if not run.model]
    if not own:
        whole = whole.with_units(*units)
        passes = (Pass(whole), *runs) if runs else ()
        return Billed(whole, passes)
    if len(runs) == 1:  # an ordinary answer, told twice
        rest = _rest(whole, own[0])
        return Billed((own[0] + rest).with_units(*units))
    # Fees, and counts that no run tells, belong to the answer as a whole.
    rest = _rest(whole, reduce(Usage.__add__, own))
    own[-1] = own[-1] + rest.with_units(*units)
    others = [run for run in runs if run.model]
    return Billed(reduce(Usage.__add__, own), (*map(Pass, own), *others))


def _rest(told: Usage, runs: Usage) -> Usage:
    """What is told of the whole alone."""
    missing = [name for name in COUNTS if getattr(runs, name) is None]
    return Usage().with_parts({name: getattr(told, name) for name in missing})


def _billed_runs(usage: Record, model: str) -> list[Record]:
    """All iterations but those of a model that declined and was stood in for."""
    entries = rows(usage.get("iterations"))
    places = [i for i, e in enumerate(entries) if e.get("type") == _FALLBACK]
    if not places:
        return entries
    return [
        entry
        for place, entry in enumerate(entries)
        if entry.get("type") not in _ANSWERS or _served(entry, place, places[-1], model)
    ]


def _served(entry: Record, place: int, last: int, model: str) -> bool:
    """The model of the answer served; where it isn't told, the last that stood in."""
    told = string(entry.get("model"))
    return told == model if told else place >= last


def _pass(entry: Record, model: str, notes: Notes) -> Pass:
    told = string(entry.get("model"))
    return Pass(read_usage(entry, notes), "" if told == model else told)


def _units(usage: Record, notes: Notes) -> Iterator[Unit]:
    used = record(usage.get("server_tool_use"))
    for name, kind in _TOOLS.items():
        if (told := count(used, name, notes)) is not None:
            yield Unit(kind, told)
