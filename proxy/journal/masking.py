"""What may be stored of headers, addresses and messages: no credential, only its mark.

Used by `proxy/journal/live_exchange.py` for all that a journal record holds. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from urllib.parse import unquote

from proxy.exchange import HeaderList
from proxy.headers import CREDENTIALS, UNMISTAKABLE

_CREDENTIALS = frozenset(name.decode() for name in CREDENTIALS)
_SECRET_NAME = re.compile(
    r"(?:^|[-_.])(?:api[-_]?key|key|token|secret|password|passwd|signature|sig|auth"
    r"|credential|credentials|access[-_]?token|subscription[-_]?key)$",
    re.IGNORECASE,
)
_KEY_SHAPED = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:sk|pk|rk|gsk|xai)[-_]|hf_|r8_|AIza)[A-Za-z0-9_-]{16,}"
    r"|sk-weir-[A-Za-z0-9_-]{40,}"
)
FINGERPRINT = re.compile(r"key:[0-9a-f]{10}\b")
"""How a credential is stored: what `Masker.fingerprint` makes."""
_SCHEME = re.compile(r"^(Bearer|Basic|Digest|Token|AWS4-HMAC-SHA256)\s+", re.IGNORECASE)


class Masker:
    """Turns credentials into a fingerprint: same key, same mark, no way back.

    `salt` is this installation's own secret, so that a fingerprint can't be looked up
    in a table of known keys. `token` is Weir's own, which looks like nothing special.
    """

    def __init__(self, salt: str, token: str = "") -> None:
        self._salt = salt.encode()
        self._secret = (
            re.compile(f"{re.escape(token)}|{_KEY_SHAPED.pattern}")
            if len(token) >= UNMISTAKABLE
            else _KEY_SHAPED
        )
        self.fingerprint = lru_cache(maxsize=4096)(self._fingerprint)
        # Clients send the same headers with every call: a look-up instead of the rules.
        self._known_pair = lru_cache(maxsize=8192)(self._pair)
        self._known_text = lru_cache(maxsize=2048)(self._text)

    def _fingerprint(self, secret: str) -> str:
        digest = hmac.new(self._salt, secret.encode("utf-8", "replace"), hashlib.sha256)
        return f"key:{digest.hexdigest()[:10]}"

    def headers(self, headers: HeaderList) -> list[tuple[str, str]]:
        """Pairs fit for storage, in order."""
        known = self._known_pair
        return [
            known(name, value) if len(value) < 256 else self._pair(name, value)
            for name, value in headers
        ]

    def _pair(self, raw_name: bytes, raw_value: bytes) -> tuple[str, str]:
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("utf-8", "replace")
        if name in _CREDENTIALS or _SECRET_NAME.search(name):
            return name, self._credential(value)
        if name in ("referer", "location", "content-location", "link"):
            value = self.url(value)
        return name, self.text(value)

    def _credential(self, value: str) -> str:
        scheme = _SCHEME.match(value)
        if scheme:
            return f"{scheme.group(1)} {self.fingerprint(value[scheme.end() :])}"
        return self.fingerprint(value)

    def query(self, query: bytes) -> str:
        """A query string whose secret-looking values are fingerprints."""
        pairs = query.decode("latin-1").split("&")
        return "&".join(self._query_pair(pair) for pair in pairs)

    def _query_pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if equals and value and _SECRET_NAME.search(unquote(name)):
            return f"{name}={self.fingerprint(unquote(value))}"
        return self.text(pair)

    def url(self, url: str) -> str:
        """A URL without user info and with its query masked."""
        base, question, query = url.partition("?")
        base = re.sub(r"//[^/@]*@", "//", base)
        masked = self.query(query.encode("utf-8", "replace")) if question else ""
        return f"{self.text(base)}{question}{masked}"

    def path(self, path: bytes) -> str:
        """A raw path; `/proxy/user:password@host/…` loses its user info."""
        text = re.sub(r"^(/proxy/)[^/]*@", r"\1", path.decode("latin-1"))
        return self.text(text)

    def text(self, text: str) -> str:
        """Free text (an error message, a path) with key-shaped words masked."""
        if len(text) < UNMISTAKABLE:
            return text
        return self._known_text(text) if len(text) < 256 else self._text(text)

    def _text(self, text: str) -> str:
        marked = self._secret.sub(lambda found: self.fingerprint(found.group()), text)
        if "%" in marked and self._secret.search(plain := unquote(marked)):
            # Rather spelt otherwise than told.
            return self._text(plain)
        return marked
