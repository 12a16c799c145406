"""A captured request as a curl command that can be pasted into a shell. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from proxy.headers import HOP_BY_HOP
from proxy.journal.masking import FINGERPRINT

LEFT_OUT = frozenset(
    {
        *(name.decode() for name in HOP_BY_HOP),
        *("host", "content-length", "accept-encoding", "expect", "cookie"),
    }
)
MAX_INLINE = 16 * 1024


def command(
    *,
    method: str,
    url: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    body_url: str,
) -> str:
    """The key is a placeholder; a large or binary body is fetched from `body_url`."""
    text = _inline_text(body)
    parts = [f"curl {_quoted(url)}"]
    if method not in ("GET", "POST") or (method == "POST") != bool(body):
        parts.append(f"-X {shlex.quote(method)}")
    parts += [f"-H {_quoted(f'{k}: {v}')}" for k, v in headers if k not in LEFT_OUT]
    if text is not None and text:
        parts.append(f"--data-raw {shlex.quote(text)}")
    elif body:
        parts.append("--data-binary @request-body")
    whole = " \\\n  ".join(parts)
    if body and text is None:
        return f"curl -s {shlex.quote(body_url)} -o request-body\n{whole}"
    return whole


def _inline_text(body: bytes) -> str | None:
    """The body as an argument; None when only a file can carry it."""
    if len(body) > MAX_INLINE or b"\0" in body:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _quoted(text: str) -> str:
    """Shell-quoted, with masked credentials replaced by a variable."""
    pieces = FINGERPRINT.split(text)
    return '"$API_KEY"'.join(shlex.quote(piece) if piece else "" for piece in pieces)
