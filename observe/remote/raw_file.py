"""A request that stands in a file as it was on the wire: line, headers, body. Pure.

Read by `weir resend FILE`; written by Weir's recorder, and by logging-proxy, whose
`X-Proxy-Path` says how the client asked before the path changed.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from observe.problem import Problem

_LINE = re.compile(rb"([!-~]+) ([!-~]+) HTTP/[0-9.]+\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r?\n")
ASKED = b"x-proxy-path"


def read(file: Path) -> dict[str, Any]:
    """As `POST /api/requests/resend` takes it."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Problem(f"{file} can't be read: {error.strerror or error}.") from None
    return parsed(data, str(file)) | {"resend_of": _id_beside(file)}


def parsed(data: bytes, name: str) -> dict[str, Any]:
    """Raises Problem for what is no request."""
    line = _LINE.match(data)
    if line is None:
        raise Problem(f"{name} doesn't begin with a request line such as POST /v1/….")
    head, body = _cut(data[line.end() :])
    pairs = [_pair(each) for each in head.splitlines() if b":" in each]
    told = {key.lower(): value for key, value in pairs}
    if b"chunked" in told.get(b"transfer-encoding", b"").lower():
        body = _unchunked(body)
    target = urlsplit((told.get(ASKED) or line[2]).decode("latin-1"))
    return {
        "method": line[1].decode("latin-1"),
        "path": target.path or "/",
        "query": target.query,
        "headers": [
            {"name": key.decode("latin-1"), "value": value.decode("latin-1")}
            for key, value in pairs
            if key.lower() != ASKED
        ],
        "body_base64": b64encode(body).decode(),
    }


def _cut(rest: bytes) -> tuple[bytes, bytes]:
    """Headers and body; a request without headers has its empty line at once."""
    if rest.startswith((b"\r\n", b"\n")):
        return b"", rest.partition(b"\n")[2]
    parts = re.split(rb"\r?\n\r?\n", rest, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else b""


def _pair(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip(), value.strip()


def _unchunked(body: bytes) -> bytes:
    pieces, at = [], 0
    while (size := _CHUNK.match(body, at)) and (length := int(size[1], 16)):
        pieces.append(body[size.end() : size.end() + length])
        at = size.end() + length
        at += 2 if body.startswith(b"\r\n", at) else 1
    return b"".join(pieces)


def _id_beside(file: Path) -> str | None:
    """What the metadata beside it calls the request."""
    beside = file.with_name(f"{file.stem}_metadata.json")
    try:
        return str(UUID(json.loads(beside.read_bytes())["metadata"]["id"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
