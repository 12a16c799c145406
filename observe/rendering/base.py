"""What a renderer is: it shows one captured body in one way.

`observe/rendering/__init__.py` lists them and picks one; the request page asks it. A
renderer may fail on any input: the page then falls back to the raw view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from django.utils.safestring import SafeString

from proxy.wire.base import Message, ResponseFacts, WireFormat
from proxy.wire.stream_types import media_type
from runs.record import Side

MAX_SHOWN = 256 * 1024
"""Of one body, in bytes or characters; the API gives the rest."""


class CannotShow(ValueError):
    """This view has nothing to make of the body; says why, to who looks at it."""


class TooLarge(CannotShow):
    """The body is more than this view can lay out."""


@dataclass(frozen=True)
class Subject:
    """A captured body with what is known about it."""

    data: bytes
    """Decoded: content encoding undone, as far as that was possible."""
    content_type: str = ""
    side: Side = Side.RESPONSE
    """The client's: `REQUEST`, or `RESPONSE`."""
    wire: WireFormat | None = None
    status: int = 200
    chunk_times: bytes = b""
    """Packed as in `ExchangeRecord.chunk_times`."""
    is_encoded: bool = False
    """True when the chunk times count encoded bytes, which `data` isn't."""
    note: str = ""
    """Why `data` isn't all of the body."""

    @property
    def media_type(self) -> str:
        return media_type(self.content_type)

    @cached_property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @cached_property
    def facts(self) -> ResponseFacts | None:
        """What the wire format reads out of a response."""
        if self.wire is None or self.side is not Side.RESPONSE:
            return None
        reader = self.wire.reader(self.status, self.content_type)
        reader.feed(self.data)
        return reader.finish()

    @cached_property
    def messages(self) -> Sequence[Message]:
        """The conversation in a request, or the assembled answer."""
        if self.side is Side.REQUEST:
            return self.wire.read_messages(self.data) if self.wire else ()
        facts = self.facts
        if facts is None or facts.message is None:
            return ()
        return (facts.message, *facts.other_choices)


class Renderer(Protocol):
    """One way to show a body. Instances are stateless."""

    name: str
    """In the address: `?as=json`."""
    label: str

    def claims(self, subject: Subject) -> bool:
        """True when this view makes sense of the body; asked for its tab."""
        ...

    def render(self, subject: Subject) -> SafeString: ...
