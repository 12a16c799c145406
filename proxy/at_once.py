"""Work that begins where its bytes came, and needs no task while it waits for more.

`observe/serve/lean.py` begins requests so, and a connection to an upstream
(`proxy/forward/http1/connection.py`) goes on with them when something came. A call that
waits for nothing else costs no task, and no turn of the event loop between what came
and what is done with it. For all other waiting a task takes it over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from types import coroutine
from typing import Any, Protocol

_now: AtOnce | None = None
"""What takes a step at the moment."""


class Cancellable(Protocol):
    """A task, or what needs none."""

    def cancel(self, msg: str | None = None) -> object: ...


class AtOnce:
    """`begin`; who finds it as `current` may have it wait, and goes `on` with it."""

    __slots__ = ("_is_cancelled", "_is_taken_over", "_kept_in", "_task", "_work")

    def __init__(
        self, work: Coroutine[Any, Any, None], kept_in: set[Cancellable]
    ) -> None:
        """`kept_in` has it until it is over."""
        self._work = work
        self._kept_in = kept_in
        self._task: asyncio.Task[None] | None = None
        self._is_taken_over = False
        """The task has begun."""
        self._is_cancelled = False
        """It is yet to be told."""

    def begin(self) -> None:
        self._kept_in.add(self)
        self._step(self._work.send, None)

    def on(self) -> None:
        """What it waited for has come."""
        if not self._is_cancelled:
            self._step(self._work.send, None)

    def __await__(self) -> Generator[AtOnce, None, None]:
        """Until `on`. Only of itself, while it takes a step."""
        yield self

    def cancel(self, msg: str | None = None) -> None:
        """As a task is cancelled: where it waits, or where it next will, but not before
        this returns. uvicorn cancels all in a set, which may not shrink meanwhile."""
        if self._task is not None and self._is_taken_over:
            self._task.cancel(msg)
            return
        self._is_cancelled = True
        if self._task is None and _now is not self:
            asyncio.get_running_loop().call_soon(self._tell_cancelled)

    def _tell_cancelled(self) -> None:
        if self._is_cancelled and self in self._kept_in:
            self._is_cancelled = False
            with suppress(asyncio.CancelledError):
                self._step(self._work.throw, asyncio.CancelledError())

    def _step(self, go: Callable[[Any], Any], what: object) -> None:
        global _now
        before, _now = _now, self
        try:
            awaited = go(what)
            while self._is_cancelled:
                self._is_cancelled = False
                awaited = self._work.throw(asyncio.CancelledError())
        except StopIteration:
            self._kept_in.discard(self)
        except BaseException:
            self._kept_in.discard(self)
            raise
        else:
            if awaited is not self:
                # Its time limits ask for a task, too.
                self._task = asyncio.get_running_loop().create_task(
                    self._by_task(awaited)
                )
        finally:
            _now = before

    async def _by_task(self, awaited: Any) -> None:
        self._is_taken_over = True
        try:
            await _rest(self._work, awaited, is_cancelled=self._is_cancelled)
        finally:
            self._kept_in.discard(self)


def current() -> AtOnce | None:
    """What takes a step now; None: a task does."""
    return _now


def cancellable() -> Cancellable | None:
    """What is at work now."""
    return _now or asyncio.current_task()


async def by_task() -> None:
    """From here on it is a task: what sets a time limit asks for one."""
    if _now is not None:
        await asyncio.sleep(0)


@coroutine
def _rest(
    work: Coroutine[Any, Any, None], awaited: Any, *, is_cancelled: bool
) -> Generator[Any, Any, None]:
    """`work` from where it waits for what it `awaited`."""
    try:
        if is_cancelled:
            awaited = work.throw(asyncio.CancelledError())
        while True:
            try:
                told = yield awaited
            except BaseException as error:
                awaited = work.throw(error)
            else:
                awaited = work.send(told)
    except StopIteration:
        return
