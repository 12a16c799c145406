"""What a coding agent says and hears: realistic bodies of a growing conversation.

Prose is drawn word by word and files are parts of Python's own library, so that
nothing repeats more than it does in life. Same seed, same bytes.
"""

from __future__ import annotations

import hashlib
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = Path(json.__file__).parent.parent
FILES = (
    "argparse.py",
    "ast.py",
    "asyncio/base_events.py",
    "asyncio/streams.py",
    "bdb.py",
    "calendar.py",
    "cmd.py",
    "codecs.py",
    "configparser.py",
    "contextlib.py",
    "copy.py",
    "csv.py",
    "dataclasses.py",
    "difflib.py",
    "dis.py",
    "doctest.py",
    "email/message.py",
    "enum.py",
    "fractions.py",
    "ftplib.py",
    "functools.py",
    "glob.py",
    "gzip.py",
    "heapq.py",
    "http/client.py",
    "http/server.py",
    "imaplib.py",
    "inspect.py",
    "ipaddress.py",
    "locale.py",
    "mailbox.py",
    "mimetypes.py",
    "os.py",
    "pathlib.py",
)


@cache
def _words() -> tuple[str, ...]:
    text = "".join((LIBRARY / name).read_text() for name in FILES[:12])
    letters = "".join(char if char.isalpha() else " " for char in text)
    words = {word.lower() for word in letters.split() if 2 < len(word) < 12}
    return tuple(sorted(words))


class AgentTalk:
    """One agent session; `request`, `answer`, `tool_result`, then again."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._vocabulary = list(_words())
        self._random.shuffle(self._vocabulary)
        system = self.prose(1800)
        self._messages: list[dict[str, Any]] = [
            {"role": "system", "content": system},
            {"role": "user", "content": self.prose(80)},
        ]
        self._tools = [self._tool(number) for number in range(18)]
        self._call = 0

    def prose(self, words: int) -> str:
        """Text whose words are as unevenly frequent as in life (Zipf)."""
        count = len(self._vocabulary)
        picks = (int(count ** self._random.random()) - 1 for _ in range(words))
        return " ".join(self._vocabulary[pick] for pick in picks)

    def request(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The next request body and its history digests."""
        asked = {
            "model": "gpt-5-mini",
            "messages": self._messages,
            "tools": self._tools,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return json.dumps(asked).encode(), self._history()

    def answer(self) -> bytes:
        """A streamed answer that calls a tool; it joins the history."""
        self._call += 1
        text = self.prose(self._random.randint(30, 120))
        arguments = json.dumps({"path": self._random.choice(FILES), "from": self._call})
        call_id = f"call_{self._random.getrandbits(96):024x}"
        function = {"name": "read_file", "arguments": arguments}
        call = {"id": call_id, "type": "function", "function": function}
        self._messages.append(
            {"role": "assistant", "content": text, "tool_calls": [call]}
        )
        words = [{"content": f" {word}"} for word in text.split()]
        return self._stream([*words, {"tool_calls": [{"index": 0, **call}]}])

    def tool_result(self) -> None:
        """Some lines of a file, as an agent's read tool gives them."""
        lines = (LIBRARY / self._random.choice(FILES)).read_text().splitlines()
        first = self._random.randrange(max(1, len(lines) - 80))
        shown = lines[first : first + self._random.randint(10, 90)]
        call_id = self._messages[-1]["tool_calls"][0]["id"]
        self._messages.append(
            {"role": "tool", "tool_call_id": call_id, "content": "\n".join(shown)}
        )

    def response_headers(self) -> tuple[tuple[str, str], ...]:
        return (
            ("content-type", "text/event-stream; charset=utf-8"),
            ("openai-processing-ms", str(self._random.randint(200, 4000))),
            ("x-request-id", f"req_{self._random.getrandbits(128):032x}"),
            ("x-ratelimit-remaining-tokens", str(self._random.randint(1, 10**7))),
            ("cf-ray", f"{self._random.getrandbits(64):016x}-FRA"),
            ("server", "cloudflare"),
        )

    def _stream(self, deltas: list[dict[str, Any]]) -> bytes:
        head = {
            "id": f"chatcmpl-{self._random.getrandbits(128):032x}",
            "object": "chat.completion.chunk",
            "created": 1772355600 + 20 * self._call,
            "model": "gpt-5-mini-2025-08-07",
            "service_tier": "default",
        }
        events = [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in deltas
        ]
        usage = {"prompt_tokens": 900 * self._call, "completion_tokens": len(deltas)}
        events.append({**head, "choices": [], "usage": usage})
        lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        return (lines + "data: [DONE]\n\n").encode()

    def _history(self) -> tuple[bytes, ...]:
        digests, last = [], b""
        for message in self._messages:
            raw = json.dumps(message, sort_keys=True).encode()
            last = hashlib.sha256(last + raw).digest()[:16]
            digests.append(last)
        return tuple(digests)

    def _tool(self, number: int) -> dict[str, Any]:
        names = self.prose(6).split()
        properties = {
            name: {"type": "string", "description": self.prose(15)} for name in names
        }
        parameters = {"type": "object", "properties": properties, "required": names[:2]}
        function = {
            "name": f"tool_{number}",
            "description": self.prose(90),
            "parameters": parameters,
        }
        return {"type": "function", "function": function}
