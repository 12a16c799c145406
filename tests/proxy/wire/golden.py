"""Reads the golden cases of `cases/` and shows facts in the shape of `expected.json`.

A case is a folder: a request body, a response body as it comes over the wire, and what
they say. Members that are empty are left out, so an expectation is complete: a fact
that it doesn't name must be empty.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pricing.usage import Pass, Unit
from proxy.wire import format_for
from proxy.wire.base import Message, RequestFacts, ResponseFacts, WireFormat

CASES = Path(__file__).parent / "cases"
CONTENT_TYPES = {
    ".json": "application/json",
    ".sse": "text/event-stream; charset=utf-8",
    ".ndjson": "application/x-ndjson",
    ".eventstream": "application/vnd.amazon.eventstream",
    ".html": "text/html",
    ".txt": "text/plain",
    ".bin": "audio/mpeg",
}


@dataclass(frozen=True)
class Case:
    folder: Path

    @cached_property
    def expected(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.folder / "expected.json").read_bytes())
        return data

    @property
    def wire_format(self) -> WireFormat:
        return format_for(self.expected.get("method", "POST"), self.expected["path"])

    @cached_property
    def request(self) -> bytes:
        return self._body("request")[0]

    @cached_property
    def response(self) -> bytes:
        return self._body("response")[0]

    def read_request(self) -> dict[str, Any]:
        facts = self.wire_format.read_request(self.request, self.expected["path"])
        return show_request(facts)

    @property
    def content_type(self) -> str:
        suffix = self._body("response")[1]
        told: str = self.expected.get("content_type", CONTENT_TYPES[suffix])
        return told

    def read_response(self, pieces: list[bytes]) -> ResponseFacts:
        status = self.expected.get("status", 200)
        reader = self.wire_format.reader(status, self.content_type)
        for piece in pieces:
            reader.feed(piece)
        return reader.finish()

    def _body(self, stem: str) -> tuple[bytes, str]:
        found = sorted(self.folder.glob(f"{stem}.*"))
        return (found[0].read_bytes(), found[0].suffix) if found else (b"", ".json")


@cache
def all_cases() -> list[Case]:
    return [Case(path.parent) for path in sorted(CASES.glob("*/*/expected.json"))]


def by_folder() -> dict[str, list[Case]]:
    """The cases of each dialect's folder: one test plays them all, which costs less
    than a test for each, and names the one that fails."""
    found: dict[str, list[Case]] = {}
    for case in all_cases():
        found.setdefault(case.folder.parent.name, []).append(case)
    return found


def case_id(case: Case) -> str:
    return f"{case.folder.parent.name}/{case.folder.name}"


def show_request(facts: RequestFacts) -> dict[str, Any]:
    shown = _members(facts)
    for name in (
        "said",
        "own_said",
        "words_before",
        "answers",
        "has_words",
    ):  # test_talk.py has them
        shown.pop(name, None)
    if facts.history:
        shown["history"] = len(facts.history)
    if facts.turn:
        shown["turn"] = facts.history.index(facts.turn) + 1
    return shown


def show_response(facts: ResponseFacts) -> dict[str, Any]:
    shown = _members(facts)
    shown.pop("usage", None)
    # Where content and the end came is timed, not shown: tests/proxy/recording.
    for name in ("output_offset", "end_offset"):
        shown.pop(name, None)
    if offsets := shown.pop("content_offsets", None):
        shown["first_content_offset"] = offsets[0]
    if facts.usage.is_reported or facts.usage.units:
        shown["usage"] = _members(facts.usage)
    if facts.passes:
        shown["passes"] = [_members(each.usage) | _of(each) for each in facts.passes]
    if facts.reported_cost_usd is not None:
        shown["reported_cost_usd"] = str(facts.reported_cost_usd)
    if facts.message is not None:
        shown["message"] = show_message(facts.message)["parts"]
    if facts.other_choices:
        others = [show_message(each)["parts"] for each in facts.other_choices]
        shown["other_choices"] = others
    return shown


def _of(each: Pass) -> dict[str, str]:
    return {"model": each.model} if each.model else {}


def show_message(message: Message) -> dict[str, Any]:
    parts = [{n: v for n, v in _members(p).items() if v} for p in message.parts]
    return {"role": message.role, "parts": parts}


def _members(facts: Any) -> dict[str, Any]:
    """Members that differ from empty; False counts where None is the empty value."""
    values = {f.name: (getattr(facts, f.name), f.default) for f in fields(facts)}
    return {
        name: _plain(value)
        for name, (value, default) in values.items()
        if value != default
    }


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    if all(isinstance(each, Unit) for each in value):
        return {unit.kind: float(unit.count) for unit in value}
    return list(value)
