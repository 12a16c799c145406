"""The curl command means the same to a shell as the captured request."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence

from observe.pages.request import curl


def arguments(text: str, key: str = "sk-mine") -> list[str]:
    """What a real shell makes of the command."""
    script = text.replace("curl ", "printf '%s\\0' ", 1)
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, check=True, env={"API_KEY": key}
    )
    return done.stdout.decode().split("\0")[:-1]


def command(
    *,
    method: str = "POST",
    url: str = "http://127.0.0.1:8080/v1/chat/completions",
    headers: Sequence[tuple[str, str]] = (("content-type", "application/json"),),
    body: bytes = b"{}",
) -> str:
    return curl.command(
        method=method,
        url=url,
        headers=headers,
        body=body,
        body_url="http://127.0.0.1:8080/api/requests/1/request",
    )


def test_quotes_and_dollars_in_the_body_survive_the_shell() -> None:
    body = """{"text": "it's $HOME, `id` and \\"quoted\\"\\n"}"""
    assert arguments(command(body=body.encode()))[-1] == body


def test_a_masked_key_becomes_a_variable() -> None:
    headers = [
        ("authorization", "Bearer key:0123456789"),
        ("x-api-key", "key:abcdef0123"),
    ]
    found = arguments(command(headers=headers))
    assert "authorization: Bearer sk-mine" in found
    assert "x-api-key: sk-mine" in found


def test_a_masked_key_in_the_query_becomes_a_variable() -> None:
    found = arguments(command(url="http://h/v1/x?key=key:0123456789&alt=sse"))
    assert found[0] == "http://h/v1/x?key=sk-mine&alt=sse"


def test_headers_that_curl_makes_itself_are_left_out() -> None:
    headers = [("host", "a"), ("content-length", "2"), ("x-kept", "yes")]
    assert "content-length" not in command(headers=headers)
    assert "x-kept: yes" in arguments(command(headers=headers))


def test_a_hostile_header_stays_one_argument() -> None:
    evil = "x'; touch /tmp/owned; echo '"
    assert f"x-evil: {evil}" in arguments(command(headers=[("x-evil", evil)]))


def test_a_large_or_binary_body_is_fetched_first() -> None:
    for body in (b"x" * (curl.MAX_INLINE + 1), b"a\0b", b"\xff\xfe"):
        first, rest = command(body=body).split("\n", 1)
        assert shlex.split(first)[-1] == "request-body"
        assert "--data-binary @request-body" in rest


def test_the_method_is_said_only_where_curl_would_guess_wrong() -> None:
    assert "-X" not in command()
    assert "-X DELETE" in command(method="DELETE", body=b"")
    assert "-X POST" in command(body=b"")
    assert "-X" not in command(method="GET", body=b"")
