"""Every exchange that the tests know, from three kinds of files, in one shape.

Golden cases of the wire formats, reported exchanges, recordings of real agents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.proxy.wire import golden
from tests.reported.case import all_cases

RECORDED = Path(__file__).parent.parent / "clients" / "recorded"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a client asked and what came, bodies without any framing."""

    name: str
    method: str
    path: str
    """As the upstream sees it, with the query."""
    asked: bytes
    status: int
    content_type: str
    answer: bytes
    headers: tuple[str, ...] = ()
    """Of the answer, beside Content-Type."""


def all_exchanges() -> list[Exchange]:
    return [*_golden(), *_reported(), *_recorded()]


def _golden() -> list[Exchange]:
    return [
        Exchange(
            name=golden.case_id(case),
            method=case.expected.get("method", "POST"),
            path=case.expected["path"],
            asked=case.request,
            status=case.expected.get("status", 200),
            content_type=case.content_type,
            answer=case.response,
        )
        for case in golden.all_cases()
    ]


def _reported() -> list[Exchange]:
    found = []
    for case in all_cases():
        if case.body:
            told = dict(case.upstream["headers"])
            kind = told.pop("content-type", "")
            told.pop("content-length", None)
            found.append(
                Exchange(
                    name=f"reported/{case.name}",
                    method=case.request.method,
                    path=case.request.path,
                    asked=case.request.body,
                    status=case.upstream["status"],
                    content_type=kind,
                    answer=case.body,
                    headers=tuple(f"{name}: {value}" for name, value in told.items()),
                )
            )
    return found


def _recorded() -> list[Exchange]:
    found = []
    for path in sorted(RECORDED.glob("*.json")):
        for number, each in enumerate(json.loads(path.read_text("utf-8")), 1):
            query = f"?{each['query']}" if each["query"] else ""
            found.append(
                Exchange(
                    name=f"{path.stem}/{number}",
                    method=each["method"],
                    path=each["path"] + query,
                    asked=json.dumps(each["request"]).encode(),
                    status=200,
                    content_type=dict(each["response_headers"])["content-type"],
                    answer="\n".join(each["response"]).encode() + b"\n\n",
                )
            )
    return found
