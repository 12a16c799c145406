from __future__ import annotations

import pytest

from proxy.route import bases


@pytest.mark.parametrize(
    ("base", "rest", "joined"),
    [
        ("/v1", "/chat", "/v1/chat"),
        ("/v1", "/v1/chat", "/v1/chat"),
        ("/openai/v1", "/openai/v1/chat", "/openai/v1/chat"),
        ("/openai/v1", "/v1/chat", "/openai/v1/chat"),
        ("/openai/v1", "/chat", "/openai/v1/chat"),
        ("", "/v1/chat", "/v1/chat"),
        ("/", "/chat", "/chat"),
        ("/v1", "/v2/chat", "/v2/chat"),
        ("/v1beta", "/v1/models/x", "/v1/models/x"),
        ("/v1", "/files/a%2Fb/", "/v1/files/a%2Fb/"),
        ("/a", "", "/a"),
    ],
)
def test_a_path_is_joined_without_saying_its_start_twice(
    base: str, rest: str, joined: str
) -> None:
    assert bases.join(base.encode(), rest.encode()) == joined.encode()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://x.example/v1", b"/v1/chat"),
        ("https://x.example/v1/", b"/v1/chat"),
        ("https://x.example/api/paas/v4", b"/api/paas/v4/chat"),
        ("http://localhost:1234", b"/v1/chat"),
        ("https://api.perplexity.ai/", b"/chat"),
    ],
)
def test_the_base_takes_the_place_of_v1(url: str, path: bytes) -> None:
    assert bases.join_v1(bases.split(url).path, b"/chat") == path


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("api.openai.com/v1", "http://"),
        ("ftp://x.example", "http://"),
        ("https://", "no valid host"),
        ("https://:80/v1", "no valid host"),
        ("https://user:pass@x.example/v1", "user name"),
        ("https://x.example/v1?key=a", "query"),
        ("https://x.example/v1#a", "query or fragment"),
        ("https://x.example/a/../b", "segments"),
        ("https://x.example:99999/", "isn't a URL"),
        ("https://x .example", "space"),
        ("http://169.254.169.254/latest", "never calls it"),
    ],
)
def test_a_bad_base_url_is_told_with_a_sentence(url: str, said: str) -> None:
    problem = bases.problem(url)
    assert problem is not None
    assert said in problem


def test_a_good_base_url_has_no_problem() -> None:
    for url in ("https://api.openai.com/v1", "http://[::1]:8000", "HTTP://x.example/"):
        assert bases.problem(url) is None


def test_an_origin_keeps_its_port_and_brackets() -> None:
    assert bases.split("http://[::1]:8000/v1").origin == "http://[::1]:8000"
    assert bases.split("HTTPS://X.example/v1/").origin == "https://x.example"
