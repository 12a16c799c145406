"""What the demo model answers: by rule, the same every time. Pure.

- `count to N` counts; `repeat: …` and `say: …` repeat what follows.
- A tool is called when the prompt names it, when `tool_choice` demands it, or when a
  tool that only looks (get_…, read…, search…) is offered and none has answered yet.
  A tool that could change something is never called unasked: a coding agent may be at
  the other end. `in N steps` makes it call N times before it answers.
- Anything else gets a few sentences that say who answers and what was asked.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from proxy.demo.asked import Json, Prompt, Tool, as_dict
from proxy.demo.behaviour import Behaviour
from proxy.demo.counting import Count, PrefixCache, tokens

MAX_STEPS = 20
MAX_COUNT = 500
_LOOKS_ONLY = re.compile(
    r"(get|read|list|search|find|look|fetch|grep|glob|weather)", re.I
)
_REASONING = (
    "The user wants an answer. I am a demo model, so I think by rule: read the last "
    "message, see whether a tool fits, then say plainly what happened."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, ready to be written down in any dialect."""

    model: str
    id: str
    """Hex digits; each dialect puts its own prefix before it."""
    created: int
    """Unix time, seconds."""
    text: str = ""
    reasoning: str = ""
    tool: str = ""
    """Name of the tool to call, "" for a text answer."""
    arguments: str = ""
    """JSON."""
    is_cut_short: bool = False
    """`max_tokens` ended it."""
    count: Count

    def parsed_arguments(self) -> Json:
        """The tool's arguments as a JSON object, for dialects that nest them."""
        return as_dict(json.loads(self.arguments or "{}"))

    def pieces(self) -> list[str]:
        """The text as a stream brings it: a word or two at a time."""
        words = re.findall(r"\s*\S+\s?", self.text)
        return ["".join(words[i : i + 2]) for i in range(0, len(words), 2)]


def answer(
    prompt: Prompt, behaviour: Behaviour, cache: PrefixCache, *, id: str, created: int
) -> Answer:
    """Decides what to say and counts it."""
    total, cached = cache.count(prompt)
    reasoning = _REASONING if behaviour.reasons else ""
    tool = choose_tool(prompt)
    arguments = json.dumps(arguments_for(tool, prompt.last_user)) if tool else ""
    text, is_short = ("", False) if tool else shorten(say(prompt), prompt.max_tokens)
    thought = tokens(reasoning)
    spoken = tokens(arguments) + tokens(tool.name) if tool else tokens(text)
    return Answer(
        model=prompt.model,
        id=id,
        created=created,
        text=text,
        reasoning=reasoning,
        tool=tool.name if tool else "",
        arguments=arguments,
        is_cut_short=is_short,
        count=Count(
            input=total, cached=cached, output=thought + spoken, reasoning=thought
        ),
    )


def choose_tool(prompt: Prompt) -> Tool | None:
    """The tool to call now, or None when it is time to answer in words."""
    if prompt.tool_choice == "none" or not prompt.tools:
        return None
    asked = prompt.last_user
    if prompt.tool_results >= steps_asked(asked):
        return None
    for tool in prompt.tools:
        if tool.name == prompt.tool_choice or tool.name.lower() in asked.lower():
            return tool
    harmless = [tool for tool in prompt.tools if _LOOKS_ONLY.search(tool.name)]
    if harmless:
        # Several steps use several tools, as an agent would.
        return harmless[prompt.tool_results % len(harmless)]
    return prompt.tools[0] if prompt.tool_choice == "required" else None


def steps_asked(text: str) -> int:
    match = re.search(r"\bin (\d{1,2}) steps?\b", text, re.I)
    return min(int(match[1]), MAX_STEPS) if match else 1


def arguments_for(tool: Tool, asked: str) -> dict[str, Any]:
    """Arguments that fit the tool's schema: its required properties, or all."""
    properties = as_dict(tool.schema.get("properties"))
    required = tool.schema.get("required")
    names = required if isinstance(required, list) and required else list(properties)
    return {
        str(name): value_for(as_dict(properties.get(name)), asked) for name in names
    }


def value_for(schema: Json, asked: str) -> Any:
    """A harmless value of the schema's type."""
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    kind = str(schema.get("type", "string")).lower()
    if kind == "object":
        nested = as_dict(schema.get("properties"))
        return {name: value_for(as_dict(part), asked) for name, part in nested.items()}
    plain: dict[str, Any] = {"integer": 1, "number": 1.0, "boolean": False, "array": []}
    return plain.get(kind, _last_word(asked))


def _last_word(text: str) -> str:
    words = re.findall(r"\w[\w./-]*\w|\w", text)
    return words[-1] if words else "demo"


def say(prompt: Prompt) -> str:
    """The text answer."""
    asked = " ".join(prompt.last_user.split())
    if match := re.search(r"\bcount to (\d{1,3})\b", asked, re.I):
        return ", ".join(str(n + 1) for n in range(min(int(match[1]), MAX_COUNT)))
    if match := re.search(r"\b(?:repeat|say): ?(.+)", prompt.last_user, re.I | re.S):
        return match[1].strip()
    return _plain_answer(prompt, asked)


def _plain_answer(prompt: Prompt, asked: str) -> str:
    quoted = asked if len(asked) <= 120 else asked[:119] + "…"
    parts = ["Hello from Weir's built-in demo model."]
    if quoted:
        parts.append(f"You asked: “{quoted}”")
    if prompt.tool_results:
        plural = "s" if prompt.tool_results > 1 else ""
        parts.append(f"I read {prompt.tool_results} tool result{plural} first.")
    if prompt.images:
        parts.append(f"Images in the prompt: {prompt.images}; I can't see them.")
    parts.append(
        "I am no language model: I answer by rule, without a network or a key, so that "
        "you can watch a request pass. Point the same client at a real provider and "
        "this page shows its answer, tokens and cost in the same way."
    )
    return " ".join(parts)


def shorten(text: str, max_tokens: int | None) -> tuple[str, bool]:
    """`text` within `max_tokens`, and whether something had to go."""
    if max_tokens is None or tokens(text) <= max_tokens:
        return text, False
    kept: list[str] = []
    room = max_tokens
    for word in re.findall(r"\s*\S+", text):
        room -= tokens(word)
        if room < 0:
            break
        kept.append(word)
    return "".join(kept), True
