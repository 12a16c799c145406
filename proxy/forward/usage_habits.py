"""Which upstreams tell their usage by themselves, and which must be asked for it.

Asked by `proxy/forward/outgoing.py` for each chat-completions stream whose client said
nothing of usage. Where a provider's switch says "learn", one stream is sent as the
client sent it and looked at; what it showed is kept in a file that all workers read,
and each later stream of the kind is checked against it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from proxy.exchange import Asked, AskUsage, Target

log = logging.getLogger(__name__)

FORGET_S = 3600.0
"""An upstream that learned stream_options meanwhile is asked again after this long."""
MOST = 10_000
"""Kinds that are remembered: clients may make up names of models."""


class UsagePlan(Enum):
    """What is done about the usage of one stream."""

    NOTHING = auto()
    ASK = auto()
    """Ask for it, and take its chunk out of the client's answer again."""
    TRY = auto()
    """Don't ask, and see whether it comes."""
    TOLD = auto()
    """Don't ask: it comes by itself, as far as is known."""


SENTENCES = {
    UsagePlan.ASK: "Weir asks for its usage, and takes it out of the client's answer.",
    UsagePlan.TRY: "Weir doesn't ask for its usage this once, to learn whether the "
    "upstream tells it by itself.",
    UsagePlan.TOLD: "The upstream tells its usage by itself: Weir doesn't ask for it, "
    "and takes nothing out.",
}
"""For the request's page, behind why it goes where it goes."""


@dataclass(slots=True)
class UsageHabits:
    """One per process."""

    file: Path | None = None
    _tells: dict[str, bool] = field(default_factory=dict)
    _read_at: float = -1.0
    _trying: set[str] = field(default_factory=set)
    _refused_until: dict[str, float] = field(default_factory=dict)

    def plan(self, target: Target, asked: Asked) -> UsagePlan:
        """For a stream that may be asked."""
        kind = _kind(target, asked)
        if self._refused_until.get(kind, 0.0) > time.monotonic():
            return UsagePlan.NOTHING
        if target.ask_usage is AskUsage.ALWAYS:
            return UsagePlan.ASK
        if kind not in self._tells:
            self._read()
        tells = self._tells.get(kind)
        if tells is None and kind not in self._trying:
            self._trying.add(kind)  # one at a time: its usage may be lost
            return UsagePlan.TRY
        return UsagePlan.TOLD if tells else UsagePlan.ASK

    def refused(self, target: Target, asked: Asked, status: int) -> None:
        """The same request without `stream_options` was answered with `status`."""
        if status < 400:
            kind = _kind(target, asked)
            self._refused_until.pop(kind, None)
            self._refused_until[kind] = time.monotonic() + FORGET_S
            if len(self._refused_until) > MOST:
                del self._refused_until[next(iter(self._refused_until))]

    def settle(
        self, plan: UsagePlan, target: Target, asked: Asked, tells: bool | None
    ) -> None:
        """A stream that wasn't asked is over: it brought its usage, or didn't; None
        when it showed neither."""
        if plan not in (UsagePlan.TRY, UsagePlan.TOLD):
            return
        kind = _kind(target, asked)
        self._trying.discard(kind)
        if tells is not None and self._tells.get(kind) is not tells:
            self._read()
            self._tells.pop(kind, None)
            self._tells[kind] = tells
            self._write()

    def _read(self) -> None:
        """What other workers, and earlier ones, have learned."""
        if self.file is None:
            return
        try:
            changed_at = self.file.stat().st_mtime
            if changed_at == self._read_at:
                return
            known = json.loads(self.file.read_text("utf-8"))
            self._tells |= {str(kind): bool(tells) for kind, tells in known.items()}
            self._read_at = changed_at
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AttributeError) as error:
            log.warning("what is known of upstreams' usage can't be read: %s", error)

    def _write(self) -> None:
        if self.file is None:
            return
        while len(self._tells) > MOST:
            del self._tells[next(iter(self._tells))]
        new = self.file.with_suffix(f".{os.getpid()}")
        try:
            flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
            with open(os.open(new, flags, 0o600), "w", encoding="utf-8") as out:
                json.dump(self._tells, out, indent=0)
            new.replace(self.file)
        except OSError as error:
            log.warning("what is known of upstreams' usage can't be kept: %s", error)


class UsageWatcher:
    """Looks whether a stream that nobody asked brings its usage. `feed` its bytes."""

    _USAGE = re.compile(rb'(?<!\\)"usage"\s*+:\s*+\{')
    _END = re.compile(rb'data:\s*+\[DONE\]|(?<!\\)"finish_reason"\s*+:\s*+"')
    _TAIL = 64
    """Bytes that may be the begin of what is looked for."""

    def __init__(self) -> None:
        self.tells = False
        self.has_ended = False
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        if self.tells:
            return
        seen = self._tail + chunk
        self.tells = self._USAGE.search(seen) is not None
        self.has_ended = self.has_ended or self._END.search(seen) is not None
        self._tail = seen[-self._TAIL :]

    @property
    def verdict(self) -> bool | None:
        """None for a stream that shows nothing: it broke off, or was an error."""
        return True if self.tells else (False if self.has_ended else None)


def _kind(target: Target, asked: Asked) -> str:
    # One model's habit says nothing of the others behind the same address.
    return f"{target.provider} {target.origin} {target.model or asked.model or ''}"
