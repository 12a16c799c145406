"""Messages of a request as raw bytes, before anyone reads them. Pure.

What stands beside a chat format's list (a system prompt, a plain text) is put into the
shape of a message: `heard.py` hears, and the pages show, all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property
from typing import overload

from pricing.values import dataclass
from proxy.wire.base import Message, Role
from proxy.wire.heard import ReadMessage
from proxy.wire.lenient import load_record

_NOTHING = (b"", b"null", b'""', b"[]")
_SYSTEM = (b'"system"', b'"developer"')


def as_message(role: Role, content: bytes) -> bytes:
    """`content`: a piece of JSON."""
    return b'{"role":"' + role.encode() + b'","content":' + content + b"}"


def with_system(system: bytes, messages: Sequence[bytes]) -> list[bytes]:
    """The messages behind a system prompt, where there is one."""
    if system in _NOTHING:
        return list(messages)
    return [as_message("system", system), *messages]


class Messages(Sequence[Message]):
    """A request's list, read when somebody looks: most of a long one is known."""

    def __init__(self, raws: Iterable[bytes], read: ReadMessage) -> None:
        self._raws, self._read = tuple(raws), read

    def but(self, had: Callable[[bytes], bool]) -> Iterator[Message]:
        """Those of the elements that were not `had`."""
        for raw in self._raws:
            if not had(raw):
                yield from self._read(load_record(raw) or {})

    def behind(self, role: Role) -> list[Message]:
        """What stands behind the last message of that role, read from the end: a
        history of megabytes stands before it."""
        found: list[Message] = []
        for raw in reversed(self._raws):
            read = list(self._read(load_record(raw) or {}))
            own = [at for at, each in enumerate(read) if each.role == role]
            found[:0] = read[own[-1] + 1 :] if own else read
            if own:
                break
        return found

    def systems(self) -> list[Message]:
        """The system prompts; nothing else is read that doesn't name one."""
        likely = [raw for raw in self._raws if any(word in raw for word in _SYSTEM)]
        read = Messages(likely, self._read)
        return [each for each in read.but(lambda _: False) if each.role == "system"]

    def newest(self, room: int) -> Newest:
        """What is kept of it in memory: the last elements, `room` bytes of them."""
        kept: list[bytes] = []
        for raw in reversed(self._raws):
            room -= len(raw)
            if room < 0:
                break
            kept.append(raw)
        return Newest(tuple(map(hash, self._raws)), tuple(reversed(kept)), self._read)

    @cached_property
    def _all(self) -> list[Message]:
        return list(self.but(lambda _: False))

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> list[Message]: ...
    def __getitem__(self, at: int | slice) -> Message | list[Message]:
        return self._all[at]

    def __len__(self) -> int:
        return len(self._all)


@dataclass(frozen=True, slots=True)
class Newest:
    """A long list that goes on from what its conversation has had: all that is new in
    it stands at its end."""

    marks: tuple[int, ...]
    """Hashes of all elements."""
    raws: tuple[bytes, ...]
    """The last ones."""
    read: ReadMessage

    @property
    def before(self) -> tuple[int, ...]:
        """Of the elements that were not kept."""
        return self.marks[: len(self.marks) - len(self.raws)]

    def since(self, seen: Container[int]) -> Newest:
        """Without the first of those that were kept, as far as they were `seen`."""
        marks = self.marks[len(self.before) :]
        news = (at for at, mark in enumerate(marks) if mark not in seen)
        return Newest(self.marks, self.raws[next(news, len(marks)) :], self.read)

    def but(self, had: Callable[[bytes], bool]) -> Iterator[Message]:
        """Those that were kept and not `had`, as `Messages.but` gives them."""
        return Messages(self.raws, self.read).but(had)


def read_all(raws: Iterable[bytes], read: ReadMessage) -> Messages:
    """As a format reads them; what is no object says nothing."""
    return Messages(raws, read)
