"""Gemini's addresses: the path names the model and what to do with it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_PATH = re.compile(r"/(?:models|tunedModels|endpoints)/([^/:]+):(\w+)$")
_CODE_ASSIST = re.compile(r"/v\d\w*:(\w+)$")


class GeminiPath(NamedTuple):
    model: str | None
    verb: str


def gemini_path(path: str) -> GeminiPath | None:
    """Model and verb of `…/models/M:verb`, or of code assist's `/v1internal:verb`."""
    plain = unquote(path)
    if found := _PATH.search(plain):
        return GeminiPath(found.group(1), found.group(2))
    if found := _CODE_ASSIST.search(plain):
        return GeminiPath(None, found.group(1))
    return None


def has_verb(method: str, path: str, verbs: tuple[str, ...]) -> bool:
    if method != "POST" or ":" not in unquote(path):
        return False
    found = gemini_path(path)
    return found is not None and found.verb in verbs
