from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from proxy.errors import UpstreamError
from proxy.forward.failures import of_answer, of_error
from proxy.forward.upstream import failure
from proxy.forward.upstream_call import Sink, UpstreamAnswer
from tests.proxy.make_target import target


class NoBody:
    async def pump(self, sink: Sink) -> None: ...

    async def aclose(self) -> None: ...

    def whole(self) -> bytes | None:
        return None

    def since_us(self) -> int:
        return 0


def answered(status: int, wait: str = "") -> str:
    headers = [(b"retry-after", wait.encode())] if wait else []
    return of_answer(UpstreamAnswer(status, headers, NoBody()))


def date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("status", "wait", "is_failure"),
    [
        *((500, "", True), (503, "1", True), (529, "", True), (599, "", True)),
        *((200, "", False), (400, "", False), (404, "60", False), (600, "", False)),
        *((429, "", False), (429, "9", False), (429, "10", True), (429, "60.5", True)),
        *((429, "soon", False), (429, "-60", False), (429, "inf", False)),
        (429, f"Mon, 02 Nov 2026 09:00:00 +{'9' * 15}", False),
        *((429, 60.0, True), (429, 3.0, False), (429, -60.0, False)),
    ],
)
def test_which_answers_are_failures(
    status: int, wait: str | float, is_failure: bool
) -> None:
    """A number: that many seconds from now, as a date."""
    told = date(wait) if isinstance(wait, float) else wait
    assert bool(answered(status, told)) is is_failure


def test_a_wait_is_told() -> None:
    assert answered(429, "60") == "HTTP 429, to be asked again in 60 s"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (httpx.ConnectError("refused"), "no answer"),
        (httpx.RemoteProtocolError("closed"), "no answer"),
        (httpx.ConnectTimeout("late"), "no connection in time"),
        (httpx.ReadTimeout("silent"), ""),
    ],
)
def test_which_errors_are_failures(error: Exception, why: str) -> None:
    told = failure(error, target())
    told.__cause__ = error
    assert of_error(told) == why
    assert of_error(UpstreamError("UPSTREAM_IS_WEIR", "x")) == ""
