"""One attempt to tell: a POST that is signed, or a command of the operator's.

Signed as the Standard Webhooks specification has it (standardwebhooks.com): id, time
and body, HMAC-SHA256. A command comes from the environment alone: one that an API could
set would let its callers run anything. Nothing here asks the database: `deliveries.py`
calls it in threads.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import shlex
import subprocess
import time
from dataclasses import dataclass

import httpx
from django.conf import settings

from observe.alerts import receivers

TIMEOUT_S = 10.0
WHOLE_S = 30.0
"""From the first byte sent to the last one heard; less than `deliveries.py` waits."""
COMMAND_S = 30.0
PREFIX = "whsec_"
MOST_SHOWN = 200
"""Bytes of what a receiver answers that are told."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an attempt."""

    is_there: bool
    told: str


def signature(secret: str, uid: str, at: int, body: bytes) -> str:
    """A secret `whsec_…` is Base64, as the specification's; any other is its text."""
    signed = f"{uid}.{at}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError:
            pass
    return secret.encode()


def by_webhook(url: str, uid: str, body: bytes, secret: str) -> Sent:
    """Redirects are not followed: they would lead past the guard."""
    try:
        to = receivers.find(url, settings.WEIR_ALERT_HOSTS)
        asked = _post(to, _headers(to, uid, body, secret), body)
        return asyncio.run(asyncio.wait_for(asked, WHOLE_S))
    except TimeoutError:
        return Sent(False, f"No whole answer within {WHOLE_S:.0f} s.")
    except receivers.NotAllowed as error:
        return Sent(False, str(error))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Sent(False, f"No answer: {str(error).strip() or type(error).__name__}.")


def _headers(
    to: receivers.Receiver, uid: str, body: bytes, secret: str
) -> dict[str, str]:
    at = int(time.time())
    headers = {
        "Host": to.host,
        "Content-Type": "application/json",
        "User-Agent": "Weir",
        "webhook-id": uid,
        "webhook-timestamp": str(at),
    }
    if secret:
        headers["webhook-signature"] = signature(secret, uid, at, body)
    return headers


async def _post(to: receivers.Receiver, headers: dict[str, str], body: bytes) -> Sent:
    # A proxy of the environment would resolve the name anew, past the guard.
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as web:
        name = {"sni_hostname": to.name}
        asked = web.build_request(
            "POST", to.url, headers=headers, content=body, extensions=name
        )
        answer = await web.send(asked, stream=True)
        says = "" if answer.is_success else await _beginning(answer)
        await answer.aclose()
    return Sent(answer.is_success, f"HTTP {answer.status_code}. {says}".strip())


async def _beginning(answer: httpx.Response) -> str:
    """Why it was refused, as far as its first bytes say."""
    first = await anext(answer.aiter_bytes(MOST_SHOWN), b"")
    return " ".join(first.decode(errors="replace").split())


def by_command(body: bytes) -> Sent:
    """Given the message on its standard input."""
    words = shlex.split(settings.WEIR_ALERT_COMMAND)
    try:
        ended = subprocess.run(
            words, input=body, timeout=COMMAND_S, capture_output=True, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Sent(False, f"{type(error).__name__}: it could not be run.")
    return Sent(ended.returncode == 0, f"Exit code {ended.returncode}.")
