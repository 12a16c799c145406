"""An attempt to tell has one deadline, however its receiver answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from observe.alerts import deliveries, sending

ANSWER = b"HTTP/1.1 500 Sorry\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000


@pytest.fixture
def slow(settings: Any) -> Iterator[str]:
    """A receiver that says a byte every few milliseconds; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        settings.WEIR_ALERT_HOSTS = (host,)

        def answer() -> None:
            there, _ = server.accept()
            with there:
                there.recv(65536)
                try:
                    for at in range(len(ANSWER)):
                        there.sendall(ANSWER[at : at + 1])
                        time.sleep(0.02)
                except OSError:
                    return  # it was not waited for

        talker = Thread(target=answer, daemon=True)
        talker.start()
        yield f"http://{host}/hook"
        talker.join(10)
        assert not talker.is_alive()


def test_a_receiver_that_answers_byte_by_byte_is_left_in_time(
    slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sending.WHOLE_S < deliveries.CLAIM_S  # else another tells it once more
    monkeypatch.setattr(sending, "WHOLE_S", 0.3)
    began = time.monotonic()
    sent = sending.by_webhook(slow, "a1", b"{}", "")
    assert (sent.is_there, sent.told) == (False, "No whole answer within 0 s.")
    assert time.monotonic() - began < 5
