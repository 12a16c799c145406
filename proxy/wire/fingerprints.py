"""What an agent is, as its requests tell: hashes of system prompt and tools, effort.

Read by `proxy/recording/facts.py` from every JSON body, whatever its dialect. Sources:
the API references of OpenAI (chat, responses), Anthropic (messages), Gemini
(generateContent, also inside of Code Assist's `request`), Bedrock (Converse). Pure.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from proxy.wire.lenient import record, short
from proxy.wire.members import Members

_SYSTEM = re.compile(rb'"role"\s*:\s*"(?:system|developer)"')
_DATE, _ID = rb"\d{3}-\d\d-\d\d", rb"[0-9a-f]{7,}(?:-[0-9a-f]{4,})*"
_DAY, _FOLDERS = rb"[a-z]{2} [A-Z][a-z]{2} \d+ \d{4}", rb"[\w.@-]+(?:/[\w.@-]+)+"
# A first character out of a set is looked for as quickly as Python can.
_PASSING = re.compile(
    rb"[0-9a-fA-Z/](?:(?<=\d)%b|(?<=[0-9a-f])%b|(?<=\d)\d*|(?<=[A-Z])%b|(?<=/)%b)"
    % (_DATE, _ID, _DAY, _FOLDERS)
)
"""Dates, ids, folders and counts, which harnesses write into their prompts: they are
other in each session, and the prompt is the same."""
_WITHOUT_IDS = re.compile(
    rb"[0-9A-Z/](?:(?<=\d)%b|(?<=\d)\d*|(?<=[A-Z])%b|(?<=/)%b)"
    % (_DATE, _DAY, _FOLDERS)
)
_AS_IDS = bytes(ord("x") if each in b"0123456789abcdef" else 0 for each in range(256))
"""What an id may be made of, and all else."""
_LONGEST_SYSTEM = 4
"""Messages at the beginning that are looked at for a system prompt."""
_SYSTEMS = ("system", "instructions", "systemInstruction", "system_instruction")
_TOOLS = ("tools", "functions", "toolConfig")
_SYSTEM_NAMES, _TOOL_NAMES = frozenset(_SYSTEMS), frozenset(_TOOLS)
_EFFORTS = frozenset(
    {
        *("reasoning_effort", "reasoning", "output_config", "thinking"),
        *("generationConfig", "generation_config"),
    }
)
_REMEMBERED = 2048
_hashes: dict[tuple[int, int], str] = {}
"""Of texts: one program sends the same prompt and tools with every call."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """ "" where there is none."""

    system: str = ""
    tools: str = ""
    effort: str = ""


def read_fingerprint(asked: Members) -> Fingerprint:
    """Of a JSON body; nothing of anything else."""
    if asked.raw("request").startswith(b"{"):  # Code Assist puts Gemini's there
        asked = Members(asked.raw("request"))
    tools = b"".join(map(asked.raw, _TOOLS)) if asked.has_any(_TOOL_NAMES) else b""
    return Fingerprint(_hash(_system(asked)), _hash(tools), _effort(asked))


def _system(asked: Members) -> bytes:
    if asked.has_any(_SYSTEM_NAMES):
        named = map(asked.raw, _SYSTEMS)
        if told := b"".join([each for each in named if each != b"null"]):
            return told
    first = asked.beginning("messages", _LONGEST_SYSTEM)
    return b"".join([each for each in first if _is_system(each[:4096])])


def _is_system(begun: bytes) -> bool:
    """Of a message's beginning: a pattern takes longer than a look for its words."""
    if b'"system"' not in begun and b'"developer"' not in begun:
        return False
    return _SYSTEM.search(begun) is not None


def _hash(text: bytes) -> str:
    if not text or text in (b"null", b"[]"):
        return ""
    mark = len(text), hash(text)  # as in `heard.py`: keyed by process, and quick
    found = _hashes.pop(mark, None) or _worked_out(text)
    _hashes[mark] = found
    if len(_hashes) > _REMEMBERED:
        del _hashes[next(iter(_hashes))]
    return found


def _worked_out(text: bytes) -> str:
    may_have_ids = b"xxxxxxxx" in text.translate(_AS_IDS)
    pattern = _PASSING if may_have_ids else _WITHOUT_IDS
    return hashlib.sha256(pattern.sub(b"#", text)).hexdigest()[:12]


def _effort(asked: Members) -> str:
    """As the dialect says it: a word, or a budget of tokens."""
    if not asked.has_any(_EFFORTS):
        return ""
    if found := short(asked.get("reasoning_effort")):
        return found
    for holder, name in (
        ("reasoning", "effort"),
        ("output_config", "effort"),
        ("thinking", "budget_tokens"),
        ("thinking", "type"),
    ):
        found = asked.record(holder).get(name)
        if found is not None:
            return str(found)[:40]
    config = asked.record("generationConfig") or asked.record("generation_config")
    thinking = record(config.get("thinkingConfig") or config.get("thinking_config"))
    told = thinking.get("thinkingLevel", thinking.get("thinkingBudget"))
    return "" if told is None else str(told)[:40]
