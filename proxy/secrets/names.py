"""Which names say that a credential follows: of headers, query fields, JSON members.

One table for all of them: `proxy/journal/masking.py` asks it before anything is kept.
Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

ALWAYS = frozenset(
    {
        *("apikey", "assertion", "authcode", "authentication", "authorization"),
        *("authtoken", "bearer", "clientsecret", "cookie", "cookie2", "authinfo"),
        *("authorisation", "cred", "credential", "credentials", "creds", "dpop"),
        *("hmac", "jsessionid", "jwt", "mfa", "otp", "totp"),
        *("passcode", "passphrase", "passwd", "password", "phpsessid", "pwd", "sas"),
        *("secret", "secretkey", "sig", "signature", "accesstoken", "refreshtoken"),
        *("idtoken", "sessiontoken", "accesskey", "privatekey", "sharedkey", "jws"),
    }
)
"""Words that say it wherever they stand in a name: `x-amzn-oidc-jwt`, `jwt_bearer`."""
LAST = frozenset({"auth", "authn", "authz", "key", "keys", "pass", "token", "tokens"})
"""Words that say it at the end only: `x-token-count` is a number."""
JOINED = ("tokens", "token", "keys", "key", "secret", "password", "credentials")
"""Words that stand behind another without a mark, as a header `apiToken` arrives."""
KEYS_OF = (
    *("access", "account", "admin", "api", "app", "application", "auth", "client"),
    *("consumer", "crypt", "encryption", "host", "license", "licence", "llm", "master"),
    *("my", "private", "project", "provider", "secret", "service", "session", "shared"),
    *("signing", "ssh", "storage", "subscription", "user", "vault", "virtual"),
    *("webhook",),
)
"""What a `…key` in one word is a credential of: `monkey` and `cachekey` are none."""
NOT_AFTER = {
    # Last word → the words before it that make something else of it.
    "key": frozenset(
        {
            *("cache", "dedupe", "field", "foreign", "group", "idempotency", "index"),
            *("join", "object", "partition", "primary", "public", "range", "routing"),
            *("row", "shard", "sort", "surrogate", "websocket", "map", "item"),
        }
    ),
    "token": frozenset(
        {
            *("bos", "budget", "continuation", "cursor", "end", "eos", "eot", "mask"),
            *("next", "page", "pad", "sep", "sequence", "start", "stop", "sync", "unk"),
            *("max", "min", "per", "first", "cls", "last", "output", "input"),
        }
    ),
    "auth": frozenset({"no", "without"}),
}
NOT_AFTER["keys"] = NOT_AFTER["key"]
PLURAL_COUNTS = frozenset(
    {
        *("api", "access", "auth", "refresh", "id", "session", "bearer", "csrf"),
        *("user", "service", "device"),
    }
)
"""`tokens` is mostly a number; after these words it is a list of credentials."""
NOT_BEFORE = frozenset(
    {
        *("algorithm", "alg", "type", "expires", "expiry", "method", "scheme", "url"),
        *("uri", "endpoint", "mode", "required", "enabled", "provider", "policy"),
        *("level", "status", "count", "length", "header", "headers", "name"),
    }
)
"""Words that end a name about a credential: `x-amz-algorithm`, `auth_type`."""
WHOLE = frozenset(
    {
        *("auth_code", "code", "code_verifier", "key", "pin", "ticket", "x-bf-vk"),
        *("x-portkey-virtual-key", "x-client-cert", "x-forwarded-client-cert"),
        *("x-arr-clientcert", "ssl-client-cert", "x-ssl-client-cert"),
        *("x-amzn-oidc-data", "x-ms-client-principal", "x-rh-identity"),
        *("x-endpoint-api-userinfo", "x-apigateway-api-userinfo", "x-userinfo"),
        *("awsaccesskeyid", "x-amz-credential", "googleaccessid"),
        *(
            "oauth_verifier",
            "device_code",
            "user_code",
            "saml_response",
            "samlresponse",
            "x-pat",
            "pat",
        ),
        *("x-sso", "x-client-cert-pem", "x-sid", "connect.sid", "ak", "sk"),
        *("x-vercel-protection-bypass", "x-honeycomb-team"),
    }
)
"""Names that no word tells: OAuth's `?code=`, client certificates, gateways' JWTs."""
NOT_OF_QUERY_ONLY = frozenset({"ak", "code", "pin", "sk", "ticket"})
"""Of these: in a query or a form they are a grant, as a JSON member an error's code."""

_SHORT = 256
"""Below it, what was told of a name is remembered."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def is_secret(name: str, *, in_query: bool = False) -> bool:
    """`authToken`, `x-api-key`, `api_key[]`, `client.secret`; not `max_tokens`."""
    tell = _known if len(name) < _SHORT else _tell  # none may fill the memory
    return tell(name, in_query)


def _tell(name: str, in_query: bool) -> bool:
    plain = name.strip().rstrip("[]").strip().lower()
    if plain in WHOLE:
        return in_query or plain not in NOT_OF_QUERY_ONLY
    words = [word.lower() for word in _WORDS.findall(name)]
    while (words and words[-1].isdigit()) or (words[1:] and words[-1] == "value"):
        words.pop()  # `api_key_2`, `x-api-key-value`
    words[-1:] = _parted(words[-1]) if words else ()
    if not words or words[-1] in NOT_BEFORE:
        return False
    before = words[-2] if len(words) > 1 else ""
    if words[-1] in LAST and before not in NOT_AFTER.get(words[-1], ()):
        return words[-1] != "tokens" or before in PLURAL_COUNTS
    return any(word in ALWAYS for word in words)


_known = lru_cache(maxsize=4096)(_tell)


def _parted(word: str) -> tuple[str, ...]:
    """`apitoken` as `api`, `token`; one word where it isn't sure to be two."""
    for end in JOINED:
        front = word.removesuffix(end)
        if front in ("", word) or word in ALWAYS:
            continue
        if end in ("key", "keys") and not front.endswith(KEYS_OF):
            continue
        return front, end
    return (word,)
