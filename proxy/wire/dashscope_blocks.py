"""Reads the messages of DashScope's native API.

They are chat messages, but a block of the multimodal models is an object whose one
member says what it is: `{"text": …}`, `{"image": …}`. It is given a type here, and then
read as any other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proxy.wire.base import Message, Part
from proxy.wire.blocks import parts_of
from proxy.wire.lenient import Record, string
from proxy.wire.openai_messages import read_message as read_chat_message


def read_message(message: Record) -> Iterator[Message]:
    content = message.get("content")
    if isinstance(content, list):
        message = {**message, "content": [_typed(block) for block in content]}
    yield from read_chat_message(message)


def block_parts(block: Any) -> list[Part]:
    return parts_of(_typed(block))


def _typed(block: Any) -> Any:
    if not isinstance(block, dict) or "type" in block:
        return block
    if url := string(block.get("image")):
        return {"type": "image_url", "image_url": {"url": url}}
    if url := string(block.get("video")):
        return {"type": "video_url", "video_url": {"url": url}}
    if url := string(block.get("audio")) or string(block.get("file")):
        return {"type": "input_file", "file_url": url}
    if isinstance(frames := block.get("video"), list):
        return [_typed({"image": frame}) for frame in frames]
    return block
