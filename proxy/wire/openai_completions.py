"""OpenAI's legacy text completions; llama.cpp's own `/completion` and `/infill` beside
it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, clean, dump, rows
from proxy.wire.members import Members
from proxy.wire.openai_chat import DONE, take_usage
from proxy.wire.openai_messages import read_message
from proxy.wire.plain import text_chunk
from proxy.wire.raw_messages import as_message
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk

_PATHS = ("/completions", "/completion", "/infill")


class OpenAICompletions:
    """`POST …/completions`; a prompt may be text, a list of texts, or tokens."""

    name = "openai-completions"
    operation = "completion"
    terminal_marks = (DONE, rb'"stop":\s*true')  # llama.cpp's own has no [DONE]

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(_PATHS)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_prompt(outer, _prompt(outer))

    def read_messages(self, body: bytes) -> Sequence[Message]:
        text = clean(_prompt(Members(body)))
        if not text:
            return []
        return [Message(role="user", parts=(Part(kind="text", text=text),))]

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(CompletionTake(), status, content_type, Expects.CONTENT)


class CompletionTake:
    """Streamed and whole answers have the same `choices[].text`."""

    arrays_stream = False

    def __init__(self) -> None:
        self._has_ended = False
        self._begun: set[int] = set()
        self._ended: set[int] = set()

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), body.get("id"), body.get("service_tier"))
        for place, choice in enumerate(rows(body.get("choices"))):
            self._choice(choice, place, draft)
        draft.add((0, 0), "text", body.get("content"))  # llama.cpp /completion
        if body.get("stop") is True:
            draft.finished(body.get("stop_type"))
            self._has_ended = True
        take_usage([body.get("usage")], body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        chunk = text_chunk(data)
        draft.name(chunk.model, chunk.id, chunk.service_tier)
        draft.is_answered = True
        draft.add((0, 0), "text", chunk.choices[0].text)
        self._begun.add(0)
        return True

    def end(self, draft: Draft) -> None:
        if self._has_ended or (self._begun and self._begun == self._ended):
            draft.terminal_seen = True

    def _choice(self, choice: Record, place: int, draft: Draft) -> None:
        index = choice.get("index")
        index = index if type(index) is int else place
        own, reason = draft.choice(index), choice.get("finish_reason")
        draft.is_answered = True
        own.add((0, 0), "text", choice.get("text"))
        own.finished(reason)
        self._begun.add(index)
        if reason:
            self._ended.add(index)


def read_prompt(outer: Members, prompt: str) -> RequestFacts:
    """The facts of a request whose prompt is one text; `outer` has the rest."""
    return read_talk(
        outer,
        [as_message("user", dump(prompt).encode())],
        read_message,
        model=outer.short("model"),
        stream=outer.get("stream") is True,
        tools_offered=0,
    )


def _prompt(outer: Members) -> str:
    prompt = outer.get("prompt") or outer.get("input_prefix")
    if isinstance(prompt, str):
        return prompt
    if not isinstance(prompt, list):
        return ""
    texts = [item for item in prompt if isinstance(item, str)]
    return "\n".join(texts) if texts else f"({len(prompt)} tokens)" if prompt else ""
