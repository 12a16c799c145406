"""A captured call turned to another place: its address and model there, or why not."""

from __future__ import annotations

import gzip

import pytest

from proxy.headers import value_of
from proxy.own_calls.call import CannotSend, OwnCall
from proxy.own_calls.elsewhere import as_model, sent_to
from tests.proxy.route.routing_cases import rule, table

GEMINI = b"/v1beta/models/gemini-2.5-flash:generateContent"
TABLE = table(
    rule("fast", provider="openai"),
    rule("fast-*", name="the fast ones", provider="openai", pk=7),
    rule("PUT gw.example/llm/", name="gateway", upstream_url="http://up.example"),
    rule("/fixed", name="one path", upstream_url="http://up.example"),
)


def call(
    path: bytes, body: bytes = b'{"model": "m"}', host: bytes = b"gone"
) -> OwnCall:
    return OwnCall(method="POST", path=path, headers=[(b"host", host)], body=body)


@pytest.mark.parametrize(
    ("path", "to", "found"),
    [
        (b"/v1/messages", "Anthropic", b"/anthropic/v1/messages"),
        (b"/openai/v1/responses", "groq", b"/groq/v1/responses"),
        (GEMINI, "google", b"/google" + GEMINI),
        (b"/openai/v1/responses", "7", b"/v1/responses"),
        (b"/v1/responses", "gateway", b"/llm/v1/responses"),
        (b"/v1/responses", "one path", b"/fixed"),
        (b"/v1/chat", "https://x.example/api/v4/", b"/proxy/x.example/api/v4/chat"),
        (GEMINI, "http://x.example/base", b"/proxy/x.example/base" + GEMINI),
        # What was sent to a pattern that is no more.
        (b"/was/here/v1/chat", "groq", b"/groq/v1/chat"),
        (b"/was/here/chat", "groq", b"/groq/was/here/chat"),
    ],
)
def test_the_address_is_the_one_of_that_place(
    path: bytes, to: str, found: bytes
) -> None:
    sent = sent_to(call(path), to, TABLE)
    assert sent.path == found
    is_pattern_of_a_host = to == "gateway"
    assert sent.method == ("PUT" if is_pattern_of_a_host else "POST")
    host = b"gw.example" if is_pattern_of_a_host else b"localhost"
    assert value_of(sent.headers, b"host") == host
    assert sent.body == b'{"model": "m"}'


def test_a_route_of_one_model_is_asked_for_it() -> None:
    sent = sent_to(call(b"/openai/v1/chat/completions"), "fast", TABLE)
    assert (sent.path, sent.body) == (b"/v1/chat/completions", b'{"model":"fast"}')


def test_another_model_stands_where_the_first_one_stood() -> None:
    assert as_model(call(GEMINI), "tuned/a b").path == (
        b"/v1beta/models/tuned/a%20b:generateContent"
    )
    packed = OwnCall(
        method="POST",
        path=b"/v1/chat/completions",
        headers=[(b"content-encoding", b"gzip"), (b"x-mine", b"kept")],
        body=gzip.compress(b'{ "n": 1,  "model": "m"}'),
    )
    sent = as_model(packed, "other")
    assert sent.body == b'{ "n": 1,  "model":"other"}'
    assert sent.headers == [(b"x-mine", b"kept")]


@pytest.mark.parametrize(
    ("path", "headers", "body", "to", "said"),
    [
        (
            GEMINI,
            [],
            b"{}",
            "the fast ones",
            "takes calls below /v1/, and this is none",
        ),
        (b"/v1/x", [], b'{"n": 1}', "fast", "It names no model"),
        (b"/v1/x", [], b"--form", "fast", "It names no model"),
        (
            b"/v1/x",
            [(b"content-encoding", b"gzip")],
            b"no gzip",
            "fast",
            "can't be given",
        ),
        (b"/v1/x", [], b"{}", "nowhere", "is no provider, no route in use, and no URL"),
        (b"/v1/x", [], b"{}", "http://a:b@x.example", "user name or password"),
    ],
)
def test_what_cannot_go_there_says_why(
    path: bytes, headers: list[tuple[bytes, bytes]], body: bytes, to: str, said: str
) -> None:
    asked = OwnCall(method="POST", path=path, headers=headers, body=body)
    with pytest.raises(CannotSend, match=said):
        sent_to(asked, to, TABLE)
