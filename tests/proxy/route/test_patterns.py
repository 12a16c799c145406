from __future__ import annotations

import pytest

from proxy.route.patterns import BadPattern, conflict, ordered, parse


@pytest.mark.parametrize(
    ("pattern", "method", "host", "path", "matches"),
    [
        ("/lmstudio/", "POST", "h", "/lmstudio/", True),
        ("/lmstudio/", "POST", "h", "/lmstudio/v1/chat", True),
        ("/lmstudio/", "POST", "h", "/lmstudio", True),
        ("/lmstudio/", "POST", "h", "/lmstudiox/v1", False),
        ("GET /lmstudio/file.txt", "GET", "h", "/lmstudio/file.txt", True),
        ("GET /lmstudio/file.txt", "HEAD", "h", "/lmstudio/file.txt", True),
        ("GET /lmstudio/file.txt", "POST", "h", "/lmstudio/file.txt", False),
        ("GET /lmstudio/file.txt", "GET", "h", "/lmstudio/file.txt/a", False),
        ("HEAD /x", "GET", "h", "/x", False),
        ("GET example.com/test/{$}", "GET", "example.com", "/test", True),
        ("GET example.com/test/{$}", "GET", "example.com", "/test/", True),
        ("GET example.com/test/{$}", "GET", "example.com", "/test/foo", False),
        ("GET example.com/test/{$}", "GET", "other.com", "/test/", False),
        ("POST example.com/test/", "POST", "example.com", "/test/a/b", True),
        ("/", "PUT", "h", "/anything/at/all", True),
        ("/{$}", "GET", "h", "/", True),
        ("/{$}", "GET", "h", "/a", False),
    ],
)
def test_a_pattern_matches_as_gos_servemux_does(
    pattern: str, method: str, host: str, path: str, matches: bool
) -> None:
    assert parse(pattern).matches(method, host, path.encode()) is matches


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lmstudio",
        "get /x",
        "GET POST /x",
        "/a/{name}",
        "/a/{rest...}",
        "/a/{$}/b",
        "/a{$}",
        "/a/../b",
        "/a//b",
        "/a?b",
        "ho st/x",
        "host:80/x",
        "https://x.example/a",
    ],
)
def test_what_is_no_pattern_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadPattern) as refused:
        parse(text)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/", "/a/"),
        ("GET /a", "GET /a"),
        ("/a/{$}", "/a/{$}"),
        ("GET /", "/a/"),  # one has the closer method, the other the closer path
        ("GET /a/", "HEAD /"),
        ("Example.com/a/", "example.com/a/"),
    ],
)
def test_patterns_of_which_none_is_more_specific_conflict(one: str, other: str) -> None:
    assert conflict(parse(one), parse(other))
    assert conflict(parse(other), parse(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/", "/a/b"),
        ("/a/", "/"),
        ("GET /a/", "/a/"),
        ("GET /a/b", "/a/"),
        ("GET /a", "POST /a"),
        ("HEAD /a/", "GET /a/"),
        ("/a/{$}", "/a/"),
        ("/a", "/b"),
        ("example.com/", "/a/"),
        ("one.example/a/", "GET two.example/"),
    ],
)
def test_patterns_with_a_clear_winner_stand_side_by_side(one: str, other: str) -> None:
    assert conflict(parse(one), parse(other)) is None
    assert conflict(parse(other), parse(one)) is None


def test_the_most_specific_pattern_comes_first() -> None:
    texts = ["/", "/a/", "/a/{$}", "GET /a/b", "/a/b", "h.example/", "HEAD /a/b"]
    found = [pattern.text for pattern in ordered(parse(text) for text in texts)]
    assert found == [
        *("h.example/", "HEAD /a/b", "GET /a/b", "/a/b"),
        *("/a/{$}", "/a/", "/"),
    ]


def test_what_follows_the_prefix_goes_to_the_destination() -> None:
    assert parse("/lmstudio/").rest(b"/lmstudio/v1/chat") == b"v1/chat"
    assert parse("/lmstudio/").rest(b"/lmstudio") == b""
    assert parse("/file.txt").rest(b"/file.txt") == b""
