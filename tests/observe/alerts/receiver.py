"""A webhook's receiver on a socket of its own."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Answers with `status`."""

    status = 200
    hangs = False
    """It answers nothing until `goes_on` is set."""

    def __init__(self) -> None:
        self.goes_on = Event()
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = {name.lower(): text for name, text in self.headers.items()}
                receiver.got.append((told, body))
                if receiver.hangs:
                    receiver.goes_on.wait(60)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"Sorry")

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"
