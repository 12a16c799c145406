"""Takes the usage chunk out of a stream again, where Weir asked for it.

`stream_options.include_usage` makes an OpenAI-style upstream send one more chunk with
`"choices": []` and the usage, and `"usage": null` in all others. The client did not
ask, so it gets neither; the capture keeps both. `proxy/forward/outgoing.py` makes one,
`proxy/forward/relay.py` feeds it. Pure.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from proxy.wire.sse import EVENT_END

_NULL_USAGE = re.compile(rb',\s*"usage"\s*:\s*null(?=[,}])')
_LARGEST_EVENT = 1024 * 1024


class _Chunk(msgspec.Struct):
    choices: Any = None
    usage: Any = None
    error: Any = None


_decoder = msgspec.json.Decoder(_Chunk)


class UsageChunkStripper:
    """`feed` the upstream's bytes, get the client's; `finish` gives what was held.

    Only an event that has not ended yet is held: SSE clients act on whole events.
    """

    def __init__(self) -> None:
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        if not self._held and b'"usage"' not in chunk and chunk.endswith(b"\n\n"):
            return chunk  # whole events with nothing to look for: nearly every chunk
        data = self._held + chunk if self._held else chunk
        passed: list[bytes] = []
        at = 0
        for end in EVENT_END.finditer(data):
            event = data[at : end.end()]
            for_client = _stripped(event)
            if not for_client and end.end() == len(data) and event.endswith(b"\r"):
                break  # the LF that may still come goes with it
            passed.append(for_client)
            at = end.end()
        # Of a CRLF cut in two, the LF: clients wait for it to take the event as whole.
        self._held = data[at:].lstrip(b"\r\n")
        passed.append(data[at : len(data) - len(self._held)])
        if len(self._held) > _LARGEST_EVENT:  # no usage chunk is that large
            passed.append(self._held)
            self._held = b""
        return b"".join(passed)

    def finish(self) -> bytes:
        rest, self._held = self._held, b""
        return _stripped(rest) if rest.strip() else rest


def _stripped(event: bytes) -> bytes:
    if b'"usage"' not in event:
        return event
    if _is_usage_chunk(event):
        return b""
    return _NULL_USAGE.sub(b"", event, count=1)


def _is_usage_chunk(event: bytes) -> bool:
    # `choices: []` alone proves nothing: Azure's first chunk has it, without usage.
    data = event.strip().removeprefix(b"data:").strip()
    try:
        chunk = _decoder.decode(data)
    except msgspec.MsgspecError:
        return False
    return chunk.choices == [] and chunk.usage is not None and chunk.error is None
