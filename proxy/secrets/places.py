"""Where in a text a credential stands: behind a name, in a path, before a host.

Asked by `proxy/journal/masking.py`; each pattern has the credential as `value`, or is
all of it. Pure.
"""

from __future__ import annotations

import re

# `token=…` in any text, `"token": "…"` in a piece of JSON.
ASSIGNED = re.compile(
    r"""(?:(?P<name>[\w.\[\]-]{2,64})=|["'](?P<member>[\w.-]{2,64})["']\s*:\s*)"""
    r"""["']?(?P<value>[^\s"'&;,<>{}]{6,})"""
)
# `api_key: …` and `password = …` in words: only what has a digit and no word's length.
TOLD = re.compile(
    r"""(?<![\w.-])(?P<name>[\w.-]{2,64})(?P<member>)"""
    r"""(?:[ \t]{1,4}=[ \t]{0,4}|[ \t]?[:=][ \t]{1,4})"""
    r"""["']?(?P<value>(?=[^\s"'&;,<>{}]{0,64}[0-9])[^\s"'&;,<>{}]{12,})"""
)
SAID = re.compile(r"[:=][ \t]|[ \t]=")
# Behind a segment that says so, and a webhook of Slack's.
IN_PATH = re.compile(
    r"(?P<front>(?i:/(?:access[-_]?token|api[-_]?key|auth|jwt|key|password|secret|token))/"
    r"(?=[^/]*[0-9])|/services/(?=T[A-Z0-9]+/B[A-Z0-9]+/))"
    r"(?P<value>(?<=services/)[A-Za-z0-9/]{24,}|[^/:]{16,})"
)
PROXIED_USER = re.compile(r"^(/proxy/)[^/]*(?:@|%(?:25)*40)")
BASE64_JSON = re.compile(r"eyJ[A-Za-z0-9+/_-]{8,}={0,2}")
USER_INFO = re.compile(r"//[^/@\s?#]*@")
