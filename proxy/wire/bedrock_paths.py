"""Amazon Bedrock's addresses: `/model/{id}/{what to do}`; the path names the model.

The id may be a model, an inference profile or an ARN, percent-encoded (AWS, "Amazon
Bedrock Runtime", URI request parameters). Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_PATH = re.compile(r"/model/(.+)/([a-z-]+)$")
_NAMED = re.compile(r"^arn:.*:(?:foundation-model|inference-profile)/")


class BedrockPath(NamedTuple):
    model: str
    verb: str


def bedrock_path(path: str) -> BedrockPath | None:
    found = _PATH.search(path)
    if found is None:
        return None
    return BedrockPath(model_name(unquote(found.group(1))), found.group(2))


def model_name(model_id: str) -> str:
    """Of an ARN that names a model, its name."""
    return _NAMED.sub("", model_id)


def is_call(method: str, path: str, verbs: tuple[str, ...]) -> bool:
    if method != "POST" or not path.endswith(verbs):
        return False
    found = bedrock_path(path)
    return found is not None and found.verb in verbs
