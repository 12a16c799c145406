"""What a request's messages tell, the slow and plain way: one loop per question.

What `proxy/wire/talk.py` gives must equal this, whatever it has heard before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from proxy.wire import openai_messages
from proxy.wire.base import RequestFacts
from proxy.wire.harness_texts import TextKind
from proxy.wire.heard import DIGEST_SIZE, PREVIEW, Heard, ReadMessage
from proxy.wire.lenient import load_record
from proxy.wire.members import Members
from proxy.wire.session_ids import session_of
from proxy.wire.talk import MAX_SAID, _is_structured
from runs.record import Said
from tests.proxy.wire import slow_heard
from tests.proxy.wire.slow_heard import folded, joined


def read_talk(
    outer: Members,
    raws: Sequence[bytes],
    read: ReadMessage,
    *,
    model: str | None,
    stream: bool,
    tools_offered: int,
    previous_response_id: str | None = None,
) -> RequestFacts:
    """The facts of a chat request; `outer` has its other members."""
    if read is openai_messages.read_message:
        read = slow_heard.read_message
    found = [message for raw in raws for message in read(load_record(raw) or {})]
    messages = [slow_heard.heard(message) for message in found]
    kept = _counting(messages)
    chain = _chain(kept)
    session, rule = session_of(outer)
    last = _last_own(kept)
    begins = last if last >= 0 else _last_aside(kept)
    return RequestFacts(
        model=model,
        stream=stream,
        tools_offered=tools_offered,
        images=sum(each.pictures for each in messages),
        sounds=sum(each.sounds for each in messages),
        preview=_preview(messages),
        news=_news(messages),
        session_hint=session,
        session_rule=rule,
        previous_response_id=previous_response_id,
        history=chain.digests,
        turn=chain.up_to(begins),
        answers=_runs(kept),
        is_resumed=_is_resumed(kept, last),
        has_words=any(each.own or each.is_picture for each in messages),
        is_structured=_is_structured(outer),
        purpose=_purpose(messages),
        said=_said(kept),
        own_said=kept[last].said if last >= 0 else b"",
        words_before=_preview([each for each in kept[: max(last, 0)] if each.own]),
        notes=tuple(outer.notes.items),
    )


@dataclass(frozen=True, slots=True)
class _Chain:
    digests: tuple[bytes, ...]
    ends: tuple[int, ...]
    """For each message, how many digests cover it and what stands before it."""

    def up_to(self, message: int) -> bytes:
        """The digest that covers a message; b"" for none (-1)."""
        end = self.ends[message] if message >= 0 else 0
        return self.digests[end - 1] if end else b""


def _counting(messages: Sequence[Heard]) -> list[Heard]:
    """The messages that count, or all when none does."""
    talk = [each for each in messages if each.role != "system"]
    kept, before = list[Heard](), None
    for each in talk:
        answered = before is not None and before.kind is TextKind.ANSWERED
        is_canned = answered and each.role == "assistant" and not each.calls
        if each.parts and not is_canned:
            kept.append(each)
        before = each
    return kept if any(each.role == "user" for each in kept) else _unasked(talk)


def _unasked(talk: Sequence[Heard]) -> list[Heard]:
    return [each for each in talk if each.parts or each.unasked]


def _chain(messages: Sequence[Heard]) -> _Chain:
    digests, ends, last = list[bytes](), list[int](), b""
    for each in messages:
        for part in each.parts or each.unasked:
            last = _link(last, part)
            digests.append(last)
        ends.append(len(digests))
    return _Chain(tuple(digests), tuple(ends))


def _link(last: bytes, part: bytes) -> bytes:
    return blake2b(last + part, digest_size=DIGEST_SIZE).digest()


def _last_own(messages: Sequence[Heard]) -> int:
    """Where the user's last words are; -1: nowhere."""
    for at in range(len(messages) - 1, -1, -1):
        each = messages[at]
        if each.own or (each.is_picture and not _after_tool(messages, at)):
            return at
    return -1


def _last_aside(messages: Sequence[Heard]) -> int:
    """Where a harness last spoke in the user's place; a summary goes before others."""
    asides = [
        at for at, each in enumerate(messages) if each.kind and each.role == "user"
    ]
    resumed = [at for at in asides if messages[at].kind is TextKind.RESUMED]
    return max(resumed or asides, default=-1)


def _after_tool(messages: Sequence[Heard], at: int) -> bool:
    """Agents for OpenAI's formats hand over a tool's picture as a user's message."""
    return at > 0 and (messages[at - 1].role == "tool" or bool(messages[at - 1].calls))


def _preview(messages: Sequence[Heard]) -> str:
    own = next((each.own for each in reversed(messages) if each.own), "")
    if own:
        return own
    texts = (each.text for each in reversed(messages) if each.role == "user")
    return next((text for text in texts if text), "")


def _is_resumed(messages: Sequence[Heard], last: int) -> bool:
    """The work goes on after a compaction without a new word of the user's."""
    return any(each.kind is TextKind.RESUMED for each in messages[last + 1 :])


def _purpose(messages: Sequence[Heard]) -> str:
    """The newest question of a harness, else what the system prompt makes of it."""
    tail = _after_answer(messages)
    asked = (each.purpose for each in reversed(tail) if each.role == "user")
    system = (each.purpose for each in messages if each.role == "system")
    return next((each for each in (*asked, *system) if each), "")


def _after_answer(messages: Sequence[Heard]) -> Sequence[Heard]:
    """What came since the last answer of the model."""
    at = len(messages)
    while at and messages[at - 1].role != "assistant":
        at -= 1
    return messages[at:]


def _news(messages: Sequence[Heard]) -> str:
    """What tools gave since the last answer, where the user said nothing since."""
    tail = _after_answer(messages)
    if len(tail) == len(messages) or any(each.own for each in tail):
        return ""
    names = {call_id: name for each in messages[-60:] for call_id, name in each.calls}
    told = [
        f"{names.get(call_id, call_id)}: {text}"
        for each in tail
        for call_id, text in each.results
    ]
    told += [each.text for each in tail if each.kind is TextKind.RESULT]
    return folded(" · ".join(told), PREVIEW)


def _runs(messages: Sequence[Heard]) -> int:
    """How often the model has answered."""
    roles = [each.role for each in messages]
    starts = roles[:1].count("assistant")
    return starts + sum(b == "assistant" != a for a, b in pairwise(roles))


def _said(messages: Sequence[Heard]) -> tuple[Said, ...]:
    """What may be an earlier answer, the newest first."""
    found, run, words = list[Said](), list[Heard](), ""
    for each in messages[-MAX_SAID:]:
        if each.role == "assistant":
            run.append(each)
            continue
        found += _as_said(run, words)
        run = []
        if each.said:
            found.append(Said(each.said, each.weight))
        words = each.own or words
    found += _as_said(run, words)
    return tuple(reversed(found))


def _as_said(run: Sequence[Heard], words: str) -> list[Said]:
    if not run:
        return []
    digest = joined(part for each in run for part in each.parts)
    return [Said(digest, sum(each.weight for each in run), words)]
