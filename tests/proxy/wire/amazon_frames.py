"""Frames of AWS's event stream, as Bedrock sends them."""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from typing import Any
from zlib import crc32


def header(name: str, value: bytes, kind: int = 7) -> bytes:
    """One header; its value stands behind its length where its type has none."""
    length = struct.pack(">H", len(value)) if kind in (6, 7) else b""
    return bytes([len(name)]) + name.encode() + bytes([kind]) + length + value


def frame(headers: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return message + struct.pack(">I", crc32(message))


def event(kind: str, body: Any) -> bytes:
    named = header(":event-type", kind.encode())
    named += header(":content-type", b"application/json")
    named += header(":message-type", b"event")
    return frame(named, json.dumps(body).encode())


def exception(kind: str, body: Any) -> bytes:
    named = header(":exception-type", kind.encode())
    named += header(":message-type", b"exception")
    return frame(named, json.dumps(body).encode())


def chunk(body: Any) -> bytes:
    """An object of a model's own stream, as InvokeModel wraps it."""
    wrapped = b64encode(json.dumps(body).encode()).decode()
    return event("chunk", {"bytes": wrapped, "p": "abcd"})
