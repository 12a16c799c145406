"""The answer while it is read: what a format's reader fills in, event by event.

`proxy/wire/reading.py` owns one per response; each format writes to it; `facts()` is
the end. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pricing.usage import NO_USAGE, PARTS, Pass, Usage
from proxy.secrets.alike import Alike
from proxy.wire.answer_block import Block, Slot
from proxy.wire.base import Message, Notes, Part, PartKind, ResponseFacts
from proxy.wire.lenient import Record, clean, short
from proxy.wire.reported_cost import cost_in_answer, is_own_key, read_cost

MAX_TEXT = 2 * 1024 * 1024
"""Characters of assembled text, reasoning and arguments that are kept."""
MAX_SOURCE = 16 * 1024 * 1024
"""Characters of images and other data URLs that are kept."""
MAX_ERROR = 1000
MAX_CALLS = 1000
MAX_CHOICES = 127


@dataclass(slots=True)
class Draft:
    """`ResponseFacts` in the making."""

    model: str | None = None
    response_id: str | None = None
    usage: Usage = NO_USAGE
    told: Record = field(default_factory=dict)
    """The usage as the provider spells it, put together (`usage_merging.py`)."""
    passes: tuple[Pass, ...] = ()
    reported_cost_usd: Decimal | None = None
    is_own_key: bool = False
    service_tier: str | None = None
    speed: str | None = None
    region: str | None = None
    finish_reason: str | None = None
    error: str | None = None
    error_type: str | None = None
    is_stream: bool = False
    terminal_seen: bool | None = None
    content_offsets: list[int] = field(default_factory=list)
    output_offset: int | None = None
    end_offset: int | None = None
    is_deferred: bool = False
    counts_once: bool = False
    notes: Notes = field(default_factory=Notes)
    offset: int = 0
    """End of the event that is being read."""
    images: int = 0
    """Images that are in no block."""
    is_answered: bool = False
    """The answer has the shape that was asked for, though it may be empty."""
    is_repeat: bool = False
    """What is read now has come before: it is no content that arrives."""
    blocks: dict[Slot, Block] = field(default_factory=dict)
    others: dict[int, Draft] = field(default_factory=dict)
    """The choices beyond the first, each with blocks and a finish reason of its own."""
    _is_cost_in_usage: bool = False
    _text_size: int = 0
    _source_size: int = 0

    def name(self, model: object, response_id: object, tier: object = None) -> None:
        """Note who answered; a later empty value never hides an earlier one."""
        # Every chunk of a stream repeats these: only a change is looked at.
        if model and model != self.model:
            self.model = short(model) or self.model
        if response_id and response_id != self.response_id:
            self.response_id = short(response_id) or self.response_id
        if tier and tier != self.service_tier:
            self.service_tier = short(tier) or self.service_tier

    def choice(self, index: int) -> Draft:
        """The draft of one of several choices; the first is this one."""
        if index == 0:
            return self
        known = self.others.get(index)
        if known is None:
            known = Draft(
                is_stream=self.is_stream,
                notes=self.notes,
                content_offsets=self.content_offsets,
            )
            if len(self.others) < MAX_CHOICES:
                self.others[index] = known
            else:
                self.notes.add(f"Only {MAX_CHOICES} choices beside the first are kept.")
        known.offset = self.offset
        return known

    def served(self, speed: object, region: object = None) -> None:
        self.speed = short(speed) or self.speed
        self.region = short(region) or self.region

    def report_cost(self, usage: Record) -> None:
        """The provider's own figure in a `usage` object; the last one counts."""
        if (cost := read_cost(usage, self.notes)) is not None:
            self.reported_cost_usd, self._is_cost_in_usage = cost, True
        self.is_own_key = self.is_own_key or is_own_key(usage)

    def report_cost_beside(self, answer: Record) -> None:
        """The same beside `usage`, which goes first; it may grow with chunks."""
        cost = None if self._is_cost_in_usage else cost_in_answer(answer, self.notes)
        if cost is not None:
            self.reported_cost_usd = max(cost, self.reported_cost_usd or cost)

    def finished(self, reason: object) -> None:
        if reason:
            self.finish_reason = short(reason) or self.finish_reason

    def failed(self, message: str, kind: str | None) -> None:
        """An error was reported; the first one counts."""
        if self.error is None:
            self.error = clean(message[:MAX_ERROR]) or "The error has no message."
            self.error_type = short(kind)

    def broke_off(self) -> None:
        """A stream's counts until it broke off: of its output they say nothing yet."""
        until_then = self.usage.output
        if until_then is None or self.terminal_seen is not False or self.finish_reason:
            return
        self.without_output(
            "The stream broke off before its last count of output tokens: "
            f"{until_then:,} until then."
        )

    def without_output(self, why: str) -> None:
        """Of the output tokens nothing is known after all."""
        made = [name for name in PARTS if name.startswith("output_")]
        parts = dict.fromkeys(("output", "reasoning", *made))
        self.usage = self.usage.with_parts(parts)
        self.notes.add(why)

    def add(self, slot: Slot, kind: PartKind, text: object) -> Block | None:
        """Append `text` to the block at `slot`; nothing happens for no text."""
        if not isinstance(text, str) or not text:
            return None
        block = self.blocks.get(slot) or self.open(slot, kind)
        if self.is_stream and not self.is_repeat:
            self._came(kind)
        self._text_size += len(text)
        if self._text_size <= MAX_TEXT:
            block.pieces.append(text)
        else:
            self._add_last(block, text)
        return block

    def add_row(
        self, slot: Slot, kind: PartKind, texts: Sequence[str], ends: Sequence[int]
    ) -> None:
        """`add` of each, which events of a stream that end there bring."""
        if self._text_size + (size := sum(map(len, texts))) > MAX_TEXT:
            for text, self.offset in zip(texts, ends, strict=True):
                self.add(slot, kind, text)
            return
        self.offset = ends[0]
        self._came(kind)
        self.content_offsets += ends[1:]
        self.offset = ends[-1]
        self._text_size += size
        self.open(slot, kind).pieces += texts

    def _add_last(self, block: Block, text: str) -> None:
        """What there is room for; `text` is counted already."""
        room = MAX_TEXT - (self._text_size - len(text))
        if room > 0:
            block.pieces.append(text[:room])
        self.notes.add("The answer is long; its assembled text is cut.")

    def put(self, slot: Slot, kind: PartKind, text: object) -> None:
        """A block's whole text, in place of the pieces that came."""
        block = self.blocks.get(slot)
        if not isinstance(text, str) or not text:
            return
        if block is not None and block.pieces:
            self._text_size -= sum(len(piece) for piece in block.pieces)
            block.pieces.clear()
            self.is_repeat = True
        self.add(slot, kind, text)
        self.is_repeat = False

    def open(self, slot: Slot, kind: PartKind) -> Block:
        """The block at `slot`, made when it isn't there: content has come."""
        block = self.blocks.get(slot)
        if block is None:
            block = self.blocks[slot] = Block(kind)
            if self.is_stream and not self.is_repeat:
                self._came(kind)
        return block

    def _came(self, kind: PartKind) -> None:
        """The event of a stream that is being read brings content."""
        offsets = self.content_offsets
        if not offsets or offsets[-1] != self.offset:
            offsets.append(self.offset)
        if self.output_offset is None and kind != "reasoning":
            self.output_offset = self.offset

    def call(self, slot: Slot, name: object, call_id: object = "") -> Block | None:
        """The tool call at `slot`; its name and id are set once."""
        if slot not in self.blocks and len(self.blocks) >= MAX_CALLS:
            self.notes.add(f"Only the first {MAX_CALLS} parts of the answer are kept.")
            return None
        block = self.open(slot, "tool_call")
        block.name = block.name or short(name) or ""
        block.call_id = block.call_id or short(call_id) or ""
        return block

    def media(self, slot: Slot, kind: PartKind, mime_type: str, source: str) -> None:
        """An image, audio or file that the model made."""
        if slot in self.blocks:
            return
        block = self.open(slot, kind)
        block.mime_type = mime_type[:100]
        self._source_size += len(source)
        if self._source_size <= MAX_SOURCE:
            block.source = source
        else:
            self.notes.add("The answer's media are large; some are left out.")

    def take(
        self, group: int, parts: Iterable[Part], *, is_repeat: bool = False
    ) -> None:
        """Complete parts, in place of whatever `group` held so far."""
        parts = list(parts)
        if not parts:
            return
        held = [slot for slot in self.blocks if slot[0] == group]
        for slot in held:
            del self.blocks[slot]
        self.is_repeat = is_repeat or bool(held)
        for place, part in enumerate(parts):
            slot = (group, place)
            if part.kind == "tool_call":
                self.call(slot, part.name, part.call_id)
            elif part.source:
                self.media(slot, part.kind, part.mime_type, part.source)
            block = self.add(slot, part.kind, part.text)
            if block is not None and not block.name:
                block.name, block.call_id = part.name, part.call_id
        self.is_repeat = False

    def next_slot(self, group: int = 0) -> Slot:
        """The slot behind everything that has come so far."""
        return (group, len(self.blocks))

    def facts(self, alike: tuple[Alike, ...] = ()) -> ResponseFacts:
        drafts = [self, *(self.others[index] for index in sorted(self.others))]
        said = [each for each in drafts if each.blocks]
        messages = [
            each.message(of=len(said), at=at) for at, each in enumerate(said, 1)
        ]
        blocks = [block for each in said for block in each.ordered()]
        calls = [clean(block.name) for block in blocks if block.kind == "tool_call"]
        pictures = sum(block.kind == "image" for block in blocks)
        reasons = (d.finish_reason for d in drafts if d.finish_reason)
        outputs = [d.output_offset for d in drafts if d.output_offset is not None]
        return ResponseFacts(
            model=self.model,
            response_id=self.response_id,
            usage=self.usage,
            passes=self.passes,
            reported_cost_usd=self.reported_cost_usd,
            is_own_key=self.is_own_key,
            service_tier=self.service_tier,
            speed=self.speed,
            region=self.region,
            finish_reason=next(reasons, None),
            tool_calls=tuple(name for name in calls if name),
            images=pictures + self.images,
            error=self.error,
            error_type=self.error_type,
            is_stream=self.is_stream,
            terminal_seen=self.terminal_seen,
            content_offsets=tuple(self.content_offsets),
            output_offset=min(outputs, default=None),
            end_offset=self.end_offset,
            alike=alike,
            message=messages[0] if messages else None,
            other_choices=tuple(messages[1:]),
            is_deferred=self.is_deferred,
            counts_once=self.counts_once,
            notes=tuple(self.notes.items),
        )

    def ordered(self) -> list[Block]:
        """The blocks in the order in which they are shown."""
        return [self.blocks[slot] for slot in sorted(self.blocks)]

    def message(self, of: int, at: int) -> Message:
        parts = tuple(block.part() for block in self.ordered())
        label = f"Choice {at} of {of}" if of > 1 else ""
        return Message(role="assistant", parts=parts, label=label)
