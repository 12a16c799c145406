"""The end of a stream that its upstream leaves out: a finish reason, and `[DONE]`.

Some local servers and gateways end a stream with `"finish_reason": null`
(waybarrios/vllm-mlx issue 628, mudler/LocalAI issue 1744) or without `[DONE]`; clients
then call it cut off, or wait. It is only added where the answer came to its end in good
order: a connection that breaks stays broken. Pure.
"""

from __future__ import annotations

from proxy.fixes.base import (
    PASS,
    Declared,
    Fix,
    Json,
    Say,
    StreamEvent,
    choices_of,
    index_of,
    part_of,
)

_DONE = b"data: [DONE]\n\n"


class MissingStreamEnd(Fix):
    id = "missing-stream-end"
    about = (
        "Adds the finish reason and [DONE] to a stream that ends in good order without "
        "them."
    )
    risk = (
        "An upstream that hides its own failures by ending the answer is taken for "
        "finished."
    )

    def __init__(self, declared: Declared) -> None:
        super().__init__(declared)
        self._last: StreamEvent | None = None
        """The last event with choices."""
        self._is_done = self._has_failed = False
        self._open: dict[int, str] = {}
        """Each choice, and the finish reason that it would lack; "" once it has one."""

    def feed(self, event: StreamEvent) -> Say | list[StreamEvent]:
        self._see(event)
        if event.is_done:
            self._is_done = True
            return [*self._reasons(), event]
        return PASS

    def finish(self) -> Say | list[StreamEvent]:
        if self._is_done or self._has_failed or self._last is None:
            return PASS
        missing = self._reasons()
        self.did.append("added [DONE]")
        return [*missing, StreamEvent(_DONE, None, is_done=True)]

    def _see(self, event: StreamEvent) -> None:
        chunk = event.chunk
        if chunk is None:
            return
        self._has_failed |= bool(chunk.get("error"))
        choices = choices_of(chunk)
        if choices:
            self._last = event
        for choice in choices:
            self._see_choice(choice)

    def _see_choice(self, choice: Json) -> None:
        seen, index = self._open, index_of(choice)
        if choice.get("finish_reason") or seen.get(index) == "":
            seen[index] = ""
        elif part_of(choice, "delta").get("tool_calls"):
            seen[index] = "tool_calls"
        else:
            seen.setdefault(index, "stop")

    def _reasons(self) -> list[StreamEvent]:
        if self._has_failed or self._last is None:
            return []
        missing = {i: reason for i, reason in self._open.items() if reason}
        self._open = {}
        for reason in missing.values():
            self.did.append(f"added the finish reason {reason}")
        return [
            self._last.beside({"index": i, "delta": {}, "finish_reason": reason})
            for i, reason in missing.items()
        ]
