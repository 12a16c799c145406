"""One message of a request as it counts for grouping: normalised, read once.

`proxy/wire/talk.py` hears a whole request with it. Agents send the same messages again
with every call, so what was heard is remembered by the message's bytes: an old message
costs its hash. What a client may write differently the next time does not count: order
and escapes of members, cache marks, a plain text or a list of one, white space,
reasoning, what a tool gave (clients clear old results), a harness's own texts. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import blake2b

from pricing.values import dataclass
from proxy.wire.base import Message, Part, Role
from proxy.wire.harness_texts import TextKind
from proxy.wire.harness_words import opening_of, own_words, said_to_result
from proxy.wire.lenient import Record, folded, load_record
from proxy.wire.purposes import purpose_of

ReadMessage = Callable[[Record], Iterable[Message]]

DIGEST_SIZE = 16
PREVIEW = 160
SAID_AGAIN = 24
"""A user text of that length may be an earlier answer: a summary to go on from."""
_REMEMBERED = 20_000
_START = 400
_LEFT_OUT = (TextKind.CONTEXT, TextKind.ANSWERED, TextKind.RESULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message, without its bytes."""

    role: Role
    parts: tuple[bytes, ...] = ()
    """A digest for each part that counts."""
    unasked: tuple[bytes, ...] = ()
    """The parts of a message that is left out, should there be nothing else."""
    own: str = ""
    """What the user said, on one line."""
    text: str = ""
    """How its text begins, whoever wrote it."""
    kind: TextKind | None = None
    """Of a user message in which the user says nothing."""
    purpose: str = ""
    """What a system prompt or a harness's text asks for."""
    said: bytes = b""
    """The same for an answer and for a message that repeats its text."""
    weight: int = 0
    """How much was said: few words may be anybody's."""
    calls: tuple[tuple[str, str], ...] = ()
    """Tools that it calls: id and name."""
    results: tuple[tuple[str, str], ...] = ()
    """What tools gave: id (or name), and how it begins."""
    pictures: int = 0
    is_picture: bool = False
    """The user sends media without a word."""


_heard: dict[tuple[ReadMessage, int, int], tuple[Heard, ...]] = {}


def hear(raw: bytes, read: ReadMessage) -> tuple[Heard, ...]:
    """The messages that one element of a request's list is; mostly one."""
    # Python's own hash is keyed by process and takes a third of blake2b's time.
    key = (read, len(raw), hash(raw))
    found = _heard.get(key)
    if found is None:
        found = tuple(heard(each) for each in read(load_record(raw) or {}))
        if len(_heard) >= _REMEMBERED:
            for old in list(_heard)[: _REMEMBERED // 2]:
                del _heard[old]
        _heard[key] = found
    return found


def heard(message: Message) -> Heard:
    """What a message says, whatever the format that it came in."""
    pictures = sum(part.kind == "image" for part in message.parts)
    if message.role == "system":
        texts = [part.text for part in message.parts if part.kind == "text"]
        purpose = purpose_of(texts)
        return Heard(role="system", purpose=purpose, pictures=pictures)
    if message.role == "assistant":
        return _answer(message, pictures)
    return _told(message, pictures)


def _answer(message: Message, pictures: int) -> Heard:
    parts = answer_parts(message)
    return Heard(
        role="assistant",
        parts=parts,
        said=joined(parts),
        weight=weight_of(message),
        calls=tuple(
            (part.call_id, part.name)
            for part in message.parts
            if part.kind == "tool_call"
        ),
        pictures=pictures,
    )


def _told(message: Message, pictures: int) -> Heard:
    """A message of the user, or what a tool gave."""
    texts = [part.text.strip() for part in message.parts if part.kind == "text"]
    texts = [text for text in texts if text]
    results = [part for part in message.parts if part.kind == "tool_result"]
    own, kind = _own(texts)
    purpose = purpose_of(texts) if kind is TextKind.ASKED else ""
    parts = tuple(
        digest
        for part in message.parts
        if (digest := _user_digest(part, bool(own))) is not None
    )
    is_left_out = kind in _LEFT_OUT and not results
    whole = " ".join(texts)
    media = any(part.source for part in message.parts)
    repeated = [each for each in texts if len(each) >= SAID_AGAIN][:1]
    return Heard(
        role="tool" if results and not own else "user",
        parts=() if is_left_out else parts,
        unasked=parts if is_left_out else (),
        own=folded(" ".join(own), PREVIEW),
        text=folded(whole, PREVIEW),
        kind=kind,
        purpose=purpose,
        said=joined([_digest("text", _plain(repeated[0]))]) if repeated else b"",
        weight=len(repeated[0]) if repeated else 0,
        results=tuple(
            (part.call_id or part.name, folded(part.text, PREVIEW)) for part in results
        ),
        pictures=pictures,
        is_picture=media and not texts and not results,
    )


def _own(texts: list[str]) -> tuple[list[str], TextKind | None]:
    """What the user said in these texts, or else what kind of text they are."""
    if not texts:
        return [], None
    kinds = [_kind_of(text) for text in texts]
    if kinds[0] is TextKind.RESULT:
        said = [each for text in texts if (each := said_to_result(text))]
        return said, None if said else TextKind.RESULT
    words = (
        own_words(text) for text, kind in zip(texts, kinds, strict=True) if not kind
    )
    own = [text for text in words if text]
    if own:
        return own, None
    return [], next((kind for kind in kinds if kind), TextKind.CONTEXT)


def _kind_of(text: str) -> TextKind | None:
    return opening_of(text) or (TextKind.ASKED if purpose_of([text]) else None)


def _user_digest(part: Part, has_own: bool) -> bytes | None:
    if part.kind == "text":
        text = part.text.strip()
        if has_own:
            text = said_to_result(text) if _kind_of(text) else own_words(text)
        return _digest("user", _plain(text)) if text else None
    if part.kind == "tool_result":
        return _digest("result", part.call_id or part.name)
    return _digest("user", part.kind, part.name, part.source, part.text)


def answer_parts(message: Message) -> tuple[bytes, ...]:
    """The digests by which an answer is found again in a later request."""
    digests = (_answer_digest(part) for part in message.parts)
    return tuple(digest for digest in digests if digest is not None)


def _answer_digest(part: Part) -> bytes | None:
    if part.kind == "text":
        text = _plain(part.text)
        return _digest("text", text) if text else None
    if part.kind == "reasoning":
        return None
    if part.kind == "tool_call":
        return _digest("call", part.name, part.call_id, _arguments(part.text))
    if part.kind == "tool_result":
        return _digest("result", part.call_id or part.name)
    return _digest("answer", part.kind, part.name, part.source, part.text)


def weight_of(message: Message) -> int:
    """Characters that would have to be the same by chance."""
    kinds = ("text", "tool_call")
    parts = [part for part in message.parts if part.kind in kinds]
    return sum(len(part.text) + len(part.name) + len(part.call_id) for part in parts)


def joined(digests: Iterable[bytes]) -> bytes:
    """One digest for several; b"" for none."""
    data = b"".join(digests)
    return blake2b(data, digest_size=DIGEST_SIZE).digest() if data else b""


def _plain(text: str) -> str:
    return " ".join(text.split())


def _arguments(text: str) -> str:
    """Arguments whatever the order of their members."""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except (ValueError, RecursionError):
        return _plain(text)


def _digest(*words: str) -> bytes:
    made = blake2b(digest_size=DIGEST_SIZE)
    for word in words:
        made.update(word.encode("utf-8", "surrogatepass"))
        made.update(b"\0")
    return made.digest()
