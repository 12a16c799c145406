"""The name of the field that an answer's thoughts stand in: two fixes, one each way.

vLLM called it `reasoning_content`, as DeepSeek, SGLang and llama.cpp do, and since 0.16
calls it `reasoning`, as OpenRouter and Ollama do (vllm-project/vllm pull requests 27752
and 33402). A client that reads the other name loses the thoughts without an error.
Pure.
"""

from __future__ import annotations

from typing import ClassVar

from proxy.fixes.base import PASS, Fix, Json, Say, StreamEvent, choices_of, part_of


class _Renamed(Fix):
    old: ClassVar[str]
    new: ClassVar[str]
    risk = "A client that reads both names may show the thoughts under another heading."

    def feed(self, event: StreamEvent) -> Say | list[StreamEvent]:
        if event.chunk is None or not self._rename(event.chunk, "delta"):
            return PASS
        return [event.saying(event.chunk)]

    def whole(self, document: Json) -> bool:
        return self._rename(document, "message")

    def _rename(self, document: Json, part: str) -> bool:
        changed = False
        for choice in choices_of(document):
            if (said := part_of(choice, part)) and self._takes(said):
                text = said[self.old]
                renamed = {
                    self.new if name == self.old else name: value
                    for name, value in said.items()
                    if name != self.new
                }
                said.clear()
                said.update(renamed)
                assert said[self.new] == text
                changed = True
        if changed:
            self.once(f"renamed {self.old} to {self.new}")
        return changed

    def _takes(self, said: Json) -> bool:
        # Where both stand there with text, the upstream serves both kinds of clients.
        return isinstance(said.get(self.old), str) and not said.get(self.new)


class ReasoningToContent(_Renamed):
    id = "reasoning-to-reasoning-content"
    old, new = "reasoning", "reasoning_content"
    about = (
        "Names the thoughts reasoning_content where the upstream names them reasoning "
        "(vLLM since 0.16, OpenRouter, Ollama)."
    )


class ReasoningContentToReasoning(_Renamed):
    id = "reasoning-content-to-reasoning"
    old, new = "reasoning_content", "reasoning"
    about = (
        "Names the thoughts reasoning where the upstream names them reasoning_content "
        "(DeepSeek, SGLang, llama.cpp, older vLLM)."
    )
