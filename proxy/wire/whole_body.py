"""Reads an answer that is no stream: one JSON value, a text, a page, half of any.

`proxy/wire/reading.py` hands over the bytes when they are all there. Pure.
"""

from __future__ import annotations

import re

from proxy.wire.answered import EMPTY, Expects, check_content, miss
from proxy.wire.cut_json import salvaged
from proxy.wire.draft import Draft
from proxy.wire.faults import fault_in, fault_in_text
from proxy.wire.lenient import NotJson, Record, load
from proxy.wire.sse import BOM
from proxy.wire.take import Take, taken

LINES_OF_JSON = re.compile(rb"\}[ \t]*+\r?+\n\s*+\{")
"""Between two objects of a stream of lines, whatever its content type says."""
_PAGE = re.compile(rb"\s*+<(?:!doctype|html|\?xml)", re.IGNORECASE)


class WholeBody:
    """One answer on its way into a draft."""

    def __init__(self, take: Take, draft: Draft, status: int, expects: Expects) -> None:
        self._take = take
        self._draft = draft
        self._status = status
        self._expects = expects

    def read(self, data: bytes) -> bool:
        """False for lines of JSON: a stream after all."""
        body = _value(data)
        if isinstance(body, dict):
            self.read_object(body)
        elif isinstance(body, list):
            self._list(body)
        elif LINES_OF_JSON.search(data):
            return False
        elif self._status >= 400:
            if data.strip():
                self._draft.failed(fault_in_text(data), None)
        elif self._expects is Expects.TEXT and _is_text(data):
            text = data.removeprefix(BOM).decode("utf-8", "replace")
            self._draft.add((0, 0), "text", text.strip())
        else:
            self._without_json(data)
        return True

    def read_object(self, body: Record) -> None:
        if fault := fault_in(body, self._status):
            self._draft.failed(*fault)
        self._hand_over(body)
        if self._expects is Expects.CONTENT:
            check_content(self._draft, body, self._status)

    def _list(self, body: list[object]) -> None:
        """Gemini's errors come in a list of one."""
        first = body[0] if body else None
        if self._status >= 400 or (isinstance(first, dict) and fault_in(first, 200)):
            self.read_object(first if isinstance(first, dict) else {})
        elif self._expects is Expects.CONTENT:
            miss(self._draft, "The answer is a list, not an object.", self._status)

    def _without_json(self, data: bytes) -> None:
        """A 200 whose body is empty, a page, or JSON that ends early."""
        is_blank = not data.strip()
        if self._expects is Expects.ANYTHING:
            if not is_blank:
                self._draft.notes.add("The answer is not JSON.")
            return
        why = f"The answer is not JSON: {fault_in_text(data)}"
        if is_blank:
            why = EMPTY
        elif part := salvaged(data):
            why = "The answer's JSON ends early."
            self._hand_over(part)
        miss(self._draft, why, self._status)

    def _hand_over(self, body: Record) -> None:
        whole = self._take.whole
        taken("The answer", lambda: whole(body, self._draft), self._draft)
        self._draft.report_cost_beside(body)


def _value(data: bytes) -> object:
    if data.removeprefix(BOM).lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return load(data)
    except NotJson:
        return None


def _is_text(data: bytes) -> bool:
    """A transcript, and neither a page nor sound under a wrong type."""
    return bool(data.strip()) and not _PAGE.match(data) and b"\0" not in data[:4096]
