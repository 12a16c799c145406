"""Tool calls as Qwen's models write them into their text, read by the declared tools.

    <tool_call> <function=NAME>
        (<parameter=P> VALUE </parameter>)*
    </function> </tool_call>

The grammar of Qwen3-Coder's chat template; white space is free between tags, a line
break on either side of a value is none of it. For `qwen_tagged_tool_call.py`. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from proxy.fixes.base import Json, Unfixable, dumped, loaded

OPEN = "<tool_call>"
LONGEST_WHY = 120
"""What a model wrote for a name may be anything."""
_FUNCTION = "<function="
_BLOCK = re.compile(
    r"<tool_call>\s*<function=([^>]*)>(.*?)</function>\s*</tool_call>\s*", re.DOTALL
)
_PARAMETER = re.compile(r"\s*<parameter=([^>]*)>(.*?)</parameter>\s*", re.DOTALL)
_TRUE, _FALSE = ("true", "1"), ("false", "0")


@dataclass(frozen=True, slots=True)
class TaggedCall:
    name: str
    arguments: str
    """JSON."""


def refused(why: str) -> Unfixable:
    return Unfixable(f"Qwen tool-call rewrite rejected: {why[:LONGEST_WHY]}")


def opening_in(text: str) -> int:
    """Where a tag begins in it, perhaps with its rest still to come; -1: nowhere."""
    at = text.find(OPEN)
    if at >= 0:
        return at
    for size in range(min(len(OPEN) - 1, len(text)), 0, -1):
        if text.endswith(OPEN[:size]):
            return len(text) - size
    return -1


def may_become_block(text: str) -> bool:
    """False where what stands behind the tag can't begin a call in this grammar."""
    behind = text[len(OPEN) :].lstrip()
    return _FUNCTION.startswith(behind) or behind.startswith(_FUNCTION)


def calls_in(text: str, tools: dict[str, Json]) -> list[TaggedCall]:
    """The calls of a text that begins with a tag; raises Unfixable."""
    calls: list[TaggedCall] = []
    at = 0
    while at < len(text):
        block = _BLOCK.match(text, at)
        if block is None:
            why = "malformed tagged block."
            if calls and not text.startswith(OPEN, at):
                why = "content appeared after tagged block."
            raise refused(why)
        calls.append(_call(block[1].strip(), block[2], tools))
        at = block.end()
    return calls


def _call(name: str, inside: str, tools: dict[str, Json]) -> TaggedCall:
    if not name:
        raise refused("missing function name.")
    if name not in tools:
        raise refused(f"undeclared tool '{name}'.")
    schema = tools[name]
    known = schema.get("properties")
    properties = known if isinstance(known, dict) else {}
    arguments: Json = {}
    for parameter, text in _parameters(inside):
        if parameter in arguments:
            raise refused(f"duplicate parameter '{parameter}'.")
        if parameter not in properties:
            raise refused(f"unknown parameter '{parameter}'.")
        arguments[parameter] = _value(parameter, text, properties[parameter])
    required = schema.get("required")
    for parameter in required if isinstance(required, list) else ():
        if parameter not in arguments:
            raise refused(f"missing required parameter '{parameter}'.")
    return TaggedCall(name, dumped(arguments).decode())


def _parameters(inside: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while inside[at:].strip():
        one = _PARAMETER.match(inside, at)
        if one is None or "<parameter=" in one[2]:
            raise refused("malformed parameter tags.")
        found.append((one[1].strip(), one[2]))
        at = one.end()
    return found


def _value(name: str, text: str, schema: Any) -> Any:
    kinds = _kinds(schema)
    bare = text.strip()
    if "null" in kinds and bare == "null":
        return None
    kind = next((kind for kind in kinds if kind != "null"), "string")
    convert = _CONVERSIONS.get(kind)
    if convert is None:
        # As the model's own parser does it: what stands further in is the value's own.
        return re.sub(r"\A\r?\n|\r?\n\Z", "", text)
    try:
        return convert(bare)
    except ValueError:
        # Without the value: a warning is kept where no word of an answer may be.
        raise refused(f"parameter '{name}' is no {kind}.") from None


def _kinds(schema: Any) -> list[str]:
    kind = schema.get("type") if isinstance(schema, dict) else None
    kinds = kind if isinstance(kind, list) else [kind]
    return [kind for kind in kinds if isinstance(kind, str)]


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,300}", text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float | int:
    value = loaded(text)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _of_type(kind: type, text: str) -> Any:
    value = loaded(text)
    if not isinstance(value, kind):
        raise ValueError(text)
    return value


def _object(text: str) -> Any:
    return _of_type(dict, text)


def _array(text: str) -> Any:
    return _of_type(list, text)


_CONVERSIONS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "object": _object,
    "array": _array,
}
