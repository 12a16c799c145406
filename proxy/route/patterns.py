"""Pattern routes: `[METHOD ][HOST]/path` with the rules of Go's ServeMux 1.22. Pure.

A path that ends in `/` matches everything below it, any other path just itself,
`{$}` at the end ends a prefix; the most specific pattern wins and two patterns of
which none is more specific are refused (https://pkg.go.dev/net/http#ServeMux). Unlike
there, `/x` is served by `/x/` instead of being redirected, and wildcards are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_METHOD = re.compile(r"[A-Z][A-Z0-9!#$%&'*+.^_`|~-]*")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_PATH = re.compile(r"/[^\s{}?#\\]*")

Relation = Literal["equal", "narrower", "wider", "disjoint"]


class BadPattern(ValueError):
    """Not a pattern; str() is one sentence for users."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One parsed pattern."""

    method: str
    """"" for any."""
    host: str
    """Lower-cased, "" for any."""
    path: bytes
    is_prefix: bool
    text: str

    def matches(self, method: str, host: str, raw_path: bytes) -> bool:
        return (
            self._takes_method(method)
            and (not self.host or self.host == host)
            and self._takes_path(raw_path)
        )

    def _takes_method(self, method: str) -> bool:
        # As in Go, a handler for GET answers HEAD too.
        return self.method in ("", method) or (
            self.method == "GET" and method == "HEAD"
        )

    def _takes_path(self, raw_path: bytes) -> bool:
        if self.is_prefix and raw_path.startswith(self.path):
            return True
        return raw_path == self.path or raw_path + b"/" == self.path

    def rest(self, raw_path: bytes) -> bytes:
        """What follows the matched prefix, without a slash; b"" for an exact match."""
        return raw_path[len(self.path) :] if self.is_prefix else b""

    @property
    def is_catch_all(self) -> bool:
        return self.is_prefix and self.path == b"/" and not self.host


def parse(text: str) -> Pattern:
    """Raises BadPattern."""
    words = text.split()
    if not words or len(words) > 2:
        raise BadPattern("A pattern reads [METHOD ][HOST]/path, such as /lmstudio/.")
    method = words[0] if len(words) == 2 else ""
    if method and not _METHOD.fullmatch(method):
        raise BadPattern(f"“{method}” isn't an HTTP method in capitals.")
    host, slash, path = words[-1].partition("/")
    if not slash:
        raise BadPattern(f"“{words[-1]}” has no path: a pattern's path starts with /.")
    if host and not _HOST.fullmatch(host.lower()):
        raise BadPattern(f"“{host}” isn't a host name (a pattern's host has no port).")
    ends = path.endswith("{$}") and f"/{path}".endswith("/{$}")
    path = "/" + (path[:-3] if ends else path)
    if "{" in path or "}" in path:
        raise BadPattern("Wildcards aren't supported, except {$} at the very end.")
    if not _PATH.fullmatch(path):
        raise BadPattern(f"“{path}” isn't a path without query.")
    if any(segment in (".", "..") for segment in path.split("/")) or "//" in path:
        raise BadPattern("A pattern's path can't contain //, “.” or “..” segments.")
    is_prefix = path.endswith("/") and not ends
    return Pattern(method, host.lower(), path.encode(), is_prefix, " ".join(words))


def conflict(one: Pattern, other: Pattern) -> str | None:
    """Why both can't stand side by side; None when one wins or they never meet."""
    if one.host != other.host:
        return None  # different hosts never meet, and a host beats none
    methods = _methods(one.method, other.method)
    paths = _paths(one, other)
    if "disjoint" in (methods, paths):
        return None
    if methods == paths == "equal":
        return f"“{one.text}” matches the same requests as “{other.text}”."
    if {methods, paths} == {"narrower", "wider"}:
        return (
            f"“{one.text}” and “{other.text}” both match some requests, and neither "
            "is more specific than the other."
        )
    return None


def ordered(patterns: Iterable[Pattern]) -> list[Pattern]:
    """Most specific first."""
    return sorted(patterns, key=specificity)


def specificity(pattern: Pattern) -> tuple[bool, int, bool, int]:
    method_rank = 2 if not pattern.method else 1 if pattern.method == "GET" else 0
    return (not pattern.host, -len(pattern.path), pattern.is_prefix, method_rank)


def _methods(one: str, other: str) -> Relation:
    if one == other:
        return "equal"
    if not other or (other, one) == ("GET", "HEAD"):
        return "narrower"
    if not one or (one, other) == ("GET", "HEAD"):
        return "wider"
    return "disjoint"


def _paths(one: Pattern, other: Pattern) -> Relation:
    if one.path == other.path and one.is_prefix == other.is_prefix:
        return "equal"
    if other.is_prefix and one.path.startswith(other.path):
        return "narrower"
    if one.is_prefix and other.path.startswith(one.path):
        return "wider"
    return "disjoint"
