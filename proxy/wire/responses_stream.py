"""What a response object and the events of its stream mean.

Items come as deltas, as `….done` events and whole (`output_item.done`, then once more
in the last response): each later form takes the place of the earlier. Compatible
servers leave out `output_index`, deltas or the output of the last response; then ids
tell items apart. Used by `openai_responses.py`. Pure.
"""

from __future__ import annotations

from msgspec import UNSET

from proxy.wire.base import Part, PartKind
from proxy.wire.blocks import parts_of
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, record, rows, short, string
from proxy.wire.openai_chat import take_usage
from proxy.wire.plain import response_event
from proxy.wire.response_units import response_units
from proxy.wire.responses_items import answer_parts

TERMINAL = (
    "response.completed",
    "response.incomplete",
    "response.failed",
    "response.done",
)
_UNDER_WAY = ("in_progress", "queued")
_CALL: PartKind = "tool_call"
# Event without its ending → kind, and the member that has the text in `.done`.
_GROWING: dict[str, tuple[PartKind, str]] = {
    "response.output_text": ("text", "text"),
    "response.refusal": ("text", "refusal"),
    "response.reasoning_summary_text": ("reasoning", "text"),
    "response.reasoning_text": ("reasoning", "text"),
    "response.output_audio_transcript": ("audio", "transcript"),
    "response.audio_transcript": ("audio", "transcript"),
    "response.audio.transcript": ("audio", "transcript"),
    "response.function_call_arguments": (_CALL, "arguments"),
    "response.custom_tool_call_input": (_CALL, "input"),
    "response.mcp_call_arguments": (_CALL, "arguments"),
    "response.code_interpreter_call_code": (_CALL, "code"),
}
_DELTAS = {f"{stem}.delta": kind for stem, (kind, _) in _GROWING.items()}
_PARTS = ("response.content_part.done", "response.reasoning_summary_part.done")


class ResponsesTake:
    """Reads one answer into its draft."""

    arrays_stream = False
    growing: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._places = _Places()
        self._done: list[Record] = []

    def whole(self, body: Record, draft: Draft) -> None:
        self.take_response(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = string(body.get("type")) or name
        stem, _, ending = kind.rpartition(".")
        if stem in _GROWING:
            self._grow(stem, ending, body, draft)
        elif kind in _PARTS:
            self._part(body, draft)
        elif kind == "response.output_item.added":
            item = record(body.get("item"))
            _begin(self._places.of_item(body, item, draft, is_new=True), item, draft)
        elif kind == "response.output_item.done":
            item = record(body.get("item"))
            self._done.append(item)
            draft.take(self._places.of_item(body, item, draft), answer_parts(item))
        elif isinstance(body.get("response"), dict):
            self.take_response(body["response"], draft)
            draft.terminal_seen = draft.terminal_seen or kind in TERMINAL

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        event = response_event(data)
        kind = _DELTAS.get(event.type)
        if kind is None:
            return False
        group = self._places.of_event(event.item_id, event.output_index, draft)
        place = event.content_index
        place = event.summary_index if place is UNSET else place
        slot = (group, 0 if kind == _CALL or place is UNSET else place)
        draft.add(slot, kind, event.delta)
        return True

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""

    def _grow(self, stem: str, ending: str, body: Record, draft: Draft) -> None:
        kind, member = _GROWING[stem]
        group = self._places.of_event(*_item_of(body), draft)
        slot = (group, 0 if kind == _CALL else _place(body))
        if ending == "delta":
            draft.add(slot, kind, body.get("delta"))
        elif ending == "done":
            draft.put(slot, kind, body.get(member))
        if kind == _CALL and slot in draft.blocks and body.get("name"):
            draft.call(slot, body.get("name"))

    def _part(self, body: Record, draft: Draft) -> None:
        group = self._places.of_event(*_item_of(body), draft)
        place = _place(body)
        for part in parts_of(body.get("part"))[:1]:
            draft.put((group, place), part.kind, part.text)

    def take_response(self, response: Record, draft: Draft) -> None:
        """The object that an answer is, and that some events carry."""
        tier = response.get("service_tier")
        draft.name(response.get("model"), response.get("id"), tier)
        _take_ending(response, draft)
        items = rows(response.get("output"))
        draft.report_cost_beside(response)
        if usage := record(response.get("usage")):
            take_usage([usage], {}, draft)
            used = response_units(response, items or self._done)
            draft.usage = draft.usage.with_units(*used)
        comes_again = bool(
            draft.blocks and self._places.are_others(items) and _covers(items, draft)
        )
        if comes_again:
            draft.blocks.clear()
            self._places = _Places()
        for place, item in enumerate(items):
            parts = answer_parts(item)
            if parts and not (draft.is_stream and _is_shown(parts, draft)):
                group = self._places.of_final(place, item, parts[0].kind, draft)
                draft.take(group, parts, is_repeat=comes_again)
        if response.get("background") is True:
            # It may be fetched as often as one likes (`responses_stored.py`).
            draft.is_deferred = response.get("status") in _UNDER_WAY
            draft.counts_once = draft.usage.is_reported


class _Places:
    """Which group of blocks an item has, by its index or its id."""

    def __init__(self) -> None:
        self._groups: dict[str, int] = {}
        self._open = -1
        """The group of the item that is under way."""

    def of_event(self, key: str, index: object, draft: Draft) -> int:
        if type(index) is int:
            return self._known(key, index)
        if key:
            return self._by_key(key, draft)
        self._open = max(self._open, 0)
        return self._open

    def of_item(
        self, body: Record, item: Record, draft: Draft, *, is_new: bool = False
    ) -> int:
        index = body.get("output_index")
        key = string(item.get("id")) or string(item.get("call_id"))
        if type(index) is int:
            return self._known(key, index)
        if key and (is_new or key in self._groups):
            return self._by_key(key, draft)
        group = self._open
        is_free = group >= 0 and group not in self._groups.values()
        if is_new or not is_free:
            group = self._next(draft)
        self._known(key, group)
        self._open = group if is_new else -1
        return group

    def of_final(self, place: int, item: Record, kind: PartKind, draft: Draft) -> int:
        """In the last response items have their place, unless an id says another or
        something else stands there."""
        for name in ("id", "call_id"):
            if (known := self._groups.get(string(item.get(name)))) is not None:
                return known
        there = {b.kind for slot, b in draft.blocks.items() if slot[0] == place}
        return place if not there or kind in there else self._next(draft)

    def are_others(self, items: list[Record]) -> bool:
        """True when the last response has other ids than the events had."""
        ids = {string(item.get(name)) for item in items for name in ("id", "call_id")}
        return bool(items) and not ids & self._groups.keys()

    def _by_key(self, key: str, draft: Draft) -> int:
        if key not in self._groups:
            self._known(key, self._next(draft))
        self._open = self._groups[key]
        return self._open

    def _known(self, key: str, group: int) -> int:
        if key:
            self._groups[key] = group
        self._open = group
        return group

    def _next(self, draft: Draft) -> int:
        used = [slot[0] for slot in draft.blocks]
        return max([*used, *self._groups.values()], default=-1) + 1


def _is_shown(parts: list[Part], draft: Draft) -> bool:
    """True for an item that the stream has told, under another id or place."""
    shown = {(b.kind, b.text, b.name) for b in draft.blocks.values()}
    texts = [part for part in parts if not part.source]
    return len(texts) == len(parts) and all(
        (part.kind, part.text, part.name) in shown for part in parts
    )


def _covers(items: list[Record], draft: Draft) -> bool:
    """True when the items say all that the events said."""
    told = {part.text.strip() for item in items for part in answer_parts(item)}
    return all(block.text.strip() in told for block in draft.blocks.values())


def _item_of(body: Record) -> tuple[str, object]:
    """Id and place of the item that an event is of."""
    return string(body.get("item_id")), body.get("output_index")


def _place(body: Record) -> int:
    place = body.get("content_index", body.get("summary_index"))
    return place if type(place) is int else 0


def _begin(group: int, item: Record, draft: Draft) -> None:
    for place, part in enumerate(answer_parts(item)):
        if part.kind == "tool_call":
            draft.call((group, place), part.name, part.call_id)


def _take_ending(response: Record, draft: Draft) -> None:
    status = response.get("status")
    if status not in _UNDER_WAY:
        reason = record(response.get("incomplete_details")).get("reason")
        draft.finished(reason or status)
    error = response.get("error")
    if isinstance(error, dict) and any(error.values()):
        message = error.get("message")
        kind = error.get("code") or error.get("type")
        draft.failed(message if isinstance(message, str) else "", short(kind))
    elif status == "failed":
        draft.failed("The response failed.", None)
