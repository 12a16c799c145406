"""One message of a request, heard the slow and plain way: each question by itself.

What `proxy/wire/heard.py` gives must equal this.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from proxy.wire import harness_words as words, openai_messages
from proxy.wire.base import Message, Part
from proxy.wire.harness_texts import OPENINGS, QUOTING, TextKind
from proxy.wire.harness_words import said_to_result
from proxy.wire.heard import DIGEST_SIZE, PREVIEW, SAID_AGAIN, Heard
from proxy.wire.lenient import Record, clean, string
from proxy.wire.purposes import PURPOSES

_LEFT_OUT = (TextKind.CONTEXT, TextKind.ANSWERED, TextKind.RESULT)


def read_message(message: Record) -> Iterator[Message]:
    """Of a chat completion's list."""
    role = openai_messages.ROLES.get(string(message.get("role")), "user")
    if parts := tuple(openai_messages._parts(message, role)):
        yield Message(role=role, parts=parts)


def heard(message: Message) -> Heard:
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
        sounds=sum(part.kind == "audio" for part in message.parts),
    )


def _told(message: Message, pictures: int) -> Heard:
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
        sounds=sum(part.kind == "audio" for part in message.parts),
        is_picture=media and not texts and not results,
    )


def _own(texts: list[str]) -> tuple[list[str], TextKind | None]:
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
    kinds = ("text", "tool_call")
    parts = [part for part in message.parts if part.kind in kinds]
    return sum(len(part.text) + len(part.name) + len(part.call_id) for part in parts)


def joined(digests: Iterable[bytes]) -> bytes:
    data = b"".join(digests)
    return blake2b(data, digest_size=DIGEST_SIZE).digest() if data else b""


def _plain(text: str) -> str:
    return " ".join(text.split())


def _arguments(text: str) -> str:
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


def folded(text: str, limit: int) -> str:
    said = " ".join(text[: limit * 8].split())
    return clean(said if len(said) <= limit else said[: limit - 1] + "…")


def purpose_of(texts: Iterable[str]) -> str:
    for text in texts:
        start = " ".join(text[:400].lower().split())[:200]
        for purpose, all_words in PURPOSES.items():
            for each in all_words:
                if start.startswith(each):
                    return purpose
    return ""


def opening_of(text: str) -> TextKind | None:
    for each in OPENINGS:
        if text.startswith(each.words):
            return each.kind
    is_result = words._TOOL_RESULT.match(text) or words._FAILED_EDIT.match(text)
    return TextKind.RESULT if is_result else None


def own_words(text: str) -> str:
    text = words._without(text, words._BLOCK).strip()
    shorter = words._without(text, words._GENERIC_BLOCK).strip()
    text = words._unwrapped(shorter or text)
    for quoting in QUOTING:
        if text.startswith(quoting):
            return words._NO_THOUGHT.sub("", text[len(quoting) :]).strip()
    return text
