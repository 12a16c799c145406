"""A head that came before, byte for byte but for its length, is not parsed again.

Between `observe/serve/protocol.py` and `direct.py`. What is known of it is asked of
`proxy/forward/known_heads.py`, by a digest of its bytes; the parser, which is between
two requests then, sees nothing of this one. All else goes to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from observe.serve.protocol import UpgradeIgnoringProtocol
from proxy.forward.known_heads import RAW, RECALLED, KnownHead

_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: ([0-9]{1,7})\r\n")
_END = b"\r\n\r\n"


class FamiliarProtocol(UpgradeIgnoringProtocol):
    """Recalls heads that the application knows, and has it learn others."""

    __slots__ = ("_left", "_recall")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # What uvicorn calls may stand around the application.
        self._recall: Callable[[bytes], KnownHead | None] | None
        self._recall = getattr(self.app, "recall", None)
        self._left = 0
        """Bytes to come of the body behind a head that was recalled."""

    def data_received(self, data: bytes) -> None:
        if self._left:
            data = self._body(data)
            if not data:
                return
        end = data.find(_END) + len(_END)
        found = _LENGTH.search(data, 0, end) if self._is_between() else None
        if found is None or self._recall is None:
            super().data_received(data)
            return
        head = data[: found.start(1)] + data[found.end(1) : end]
        digest = blake2b(head, digest_size=16).digest()
        known = self._recall(digest)
        if known is None:
            super().data_received(data)
            self._learn(digest, len(data) - end)
        else:
            self._recalled(known, found[1])
            behind = self._body(data[end:])
            self._start_at_once(self.cycle, self.app)
            if behind:
                super().data_received(behind)

    def _is_between(self) -> bool:
        """The parser waits for a request's first byte, and nobody for an answer."""
        cycle: Any = self.cycle  # None before the first
        if self._in_head:
            return False
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def _recalled(self, known: KnownHead, length: bytes) -> None:
        self._unset_keepalive_if_required()
        self._disarm()
        self._left = int(length)
        self.expect_100_continue = False
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "client": self.client,
            "method": known.inbound.method,
            "path": known.arrived.path,
            "query_string": b"",
            RECALLED: (known, length),
        }
        self.scope = scope  # type: ignore[assignment]
        self._make_cycle(keep_alive=True)

    def _body(self, data: bytes) -> bytes:
        """What is left of `data` behind the body."""
        cycle: Any = self.cycle
        left = self._left
        self._left = max(left - len(data), 0)
        if data and not cycle.response_complete:
            cycle.came(data[:left])
        if not self._left:
            cycle.more_body = False
            cycle.message_event.set()
        return data[left:]

    def _learn(self, digest: bytes, size: int) -> None:
        """Of a head that was just parsed, with `size` bytes of its body: whether it may
        be recalled is for the application to say."""
        cycle: Any = self.cycle
        if cycle is None or self._in_head or not self._is_plain(cycle, size):
            return
        cycle.scope[RAW] = digest

    def _is_plain(self, cycle: Any, size: int) -> bool:
        """It begins and ends where it was taken to, and its answer leaves all open."""
        is_over = cycle.response_complete or not cycle.keep_alive
        asks = cycle.waiting_for_100_continue
        return not (is_over or asks) and cycle.waiting == size
