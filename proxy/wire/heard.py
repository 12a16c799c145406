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
from proxy.wire.base import Message, Part, PartKind, Role
from proxy.wire.harness_texts import TextKind
from proxy.wire.harness_words import opening_of, own_words, said_to_result
from proxy.wire.lenient import (
    Record,
    folded,
    load_record,
    on_one_line,
    shortened,
)
from proxy.wire.purposes import purpose_of

ReadMessage = Callable[[Record], Iterable[Message]]

DIGEST_SIZE = 16
PREVIEW = 160
SAID_AGAIN = 24
"""A user text of that length may be an earlier answer: a summary to go on from."""
_REMEMBERED = 20_000
LARGEST = 16 * 1024
"""Bytes of a message that is remembered: tools are many, and named as clients like."""
_sorted = json.JSONEncoder(sort_keys=True).encode
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
    sounds: int = 0
    is_picture: bool = False
    """The user sends media without a word."""


_heard: dict[tuple[ReadMessage, int, int], tuple[Heard, ...]] = {}


def hear(raws: Iterable[bytes], read: ReadMessage) -> list[Heard]:
    """The messages that the elements of a request's list are; mostly one each."""
    messages = list[Heard]()
    for raw in raws:
        # Python's own hash is keyed by process and takes a third of blake2b's time.
        key = (read, len(raw), hash(raw))
        found = _heard.get(key)
        messages += _heard_anew(key, raw) if found is None else found
    return messages


def _heard_anew(key: tuple[ReadMessage, int, int], raw: bytes) -> tuple[Heard, ...]:
    found = tuple([heard(each) for each in key[0](load_record(raw) or {})])
    if sum(map(size, found)) > LARGEST:
        return found
    if len(_heard) >= _REMEMBERED:
        for old in list(_heard)[: _REMEMBERED // 2]:
            del _heard[old]
    _heard[key] = found
    return found


def size(of: Heard) -> int:
    """Bytes that it holds, or nearly."""
    held = 500 + 60 * (len(of.parts) + len(of.unasked))
    if told := of.calls + of.results:
        held += sum([200 + len(one) + len(other) for one, other in told])
    return held


def heard(message: Message) -> Heard:
    """What a message says, whatever the format that it came in."""
    if message.role == "assistant":
        return _answer(message)
    if message.role != "system":
        return _told(message)
    texts = [part.text for part in message.parts if part.kind == "text"]
    pictures = _of_kind("image", message.parts)
    return Heard(role="system", purpose=purpose_of(texts), pictures=pictures)


def _of_kind(kind: PartKind, parts: Iterable[Part]) -> int:
    return len([1 for part in parts if part.kind == kind])


def _answer(message: Message) -> Heard:
    parts = answer_parts(message)
    calls = [part for part in message.parts if part.kind == "tool_call"]
    return Heard(
        role="assistant",
        parts=parts,
        said=joined(parts),
        weight=weight_of(message),
        calls=tuple([(part.call_id, part.name) for part in calls]),
        pictures=_of_kind("image", message.parts),
        sounds=_of_kind("audio", message.parts),
    )


def _told(message: Message) -> Heard:
    """A message of the user, or what a tool gave."""
    parts = [part for part in message.parts if part.kind != "text" or part.text.strip()]
    texts = [part.text.strip() for part in parts if part.kind == "text"]
    if len(texts) == len(parts) == 1:
        return _told_in_one(texts[0])
    kinds = [_kind_of(text) for text in texts]
    counting = [
        said_to_result(text) if kind else own_words(text)
        for text, kind in zip(texts, kinds, strict=True)
    ]
    own, kind = _own(texts, kinds, counting)
    digests = _user_digests(parts, counting if own else texts)
    results = [part for part in parts if part.kind == "tool_result"]
    is_left_out = kind in _LEFT_OUT and not results
    repeated = next((each for each in texts if len(each) >= SAID_AGAIN), "")
    return Heard(
        role="tool" if results and not own else "user",
        parts=() if is_left_out else digests,
        unasked=digests if is_left_out else (),
        own=folded(" ".join(own), PREVIEW) if own else "",
        text=folded(" ".join(texts), PREVIEW) if texts else "",
        kind=kind,
        purpose=purpose_of(texts) if kind is TextKind.ASKED else "",
        said=joined([_digest("text", on_one_line(repeated))]) if repeated else b"",
        weight=len(repeated),
        results=tuple([_result(part) for part in results]),
        pictures=_of_kind("image", parts),
        sounds=_of_kind("audio", parts),
        is_picture=not texts and not results and any(part.source for part in parts),
    )


def _told_in_one(text: str) -> Heard:
    """A message of one text and nothing else, as most are, heard as above."""
    kind = _kind_of(text)
    if kind is None:
        own, unsaid = own_words(text), TextKind.CONTEXT
    else:
        own, unsaid = said_to_result(text) if kind is TextKind.RESULT else "", kind
    kind = None if own else unsaid
    plain = on_one_line(own or text)
    digests = (_digest("user", plain),) if plain else ()
    is_left_out = kind in _LEFT_OUT
    is_whole = plain == text
    line = shortened(plain, PREVIEW) if is_whole else folded(text, PREVIEW)
    is_repeated = len(text) >= SAID_AGAIN
    repeated = (plain if is_whole else on_one_line(text)) if is_repeated else ""
    said = _digest("text", repeated) if is_repeated else b""
    return Heard(
        role="user",
        parts=() if is_left_out else digests,
        unasked=digests if is_left_out else (),
        own=line if own is text else folded(own, PREVIEW),
        text=line,
        kind=kind,
        purpose=purpose_of([text]) if kind is TextKind.ASKED else "",
        said=joined([said]) if said else b"",
        weight=len(text) if is_repeated else 0,
    )


def _own(
    texts: list[str], kinds: list[TextKind | None], counting: list[str]
) -> tuple[list[str], TextKind | None]:
    """What the user said in these texts, or else what kind of text they are."""
    if not texts:
        return [], None
    if kinds[0] is TextKind.RESULT:
        own = list(filter(None, map(said_to_result, texts)))
        return own, None if own else TextKind.RESULT
    said = zip(counting, kinds, strict=True)
    own = [text for text, kind in said if text and not kind]
    if own:
        return own, None
    return [], next(filter(None, kinds), TextKind.CONTEXT)


def _kind_of(text: str) -> TextKind | None:
    return opening_of(text) or (TextKind.ASKED if purpose_of([text]) else None)


def _result(part: Part) -> tuple[str, str]:
    return part.call_id or part.name, folded(part.text, PREVIEW)


def _user_digests(parts: Iterable[Part], texts: Iterable[str]) -> tuple[bytes, ...]:
    """Of each part that counts; `texts` has the words of those that are text."""
    words, digests = iter(texts), list[bytes]()
    for part in parts:
        if part.kind == "text":
            if text := next(words):
                digests.append(_digest("user", on_one_line(text)))
        elif part.kind == "tool_result":
            digests.append(_digest("result", part.call_id or part.name))
        else:
            told = (part.kind, part.name, part.source, part.text)
            digests.append(_digest("user", *told))
    return tuple(digests)


def answer_parts(message: Message) -> tuple[bytes, ...]:
    """The digests by which an answer is found again in a later request."""
    digests = [_answer_digest(part) for part in message.parts]
    return tuple([digest for digest in digests if digest is not None])


def _answer_digest(part: Part) -> bytes | None:
    if part.kind == "text":
        text = on_one_line(part.text)
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
    parts = [part for part in message.parts if part.kind in ("text", "tool_call")]
    return sum([len(part.text) + len(part.name) + len(part.call_id) for part in parts])


def joined(digests: Iterable[bytes]) -> bytes:
    """One digest for several; b"" for none."""
    data = b"".join(digests)
    return blake2b(data, digest_size=DIGEST_SIZE).digest() if data else b""


def _arguments(text: str) -> str:
    """Arguments whatever the order of their members."""
    try:
        return _sorted(json.loads(text))
    except (ValueError, RecursionError):
        return on_one_line(text)


def _digest(*words: str) -> bytes:
    data = "\0".join((*words, "")).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=DIGEST_SIZE).digest()
