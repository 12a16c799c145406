"""What is sent upstream in place of what the client sent, where a rule says so.

Made by `proxy/app.py` between routing and the call. Pure but for the bodies it holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from proxy import headers as header_rules
from proxy.exchange import HeaderList, Target
from proxy.forward.body_members import Outline, outline
from proxy.forward.fixing import Fixing, StreamFixing, WholeFixing
from proxy.forward.include_usage import UsageChunkStripper
from proxy.forward.rewriting import changes_body, edits, wants_usage
from proxy.forward.sent_heads import Leaving
from proxy.forward.usage_habits import UsageHabits, UsagePlan, UsageWatcher
from proxy.journal.as_kept import SentAs, sent_as
from proxy.journal.masking import Masker
from proxy.json_scan import scan
from proxy.request_body import RequestBody
from proxy.wire.stream_types import is_sse

_COMPRESSED = "the answer came compressed, though it was asked for plain."


@dataclass(slots=True)
class Outgoing:
    """Headers and body for the upstream."""

    headers: HeaderList
    body: RequestBody | None
    """What to send; None when the client's body streams through."""
    changed: RequestBody | None = None
    """`body`, when it isn't what the client sent."""
    plan: UsagePlan = UsagePlan.NOTHING
    """What is done about its usage."""
    _watcher: UsageWatcher | None = None
    _original: RequestBody | None = None
    _plain: RequestBody | None = None
    _plain_headers: HeaderList = field(default_factory=list)
    _known: Leaving | None = None

    @property
    def lines(self) -> bytes:
        """The head, where it is known; b"": it is to be made of the headers."""
        known = self._known
        return known.lines if known and known.headers is self.headers else b""

    def kept(self, target: Target, masker: Masker) -> SentAs:
        known = self._known
        if known and known.headers is self.headers:
            return known.kept
        return sent_as(target, self.headers, masker)

    def content(self) -> bytes | AsyncIterator[bytes] | None:
        """For `Upstream.send`: bytes, an iterator over a file, or None."""
        if self.body is None:
            return None
        if self.body.file is None:
            return self.body.data
        return _read(self.body)

    def stripper(self, response_headers: HeaderList) -> UsageChunkStripper | None:
        """Takes the usage chunk out again; None where Weir did not ask for it."""
        if self.plan is UsagePlan.ASK and _is_plain_stream(response_headers):
            return UsageChunkStripper()
        return None

    def fixing(
        self, target: Target, status: int, response_headers: HeaderList
    ) -> StreamFixing | WholeFixing | None:
        """What mends the answer; None where nothing is asked for or to be mended."""
        is_chat = target.path.endswith(b"/chat/completions")
        if not is_chat or not 200 <= status < 300 or self.body is None:
            return None
        fixing = Fixing(target.fixes, self._tools)
        content_type = header_rules.value_of(response_headers, b"content-type")
        encoding = header_rules.list_of(response_headers, b"content-encoding")
        if encoding not in (b"", b"identity"):
            fixing.give_up(_COMPRESSED)
        if is_sse(content_type.decode("latin-1")):
            return StreamFixing(fixing)
        return WholeFixing(fixing) if b"json" in content_type.lower() else None

    def _tools(self) -> bytes:
        """The member `tools` of what the client sent."""
        original = self._original
        if original is None:
            return b""
        source = original.decoded or original
        span = (source.scanner or scan(source.pieces())).spans.get("tools")
        return source.span(span.start, span.end) if span else b""

    def watcher(self, response_headers: HeaderList) -> UsageWatcher | None:
        """Sees whether usage comes that nobody asked for."""
        looks = self.plan in (UsagePlan.TRY, UsagePlan.TOLD)
        if looks and _is_plain_stream(response_headers):
            self._watcher = UsageWatcher()
        return self._watcher

    @property
    def tells_usage(self) -> bool | None:
        """Whether the answer, which is over, brought it unasked; None: unknown."""
        return self._watcher.verdict if self._watcher is not None else None

    def forget_bodies(self) -> None:
        """The answer is there, so nothing of them will be sent again."""
        for body in (self.body, self._plain, self._original):
            if body is not None and body.data:
                body.forget()

    def take_back_usage(self) -> None:
        """Go back to what would have been sent without asking for the usage."""
        self.body = self._plain
        self.headers = self._plain_headers
        self.changed = None if self._plain is self._original else self._plain
        self.plan = UsagePlan.NOTHING


def prepare(
    target: Target,
    client_headers: HeaderList,
    body: RequestBody | None,
    habits: UsageHabits,
    known: Leaving | None = None,
) -> Outgoing:
    """Apply the target's rules to the client's headers and body."""
    headers = (
        known.headers
        if known
        else header_rules.to_upstream(
            client_headers, key=target.key, auth_style=target.auth_style
        )
    )
    if body is None:
        return Outgoing(headers=headers, body=None)
    if target.fixes:
        headers = _readable(headers)
    plain, plain_headers = _rewritten(target, body, headers, include_usage=False)
    outgoing = Outgoing(
        headers=plain_headers,
        body=plain,
        changed=None if plain is body else plain,
        _original=body,
        _plain=plain,
        _plain_headers=plain_headers,
        _known=known,
    )
    if wants_usage(target, body.asked):
        outgoing.plan = habits.plan(target, body.asked)
        if outgoing.plan is UsagePlan.ASK:
            _ask_usage(outgoing, target, body, headers)
        elif outgoing.plan is UsagePlan.TRY:
            outgoing.headers = _readable(plain_headers)
    return outgoing


def _ask_usage(
    outgoing: Outgoing, target: Target, body: RequestBody, headers: HeaderList
) -> None:
    asking, asking_headers = _rewritten(target, body, headers, include_usage=True)
    if asking is body:
        outgoing.plan = UsagePlan.NOTHING
        return
    outgoing.body = outgoing.changed = asking
    outgoing.headers = _readable(asking_headers)


def _readable(headers: HeaderList) -> HeaderList:
    """Only in plain bytes can something be found, taken out or mended."""
    return header_rules.replaced(headers, b"accept-encoding", b"identity")


def _is_plain_stream(headers: HeaderList) -> bool:
    content_type = header_rules.value_of(headers, b"content-type")
    encoding = header_rules.list_of(headers, b"content-encoding")
    return encoding in (b"", b"identity") and is_sse(content_type.decode("latin-1"))


def _rewritten(
    target: Target, body: RequestBody, headers: HeaderList, *, include_usage: bool
) -> tuple[RequestBody, HeaderList]:
    if not include_usage and not changes_body(target, body.asked):
        return body, headers
    source = body.decoded or body
    found = _outline(source, target, include_usage)
    if found is None:
        return body, headers
    read = {
        name: source.span(span.start, span.end)
        for name in ("provider", "stream_options")
        if (span := found.spans.get(name))
    }
    changes = edits(
        found,
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


def _outline(
    source: RequestBody, target: Target, include_usage: bool
) -> Outline | None:
    """With the places of what is to be changed; None for what is no whole object."""
    if source.scanner is not None:
        return Outline.scanned(source.scanner)
    if source.members is None:
        return None
    changed = {
        "model": target.model is not None,
        "provider": target.openrouter_tag is not None,
        "stream_options": include_usage,
    }
    names = [name for name, is_changed in changed.items() if is_changed]
    found = outline(source.data, source.members, names)
    return found or Outline.scanned(scan([source.data]))


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
        await asyncio.sleep(0)  # other requests go on in between
