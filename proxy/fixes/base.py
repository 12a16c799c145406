"""What a fix is: it reads one answer's events, and says what the client gets instead.

The files beside this one are such fixes; `proxy/forward/fixing.py` drives them. A fix
never has to care for bytes: what it lets pass goes out as it came, and when it raises,
whatever it held goes out unchanged, too. Pure.
"""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, Final

Json = dict[str, Any]

_SAME_IN_EVERY_CHUNK = ("id", "object", "created", "model", "system_fingerprint")


class Unfixable(Exception):
    """The answer can't be mended; str() is the warning, a sentence for people."""


class Say(Enum):
    """What becomes of an event, beside being replaced by others."""

    PASS = "pass"
    """It, and all that was held, goes out as it came."""
    HOLD = "hold"
    """It waits for the next."""


PASS: Final = Say.PASS
HOLD: Final = Say.HOLD


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event."""

    raw: bytes
    """Every byte of it, with its blank line."""
    chunk: Json | None
    """Its data, where that is a JSON object."""
    is_done: bool = False
    """`[DONE]`."""
    has_data: bool = True
    """False for a comment, as servers send to keep a connection."""

    def saying(self, chunk: Json) -> StreamEvent:
        """The same event with other data; its line ends and other fields stay."""
        end = b"\r\n" if b"\r\n" in self.raw else b"\n"
        lines = [line for line in self.raw.removeprefix(BOM_UTF8).splitlines() if line]
        kept = [line for line in lines if not line.startswith(b"data")]
        text = end.join([*kept, b"data: " + dumped(chunk)])
        return StreamEvent(text + end + end, chunk)

    def beside(self, choice: Json) -> StreamEvent:
        """A new event of the same answer, with that one choice."""
        chunk = self.chunk or {}
        same = {name: chunk[name] for name in _SAME_IN_EVERY_CHUNK if name in chunk}
        plain = StreamEvent(b"data: {}\r\n\r\n" if b"\r\n" in self.raw else b"", None)
        return plain.saying({**same, "choices": [choice]})


class Declared:
    """The tools that the request declares, read when a fix first asks for them."""

    def __init__(self, read_tools: Callable[[], bytes]) -> None:
        self._read_tools = read_tools

    @cached_property
    def tools(self) -> dict[str, Json]:
        """Name → JSON schema of its parameters."""
        listed = loaded(self._read_tools())
        found: dict[str, Json] = {}
        for tool in listed if isinstance(listed, list) else ():
            if not isinstance(tool, dict) or tool.get("type", "function") != "function":
                continue
            inner = tool.get("function")
            function = inner if isinstance(inner, dict) else tool
            name, schema = function.get("name"), function.get("parameters")
            if isinstance(name, str) and name:
                found[name] = schema if isinstance(schema, dict) else {}
        return found


class Fix:
    """One fix at work on one chat-completions answer, a stream or whole."""

    id: ClassVar[str]
    about: ClassVar[str]
    """What it does, for people."""
    risk: ClassVar[str]
    """What can go wrong with it."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.did: list[str] = []
        """What it changed, a few words each."""
        self.warnings: list[str] = []

    def feed(self, event: StreamEvent) -> Say | list[StreamEvent]:
        """PASS, HOLD, or what goes out in place of this event and all that was held.
        Raises Unfixable: everything passes from here on."""
        return PASS

    def finish(self) -> Say | list[StreamEvent]:
        """The stream came to its end; likewise."""
        return PASS

    def whole(self, document: Json) -> bool:
        """Mend an answer that is no stream, in place; False where nothing is changed.
        Raises Unfixable: it passes as it came."""
        return False

    def once(self, did: str) -> None:
        """Tell of a change that is made over and over in one answer."""
        if did not in self.did:
            self.did.append(did)


def choices_of(chunk: Json | None) -> list[Json]:
    choices = chunk.get("choices") if chunk else None
    listed = choices if isinstance(choices, list) else ()
    return [choice for choice in listed if isinstance(choice, dict)]


def part_of(choice: Json, name: str) -> Json:
    """Its `delta` or `message`; an empty one where it has none."""
    part = choice.get(name)
    return part if isinstance(part, dict) else {}


def index_of(choice: Json) -> int:
    index = choice.get("index", 0)
    return index if isinstance(index, int) else 0


def loaded(data: bytes | str) -> Any:
    """The JSON; None where it is none, or can't be written again as it was."""
    try:
        return json.loads(data, parse_float=_finite, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def dumped(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a pair: it can only be written escaped
        return json.dumps(value, separators=(",", ":")).encode()


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _refused(name: str) -> Any:
    raise ValueError(name)
