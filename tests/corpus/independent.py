"""A second, naive reading of plain answers: their words and their token counts.

Written from the providers' documents and not from `proxy/wire/`; it knows the four
chat dialects in their ordinary spelling, and says None for anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reading:
    """None: this reading can't tell."""

    text: str | None = None
    input: int | None = None
    """Cache included, however the provider counts."""
    output: int | None = None


def read(content_type: str, body: bytes) -> Reading:
    """Of a success; a body that isn't one of the four dialects reads as nothing."""
    try:
        events = list(_events(content_type, body.decode("utf-8-sig")))
    except ValueError:
        return Reading()
    for looks_so, reading in DIALECTS:
        if any(looks_so(event) for event in events):
            return reading(events)
    return Reading()


def _events(content_type: str, text: str) -> Iterator[dict[str, Any]]:
    if "event-stream" in content_type:
        blocks = re.split(r"(?:\r\n|\r|\n){2,}", text)
        for block in blocks:
            lines = re.split(r"\r\n|\r|\n", block)
            data = [line[5:] for line in lines if line.startswith("data:")]
            value = "\n".join(data).strip()
            if value and value != "[DONE]":
                yield _mapping(json.loads(value))
        return
    try:
        values = json.loads(text)
    except ValueError:
        values = [json.loads(line) for line in text.splitlines() if line.strip()]
    for value in values if isinstance(values, list) else [values]:
        yield _mapping(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


# --- OpenAI, chat completions ---------------------------------------------------------
def _is_chat(event: dict[str, Any]) -> bool:
    return str(event.get("object", "")).startswith("chat.completion")


def _chat(events: list[dict[str, Any]]) -> Reading:
    text = ""
    usage: dict[str, Any] = {}
    for event in events:
        for choice in event.get("choices") or []:
            said = choice.get("delta") or choice.get("message") or {}
            if choice.get("index", 0) == 0 and isinstance(said.get("content"), str):
                text += said["content"]
        usage = event.get("usage") or usage
    tokens = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return Reading(
        text, *(None if told is None else int(float(told)) for told in tokens)
    )


# --- OpenAI, responses ----------------------------------------------------------------
def _is_response(event: dict[str, Any]) -> bool:
    return event.get("object") == "response" or event.get("type") == "response.created"


def _response(events: list[dict[str, Any]]) -> Reading:
    last = events[-1].get("response") or events[-1]
    usage = last.get("usage") or {}
    text = "".join(
        part.get("text", "")
        for item in last.get("output") or []
        if item.get("type") == "message"
        for part in item.get("content") or []
    )
    deltas = "".join(
        event["delta"]
        for event in events
        if event.get("type") == "response.output_text.delta"
    )
    tokens = usage.get("input_tokens"), usage.get("output_tokens")
    return Reading(text or deltas, *tokens)


# --- Anthropic, messages --------------------------------------------------------------
def _is_message(event: dict[str, Any]) -> bool:
    return event.get("type") in ("message", "message_start") and (
        "usage" in event or "message" in event
    )


INPUTS = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def _message(events: list[dict[str, Any]]) -> Reading:
    text = ""
    usage: dict[str, Any] = {}
    for event in events:
        whole = event.get("message") or event
        usage |= whole.get("usage") or {}
        for block in whole.get("content") or []:
            text += block.get("text", "")
        delta = event.get("delta") or {}
        text += delta.get("text", "") if delta.get("type") == "text_delta" else ""
    total: int = sum(usage.get(part) or 0 for part in INPUTS)
    return Reading(text, total, usage.get("output_tokens"))


# --- Gemini, generateContent ----------------------------------------------------------
def _is_gemini(event: dict[str, Any]) -> bool:
    return "candidates" in event and "usageMetadata" in event


def _gemini(events: list[dict[str, Any]]) -> Reading:
    text = ""
    usage: dict[str, Any] = {}
    for event in events:
        for candidate in event.get("candidates") or []:
            for part in (candidate.get("content") or {}).get("parts") or []:
                text += "" if part.get("thought") else part.get("text", "")
        usage = event.get("usageMetadata") or usage
    asked = usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0)
    said = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    return Reading(text, asked, said)


DIALECTS: tuple[
    tuple[Callable[[dict[str, Any]], bool], Callable[[list[dict[str, Any]]], Reading]],
    ...,
] = (
    (_is_chat, _chat),
    (_is_response, _response),
    (_is_message, _message),
    (_is_gemini, _gemini),
)
