"""What a request's messages tell: the user's words, what is new, what it goes on from.

Every chat format hands over its messages' raw bytes, system prompt first, and its way
to read one (`read_talk`). Grouping works with the digests:
`history` is a chain over what user and assistant said, so a request goes on from
another when the other's last digest is in it; `said` finds an answer that is sent back
without what stood before it. System prompts are no part of either: they tell clocks and
folders, and agents hand a history on to another. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from proxy.wire.base import Message, RequestFacts
from proxy.wire.chain import chain_of, link
from proxy.wire.harness_texts import TextKind
from proxy.wire.heard import (
    PREVIEW,
    Heard,
    ReadMessage,
    answer_parts,
    hear,
    joined,
    weight_of,
)
from proxy.wire.lenient import folded, record
from proxy.wire.members import Members
from proxy.wire.session_ids import session_of
from runs.record import Answer, Said

_SHAPES = frozenset(
    {
        *("response_format", "text", "generationConfig"),
        *("output_format", "output_config"),
    }
)
"""Members that may ask for an answer as data."""
MAX_SAID = 60
"""Of the newest messages: what a window keeps."""


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
    messages = hear(raws, read)
    kept = _counting(messages)
    chain = chain_of(kept)
    session, rule = session_of(outer)
    last = _last_own(kept)
    begins = last if last >= 0 else _last_aside(kept)
    return RequestFacts(
        model=model,
        stream=stream,
        tools_offered=tools_offered,
        images=sum([each.pictures for each in messages]),
        sounds=sum([each.sounds for each in messages]),
        preview=_preview(messages),
        news=_news(messages),
        session_hint=session,
        session_rule=rule,
        previous_response_id=previous_response_id,
        history=chain.digests,
        turn=chain.up_to(begins),
        answers=_runs(kept),
        is_resumed=_is_resumed(kept, last),
        has_words=last >= 0 or any(each.own or each.is_picture for each in messages),
        is_structured=_is_structured(outer),
        purpose=_purpose(messages),
        said=_said(kept),
        own_said=kept[last].said if last >= 0 else b"",
        words_before=_last_words(kept[:last]) if last > 0 else "",
        notes=tuple(outer.notes.items),
    )


def answer_to(history: tuple[bytes, ...], message: Message | None) -> Answer:
    """What a later request that sends this answer back is known by."""
    parts = answer_parts(message) if message else ()
    if message is None or not parts:
        return Answer()
    last = history[-1] if history else b""
    for part in parts:
        last = link(last, part)
    return Answer(history=last, said=joined(parts), weight=weight_of(message))


# --- what counts ---------------------------------------------------------------------


def _counting(messages: Sequence[Heard]) -> list[Heard]:
    """The messages that count, or all when none does."""
    kept, has_asked, is_answered = list[Heard](), False, False
    for each in messages:
        role = each.role
        if role == "system":
            continue
        is_canned = is_answered and role == "assistant" and not each.calls
        if each.parts and not is_canned:
            kept.append(each)
            has_asked = has_asked or role == "user"
        is_answered = each.kind is TextKind.ANSWERED
    return kept if has_asked else _unasked(messages)


def _unasked(messages: Sequence[Heard]) -> list[Heard]:
    talk = [each for each in messages if each.role != "system"]
    return [each for each in talk if each.parts or each.unasked]


# --- the user's words -----------------------------------------------------------------


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
    if own := _last_words(messages):
        return own
    for each in reversed(messages):
        if each.text and each.role == "user":
            return each.text
    return ""


def _last_words(messages: Sequence[Heard]) -> str:
    """The user's own."""
    for each in reversed(messages):
        if each.own:
            return each.own
    return ""


def _is_resumed(messages: Sequence[Heard], last: int) -> bool:
    """The work goes on after a compaction without a new word of the user's."""
    return TextKind.RESUMED in [each.kind for each in messages[last + 1 :]]


def _purpose(messages: Sequence[Heard]) -> str:
    """The newest question of a harness, else what the system prompt makes of it."""
    for each in reversed(_after_answer(messages)):
        if each.purpose and each.role == "user":
            return each.purpose
    for each in messages:
        if each.purpose and each.role == "system":
            return each.purpose
    return ""


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
    if not any(each.results or each.kind is TextKind.RESULT for each in tail):
        return ""
    results = [result for each in tail for result in each.results]
    names = _names({call_id for call_id, _ in results}, messages[-60:])
    told = [f"{names.get(call_id, call_id)}: {text}" for call_id, text in results]
    told += [each.text for each in tail if each.kind is TextKind.RESULT]
    return folded(" · ".join(told), PREVIEW)


def _names(call_ids: set[str], messages: Sequence[Heard]) -> dict[str, str]:
    """Of the tools that were called by these ids; mostly the last answer did."""
    found: dict[str, str] = {}
    for each in reversed(messages):
        for call_id, name in reversed(each.calls):
            if call_id in call_ids:
                found.setdefault(call_id, name)
        if len(found) == len(call_ids):
            break
    return found


# --- answers that are sent back -------------------------------------------------------


def _runs(messages: Sequence[Heard]) -> int:
    """How often the model has answered."""
    found, before = 0, ""
    for each in messages:
        found += each.role == "assistant" != before
        before = each.role
    return found


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
    if len(run) == 1:
        return [Said(run[0].said, run[0].weight, words)]
    digest = joined([part for each in run for part in each.parts])
    return [Said(digest, sum([each.weight for each in run]), words)]


def _is_structured(outer: Members) -> bool:
    """The answer is to be data: a router's, a classifier's, a title generator's."""
    if not outer.has_any(_SHAPES):
        return False
    told = record(outer.get("response_format")) or record(
        outer.record("text").get("format")
    )
    if told and told.get("type") not in (None, "text"):
        return True
    config = outer.record("generationConfig")
    return bool(
        config.get("responseSchema")
        or config.get("responseMimeType") not in (None, "text/plain")
        or outer.raw("output_format") not in (b"", b"null")
        or record(outer.record("output_config").get("format"))
    )
