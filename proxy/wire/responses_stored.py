"""A response of OpenAI's Responses API that is fetched, cancelled, or only counted.

`GET /responses/{id}` (also as a stream that goes on behind `starting_after`) and
`POST /responses/{id}/cancel` give the object that the creating call gave, or would have
given: of a response in the background, which is made while nobody waits, the usage
stands only here; any other was counted when it was made
(developers.openai.com/api/docs/guides/background). Pure.
"""

from __future__ import annotations

import re

from pricing.usage import NO_USAGE
from proxy.wire.answered import Expects
from proxy.wire.base import RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, id_in
from proxy.wire.openai_models import NothingTake
from proxy.wire.openai_responses import OpenAIResponses
from proxy.wire.reading import Reader
from proxy.wire.responses_stream import ResponsesTake

_PATH = re.compile(r"/responses/([^/]+?)(?:/cancel)?$")


class StoredResponse(OpenAIResponses):
    """`GET …/responses/{id}` and `POST …/responses/{id}/cancel`."""

    name = "openai-responses-stored"

    def claims(self, method: str, path: str) -> bool:
        wanted = "POST" if path.endswith("/cancel") else "GET"
        return method == wanted and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        stored = id_in(_PATH, path)
        return RequestFacts(previous_response_id=stored, answer_id=stored)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(StoredTake(), status, content_type, Expects.CONTENT)


class StoredTake(ResponsesTake):
    """The same object; its usage only where nothing else told it."""

    def take_response(self, response: Record, draft: Draft) -> None:
        super().take_response(response, draft)
        if response.get("background") is not True and draft.usage.is_reported:
            draft.usage, draft.reported_cost_usd = NO_USAGE, None
            draft.notes.add("Its usage was counted when the response was made.")


class ResponsesInputTokens(OpenAIResponses):
    """`POST …/responses/input_tokens`: counts, uses nothing."""

    name = "openai-responses-input-tokens"
    operation = "count_tokens"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/responses/input_tokens")

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type)
