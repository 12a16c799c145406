"""What clients say to a real server is found soon, once, whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from pathlib import Path
from urllib.parse import quote

from tests.server import WeirServer, wait_until


def say(weir: WeirServer, words: str) -> None:
    messages = [{"role": "user", "content": words}]
    body = json.dumps({"model": "weir-demo-fast", "messages": messages}).encode()
    asked = urllib.request.Request(
        f"{weir.url}/v1/chat/completions", body, {"content-type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=60).read()


def found(weir: WeirServer, words: str) -> int:
    address = f"{weir.url}/api/requests?where=" + quote(f'text:"{words}"')
    with urllib.request.urlopen(address, timeout=60) as answer:
        return len(json.load(answer)["items"])


def test_words_are_found_once_though_the_recorder_is_killed(tmp_path: Path) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:9/v1") as weir:
        for number in range(30):
            say(weir, f"quokka number {number}")
            if number in (10, 20):
                wait_until(weir.recorders, "a recorder")
                os.kill(weir.recorders()[0], signal.SIGKILL)
        wait_until(lambda: found(weir, "quokka number") == 30, "30 found")
        assert found(weir, "number 7") == 1
        (indexed,) = weir.query(
            "SELECT count(*) AS rows, count(DISTINCT request_id) AS requests,"
            " (SELECT count(*) FROM runs_textwords WHERE runs_textwords MATCH 'quokka')"
            " AS words FROM runs_indexedtext"
        )
        assert indexed == {"rows": 30, "requests": 30, "words": 30}
