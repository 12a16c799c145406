"""The endpoint of a path: what is left when ids and model names are taken out.

`/v1beta/models/gemini-3:countTokens` is `/v1beta/models/{model}:countTokens` in lists,
so that there are few endpoints however many models.
"""

from __future__ import annotations

import re

from runs.cleaning import remembered

MAX_SEGMENTS = 10
MAX_LENGTH = 255

ID = re.compile(
    r"\d{3,}"  # 12345
    r"|[0-9a-fA-F]{12,}"  # 0a1b2c3d4e5f
    r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|[A-Za-z]{2,12}[_-][0-9A-Za-z_-]*\d[0-9A-Za-z_-]{7,}"  # resp_68af4030592c
    r"|.{49,}"
)
MODEL_PARENTS = ("models", "tunedModels", "deployments", "publishers")


@remembered(4096)
def endpoint(path: str) -> str:
    """The endpoint that `path` (as called, without query) belongs to."""
    segments = path.split("/")
    named = [
        _name(segment, segments[index - 1] if index else "")
        for index, segment in enumerate(segments[: MAX_SEGMENTS + 1])
    ]
    if len(segments) > MAX_SEGMENTS + 1:
        named.append("…")
    return "/".join(named)[:MAX_LENGTH]


def _name(segment: str, parent: str) -> str:
    if parent in MODEL_PARENTS and segment:
        _, colon, verb = segment.partition(":")
        return f"{{model}}{colon}{verb}"
    return "{id}" if ID.fullmatch(segment) else segment
