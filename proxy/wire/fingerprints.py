"""What an agent is, as its requests tell: hashes of system prompt and tools, effort.

Read by `proxy/recording/facts.py` from every JSON body, whatever its dialect. Sources:
the API references of OpenAI (chat, responses), Anthropic (messages), Gemini
(generateContent, also inside of Code Assist's `request`), Bedrock (Converse). Pure.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from proxy.wire.lenient import NotJson, load, record, short

_NAMES = (
    *("system", "instructions", "systemInstruction", "system_instruction"),
    *("tools", "functions", "toolConfig", "messages", "request"),
    *("reasoning_effort", "reasoning", "output_config", "thinking"),
    *("generationConfig", "generation_config"),
)
_Asked: Any = msgspec.defstruct(
    "_Asked",
    [(name, msgspec.Raw, msgspec.field(default=msgspec.Raw())) for name in _NAMES],
)
_read = msgspec.json.Decoder(_Asked).decode
_messages = msgspec.json.Decoder(list[msgspec.Raw]).decode
_SYSTEM = re.compile(rb'"role"\s*:\s*"(?:system|developer)"')
_PASSING = re.compile(
    rb"\d{4}-\d\d-\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d{4}"
    rb"|[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|(?:/[\w.@-]+){2,}|\d+"
)
"""Dates, ids, folders and counts, which harnesses write into their prompts: they are
other in each session, and the prompt is the same."""
_LONGEST_SYSTEM = 4
"""Messages at the beginning that are looked at for a system prompt."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """ "" where there is none."""

    system: str = ""
    tools: str = ""
    effort: str = ""


NO_FINGERPRINT = Fingerprint()


def read_fingerprint(body: bytes) -> Fingerprint:
    """Of a JSON body; nothing of anything else."""
    try:
        asked = _read(body)
    except (ValueError, RecursionError):
        return NO_FINGERPRINT
    inner = bytes(asked.request)
    if inner.startswith(b"{"):
        return read_fingerprint(inner)
    tools = b"".join(map(bytes, (asked.tools, asked.functions, asked.toolConfig)))
    return Fingerprint(_hash(_system(asked)), _hash(tools), _effort(asked))


def _system(asked: Any) -> bytes:
    named = (
        *(asked.system, asked.instructions),
        *(asked.systemInstruction, asked.system_instruction),
    )
    told = b"".join(bytes(each) for each in named if bytes(each) != b"null")
    if told:
        return told
    try:
        first = _messages(asked.messages)[:_LONGEST_SYSTEM] if asked.messages else []
    except ValueError:
        return b""
    return b"".join(bytes(each) for each in first if _SYSTEM.search(bytes(each)[:4096]))


def _hash(text: bytes) -> str:
    if not text or text in (b"null", b"[]"):
        return ""
    return hashlib.sha256(_PASSING.sub(b"#", text)).hexdigest()[:12]


def _effort(asked: Any) -> str:
    """As the dialect says it: a word, or a budget of tokens."""
    if found := short(_value(asked.reasoning_effort)):
        return found
    for holder, name in (
        (asked.reasoning, "effort"),
        (asked.output_config, "effort"),
        (asked.thinking, "budget_tokens"),
        (asked.thinking, "type"),
    ):
        found = record(_value(holder)).get(name)
        if found is not None:
            return str(found)[:40]
    config = record(_value(asked.generationConfig) or _value(asked.generation_config))
    thinking = record(config.get("thinkingConfig") or config.get("thinking_config"))
    told = thinking.get("thinkingLevel", thinking.get("thinkingBudget"))
    return "" if told is None else str(told)[:40]


def _value(raw: msgspec.Raw) -> Any:
    data = bytes(raw)
    try:
        return load(data) if data else None
    except NotJson:
        return None
