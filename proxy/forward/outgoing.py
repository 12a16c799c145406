"""What is sent upstream in place of what the client sent, where a rule says so.

Made by `proxy/app.py` between routing and the call. Pure but for the bodies it holds.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from proxy import headers as header_rules
from proxy.exchange import Asked, HeaderList, Target
from proxy.forward.include_usage import UsageChunkStripper
from proxy.forward.rewriting import changes_body, edits, scan, wants_usage
from proxy.request_body import RequestBody
from proxy.wire.stream_types import is_sse

# An upstream that learned stream_options meanwhile is asked again after this long.
FORGET_S = 3600.0


@dataclass(slots=True)
class UsageRefusals:
    """Upstreams that answer 400 or 422 to `stream_options`; one per process."""

    _until: dict[tuple[str, str], float] = field(default_factory=dict)

    def knows(self, target: Target, asked: Asked) -> bool:
        return self._until.get(_key(target, asked), 0.0) > time.monotonic()

    def learn(self, target: Target, asked: Asked, status: int) -> None:
        """The same request without `stream_options` was answered with `status`."""
        if status < 400:
            self._until[_key(target, asked)] = time.monotonic() + FORGET_S


@dataclass(slots=True)
class Outgoing:
    """Headers and body for the upstream."""

    headers: HeaderList
    body: RequestBody | None
    """What to send; None when the client's body streams through."""
    changed: RequestBody | None = None
    """`body`, when it isn't what the client sent."""
    asks_usage: bool = False
    _original: RequestBody | None = None
    _plain: RequestBody | None = None
    _plain_headers: HeaderList = field(default_factory=list)

    def content(self) -> bytes | AsyncIterator[bytes] | None:
        """For `Upstream.send`: bytes, an iterator over a file, or None."""
        if self.body is None:
            return None
        if self.body.file is None:
            return self.body.data
        return _read(self.body)

    def stripper(self, response_headers: HeaderList) -> UsageChunkStripper | None:
        """Takes the usage chunk out again; None where Weir did not ask for it."""
        content_type = header_rules.value_of(response_headers, b"content-type")
        streams = is_sse(content_type.decode("latin-1"))
        encoding = header_rules.value_of(response_headers, b"content-encoding")
        plain = encoding in (b"", b"identity")
        if self.asks_usage and plain and streams:
            return UsageChunkStripper()
        return None

    def take_back_usage(self) -> None:
        """Go back to what would have been sent without asking for the usage."""
        self.body = self._plain
        self.headers = self._plain_headers
        self.changed = None if self._plain is self._original else self._plain
        self.asks_usage = False


def prepare(
    target: Target,
    client_headers: HeaderList,
    body: RequestBody | None,
    refusals: UsageRefusals,
) -> Outgoing:
    """Apply the target's rules to the client's headers and body."""
    headers = header_rules.to_upstream(
        client_headers, key=target.key, auth_style=target.auth_style
    )
    if body is None:
        return Outgoing(headers=headers, body=None)
    plain, plain_headers = _rewritten(target, body, headers, include_usage=False)
    outgoing = Outgoing(
        headers=plain_headers,
        body=plain,
        changed=None if plain is body else plain,
        _original=body,
        _plain=plain,
        _plain_headers=plain_headers,
    )
    if wants_usage(target, body.asked) and not refusals.knows(target, body.asked):
        _ask_usage(outgoing, target, body, headers)
    return outgoing


def _ask_usage(
    outgoing: Outgoing, target: Target, body: RequestBody, headers: HeaderList
) -> None:
    asking, asking_headers = _rewritten(target, body, headers, include_usage=True)
    if asking is body:
        return
    # The usage chunk can only be found again in plain bytes.
    identity = header_rules.replaced(asking_headers, b"accept-encoding", b"identity")
    outgoing.body = outgoing.changed = asking
    outgoing.headers = identity
    outgoing.asks_usage = True


def _rewritten(
    target: Target, body: RequestBody, headers: HeaderList, *, include_usage: bool
) -> tuple[RequestBody, HeaderList]:
    if not include_usage and not changes_body(target, body.asked):
        return body, headers
    source = body.decoded or body
    scanner = source.scanner or scan(source.pieces())
    members = ("provider", "stream_options")
    read = {
        name: source.span(span.start, span.end)
        for name in members
        if (span := scanner.spans.get(name))
    }
    changes = edits(
        scanner,
        read,
        model=target.model,
        openrouter_tag=target.openrouter_tag,
        include_usage=include_usage,
    )
    if not changes:
        return body, headers
    changed = source.edited(changes)
    if source is not body:
        headers = header_rules.replaced(headers, b"content-encoding", None)
    return changed, _with_length(headers, changed.size)


def _with_length(headers: HeaderList, size: int) -> HeaderList:
    length = str(size).encode()
    if header_rules.value_of(headers, b"content-length"):
        return [
            (name, length if name == b"content-length" else value)
            for name, value in headers
        ]
    return [*headers, (b"content-length", length)]


async def _read(body: RequestBody) -> AsyncIterator[bytes]:
    for piece in body.pieces():
        yield piece


def _key(target: Target, asked: Asked) -> tuple[str, str]:
    # One model's refusal says nothing of the others behind the same address.
    return target.origin, target.model or asked.model or ""
