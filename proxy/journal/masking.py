"""What may be stored of headers, addresses and messages: no credential, only its mark.

Used by `proxy/journal/live_exchange.py` for all that a journal record holds. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from proxy.exchange import HeaderList
from proxy.headers import CREDENTIALS, UNMISTAKABLE
from proxy.secrets.names import is_secret
from proxy.secrets.places import (
    ASSIGNED,
    BASE64_JSON,
    IN_PATH,
    PROXIED_USER,
    SAID,
    TOLD,
    USER_INFO,
)
from proxy.secrets.shapes import BEARER, BEARER_HINT, HINT, KEY, RUN_KEY

_CREDENTIALS = frozenset(name.decode() for name in CREDENTIALS)
_MAYBE = re.compile(f"{HINT}|{BEARER_HINT}")
_ADDRESSES = frozenset(
    {
        *("referer", "location", "content-location", "link", "refresh", "origin"),
        *("x-original-url", "x-rewrite-url", "x-forwarded-uri", "x-original-uri"),
    }
)
FINGERPRINT = re.compile(r"key:[0-9a-f]{10}\b")
"""How a credential is stored: what `Masker.fingerprint` makes."""
_SCHEME = re.compile(
    r"^(Bearer|Basic|Digest|DPoP|Token|ApiKey|Api-Key|Key|AWS4-HMAC-SHA256)\s+",
    re.IGNORECASE,
)
_SHORT = 256
"""Below it, what was made of a text is remembered."""
SPELT_MOST = 3
"""Times that something may be percent-encoded."""


class Masker:
    """Turns credentials into a fingerprint: same key, same mark, no way back.

    `salt` is this installation's own secret, so that a fingerprint can't be looked up
    in a table of known keys. `token` is Weir's own, which looks like nothing special.
    """

    def __init__(self, salt: str, token: str = "") -> None:
        self._salt = salt.encode()
        self._token = token if len(token) >= UNMISTAKABLE else ""
        own = f"{re.escape(token)}|" if self._token else ""
        self._own = re.compile(f"{own}{RUN_KEY}")
        self._secret = re.compile(f"{own}(?P<bearer>{BEARER})|{RUN_KEY}|{KEY}")
        # What is long is worked out each time: nobody may fill the memory with it.
        self._known_fingerprint = lru_cache(maxsize=4096)(self._fingerprint)
        # Clients send the same headers with every call: a look-up instead of the rules.
        self._known_pair = lru_cache(maxsize=8192)(self._pair)
        self._known_text = lru_cache(maxsize=2048)(self._text)
        self._known_query = lru_cache(maxsize=1024)(self._query)
        self._known_path = lru_cache(maxsize=2048)(self._raw_path)

    def fingerprint(self, secret: str) -> str:
        known = len(secret) < _SHORT
        return self._known_fingerprint(secret) if known else self._fingerprint(secret)

    def _fingerprint(self, secret: str) -> str:
        digest = hmac.new(self._salt, secret.encode("utf-8", "replace"), hashlib.sha256)
        return f"key:{digest.hexdigest()[:10]}"

    def headers(self, headers: HeaderList) -> list[tuple[str, str]]:
        """Pairs fit for storage, in order."""
        known = self._known_pair
        return [
            known(name, value) if len(value) < _SHORT else self._pair(name, value)
            for name, value in headers
        ]

    def _pair(self, raw_name: bytes, raw_value: bytes) -> tuple[str, str]:
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("utf-8", "replace")
        if name == "user-agent":
            # Names of products, some of which begin like keys (`xai-grok-…`).
            return name, self._own.sub(self._marked, value)
        if name in _CREDENTIALS or is_secret(name):
            return name, self._credential(value)
        if name in _ADDRESSES:
            return name, self.url(value)
        if name == "sec-websocket-protocol":
            return name, self._protocols(value)
        return name, self._value(value)

    def _credential(self, value: str) -> str:
        scheme = _SCHEME.match(value)
        if scheme:
            return f"{scheme.group(1)} {self.fingerprint(value[scheme.end() :])}"
        return self.fingerprint(value)

    def _protocols(self, value: str) -> str:
        """Browsers set no other header of a WebSocket, so a key may be in its list of
        protocols: `openai-insecure-api-key.…`, or the one behind `access_token`."""
        masked: list[str] = []
        before = ""
        for each in value.split(","):
            item = each.strip()
            pieces = item.split(".", 8)  # as many as names have, and no more
            fronts = (".".join(pieces[:end]) for end in range(1, len(pieces)))
            front = next(filter(is_secret, fronts), "")
            if front:
                item = f"{front}.{self.fingerprint(item[len(front) + 1 :])}"
            elif is_secret(before):
                item = self.fingerprint(item)
            before = each.strip()
            masked.append(self._value(item))
        return ", ".join(masked)

    def _value(self, value: str) -> str:
        """A header's or a query field's value: JSON by its members, else text."""
        if value[:1] in ("{", "[") and value[-1:] in ("}", "]"):
            try:
                told = json.loads(value)
                masked = self.json_value(told)
            except (ValueError, RecursionError):
                return self.text(value)
            if masked != told:
                return json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
        if BASE64_JSON.fullmatch(value) and self._wraps_secret(value):
            return self.fingerprint(value)
        return self.text(value)

    def _wraps_secret(self, value: str) -> bool:
        """JSON in Base64, as gateways' configuration headers have it."""
        try:
            told = urlsafe_b64decode(value.replace("+", "-").replace("/", "_") + "==")
            text = told.decode()
        except ValueError:
            return False
        return self._value(text) != text

    def json_value(self, value: Any) -> Any:
        """The same with a mark for each text that is, or is called, a credential."""
        if isinstance(value, str):
            return self._value(value)
        if isinstance(value, list):
            return [self.json_value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._member(name, item) for name, item in value.items()}
        return value

    def _member(self, name: str, value: Any) -> Any:
        if not is_secret(name) or not value:
            return self.json_value(value)
        if isinstance(value, list):
            return [self._member(name, item) for item in value]
        if isinstance(value, dict):
            # `"auth": {"value": …}`: whatever stands below it is part of it.
            return {key: self._member(name, item) for key, item in value.items()}
        return value if isinstance(value, bool) else self._credential(str(value))

    def query(self, query: bytes) -> str:
        """A query string whose secret-looking values are fingerprints."""
        if not query:
            return ""
        return self._known_query(query) if len(query) < _SHORT else self._query(query)

    def _query(self, query: bytes) -> str:
        pairs = query.decode("latin-1").split("&")
        return "&".join(self._query_pair(pair) for pair in pairs)

    def _query_pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            return self.text(pair)
        if is_secret(_plain(name), in_query=True):
            return f"{name}={self.fingerprint(unquote(value))}"
        told = _plain(value)
        if told[:1] in ("{", "[") and (masked := self._value(told)) != told:
            return f"{name}={quote(masked, safe='')}"
        if "://" in told and (masked := self.url(told)) != told:
            return f"{name}={quote(masked, safe='')}"
        return self.text(pair)

    def url(self, url: str) -> str:
        """A URL without user info, with its query and its fragment masked."""
        base, *rest = re.split(r"([?#])", url)
        masked = (
            piece
            if piece in ("?", "#")
            else self.query(piece.encode("utf-8", "replace"))
            for piece in rest
        )
        return self._path(USER_INFO.sub("//", base)) + "".join(masked)

    def path(self, path: bytes) -> str:
        """A raw path; `/proxy/user:password@host/…` loses its user info."""
        return self._known_path(path) if len(path) < _SHORT else self._raw_path(path)

    def _raw_path(self, path: bytes) -> str:
        return self._path(PROXIED_USER.sub(r"\1", path.decode("latin-1")))

    def _path(self, text: str) -> str:
        def marked(found: re.Match[str]) -> str:
            return found["front"] + self.fingerprint(found["value"])

        return self.text(IN_PATH.sub(marked, text))

    def text(self, text: str) -> str:
        """Free text (an error message, a path) with key-shaped words masked."""
        if len(text) < UNMISTAKABLE:
            return text
        return self._known_text(text) if len(text) < _SHORT else self._text(text)

    def _text(self, text: str) -> str:
        marked = text
        if _MAYBE.search(text) or (self._token and self._token in text):
            marked = self._secret.sub(self._marked, text)
        if "=" in marked or '":' in marked or "':" in marked:
            marked = ASSIGNED.sub(self._assigned, marked)
        if SAID.search(marked):
            marked = TOLD.sub(self._assigned, marked)
        if "//" in marked and "@" in marked:
            marked = USER_INFO.sub("//", marked)
        if "%" in marked and (plain := _plain(marked)) != marked:
            # Rather spelt otherwise than told.
            told = self._text(plain)
            return marked if told == plain else told
        return marked

    def _marked(self, found: re.Match[str]) -> str:
        if "bearer" in found.re.groupindex and found["bearer"]:
            return self._credential(found.group())
        return self.fingerprint(found.group())

    def _assigned(self, found: re.Match[str]) -> str:
        name, value = found["name"] or found["member"], found["value"]
        if not is_secret(name) or FINGERPRINT.match(value):
            return found.group()
        start = found.start("value") - found.start()
        end = found.end("value") - found.start()
        whole = found.group()
        return f"{whole[:start]}{self.fingerprint(value)}{whole[end:]}"


def _plain(text: str) -> str:
    """Without percent-encoding, whoever may have put another on top."""
    for _ in range(SPELT_MOST):
        if "%" not in text or (plain := unquote(text)) == text:
            break
        text = plain
    return text
