"""A tool call's arguments as JSON text, where the upstream gives an object.

OpenAI's API has `arguments` as a string. Servers that gave an object: llama.cpp of
early 2026 (ggml-org/llama.cpp issue 20198), gateways in front of Ollama's own API.
Clients then fail on the first tool call. Pure.
"""

from __future__ import annotations

from proxy.fixes.base import (
    PASS,
    Fix,
    Json,
    Say,
    StreamEvent,
    choices_of,
    dumped,
    part_of,
)


class ArgumentsAsText(Fix):
    id = "tool-arguments-as-text"
    about = (
        "Writes the arguments of tool calls as JSON text where the upstream sends them "
        "as an object."
    )
    risk = "None known: text is what the API says; a client that takes both is served."

    def feed(self, event: StreamEvent) -> Say | list[StreamEvent]:
        if event.chunk is None or not self._mend(event.chunk, "delta"):
            return PASS
        return [event.saying(event.chunk)]

    def whole(self, document: Json) -> bool:
        return self._mend(document, "message")

    def _mend(self, document: Json, part: str) -> bool:
        changed = False
        for choice in choices_of(document):
            calls = part_of(choice, part).get("tool_calls")
            for call in calls if isinstance(calls, list) else ():
                changed |= self._mend_call(call)
        return changed

    def _mend_call(self, call: object) -> bool:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            return False
        arguments = function.get("arguments")
        if not isinstance(arguments, dict | list):
            return False
        function["arguments"] = dumped(arguments).decode()
        self.did.append(f"wrote the arguments of {function.get('name') or 'a tool'}")
        return True
