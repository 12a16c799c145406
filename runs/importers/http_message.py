"""A raw HTTP/1.1 message taken apart. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runs.record import HeaderPairs

HEAD_MOST = 1024 * 1024
_BREAK = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_CUT_SIZE = re.compile(rb"(?:[0-9a-fA-F]{1,8}[ \t]*(?:;[^\r\n]*)?\r?)?")
"""What may be left of a size where a log breaks off."""


@dataclass(frozen=True, slots=True)
class Message:
    start: list[str]
    """The words of its first line; empty where it isn't one."""
    headers: HeaderPairs
    body: bytes

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each == name), "")


def parsed(data: bytes) -> Message:
    end = _BREAK.search(data, 0, HEAD_MOST)
    head = data[: end.start()] if end else data[:HEAD_MOST]
    # Not `splitlines`, which ends a line at characters that a value may hold.
    first, *lines = head.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip().lower(), told.strip()) for name, _, told in pairs)
    message = Message(first.split(" ", 2), headers, data[end.end() :] if end else b"")
    if "chunked" in message.header("transfer-encoding").lower():
        return Message(message.start, headers, _whole(message.body))
    return message


def _whole(body: bytes) -> bytes:
    """Without chunks, where they were kept: many logs hold the body behind them. Of
    one that breaks off, all that is there."""
    pieces: list[bytes] = []
    at = 0
    while size := _SIZE.match(body, at):
        length = int(size.group(1), 16)
        begin, end = size.end(), size.end() + length
        if length == 0:
            return b"".join(pieces)
        if not b"\r\n".startswith(body[end : end + 2]):
            return body
        pieces.append(body[begin:end])
        at = end + 2
    return b"".join(pieces) if pieces and _CUT_SIZE.fullmatch(body, at) else body
