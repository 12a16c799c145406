"""One request of uvicorn's, whose body waits in the pieces that it came in.

Made by `observe/serve/lean.py`. uvicorn's own joins them as they come and copies what
it joined: of a large body that was a third of what its call cost.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class LeanCycle(RequestResponseCycle):
    """Reads like uvicorn's."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._pieces: list[bytes] = []
        self.waiting = 0
        """Their bytes."""
        self._is_gathered = False

    def gather(self) -> None:
        """Its length is known and small: whoever receives it gets all of it at once."""
        self._is_gathered = True
        if self.more_body:
            self.message_event.clear()

    def came(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.waiting += len(piece)
        if self._is_gathered:
            return
        if self.waiting > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        self.message_event.set()

    def taken(self) -> bytes:
        """What has come of its body, which is then forgotten."""
        pieces, self.waiting = self._pieces, 0
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        return body

    async def receive(self) -> Any:
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(_GO_ON)
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body, more = self.taken(), self.more_body
        return {"type": "http.request", "body": body, "more_body": more}
