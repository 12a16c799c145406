"""Failures that vendors report in their own members, many of them under a 200.

`proxy/wire/faults.py` asks here when a body has no `error`. Sources: the error pages of
MiniMax (`base_resp`), Baidu Qianfan (`error_code`), Cloudflare Workers AI (`success`,
`errors`), DashScope and Zhipu (`code` with `message` or `msg`), iFlytek Spark
(`header.code`), Tencent (`Response.Error`), Volcengine (`ResponseMetadata`), Apigee
(`fault`). Pure.
"""

from __future__ import annotations

from typing import Any

from proxy.wire.lenient import Record, clean, dump, record, short

Fault = tuple[str, str | None]
"""Message and type."""

_CODES = ("error_code", "errorCode", "err_code", "errcode", "ErrorCode")
_WORDS = (
    *("message", "msg", "error_msg", "error_message", "errorMessage"),
    *("errmsg", "err_msg", "status_msg", "statusMessage", "ErrorMessage", "Message"),
    *("error_description", "detail", "details", "errors", "title", "reason"),
)
"""Where the sentence for people stands, the surest first."""
_GOOD = frozenset(
    {"", "0", "200", "201", "20000", "ok", "success", "succeeded", "created", "none"}
)
_ANSWERS = (
    *("choices", "content", "output", "candidates", "data", "result", "results"),
    *("response", "embeddings", "text", "delta", "item"),
)
"""A `code` beside one of these is no failure."""
_NESTED = (
    ("base_resp", "status_code", "status_msg"),
    ("header", "code", "message"),
)
_BOXES = ("Response", "ResponseMetadata")


_SIGNS = frozenset(
    {
        *(*_CODES, *(box for box, *_ in _NESTED), *_BOXES),
        *("success", "errors", "code", "fault"),
    }
)
"""A body without any of these names no failure."""


def vendor_fault(body: Record) -> Fault | None:
    """The failure that a body names by code, whatever its status says."""
    if _SIGNS.isdisjoint(body):
        return None
    for box, code, words in _NESTED:
        inner = record(body.get(box))
        if _is_bad(inner.get(code)):
            return _told(inner, words), _kind(inner.get(code))
    for box in _BOXES:
        error = record(record(body.get(box)).get("Error"))
        if error:
            return _told(error, "Message"), short(error.get("Code"))
    told = record(body.get("fault"))
    if told.get("faultstring"):
        kind = record(told.get("detail")).get("errorcode")
        return _told(told, "faultstring"), _kind(kind)
    for name in _CODES:
        if _is_bad(body.get(name)):
            return words_in(body) or dump(body)[:300], _kind(body.get(name))
    return _without_success(body)


def _without_success(body: Record) -> Fault | None:
    words = words_in(body)
    is_refused = str(body.get("success")).lower() == "false" or (
        body.get("errors") and not body.get("success")
    )
    if is_refused and words:
        return words, _kind(body.get("code") or _first_code(body))
    has_answer = any(body.get(name) for name in _ANSWERS)
    if _is_bad(words or None) and _is_bad(body.get("code")) and not has_answer:
        return words, _kind(body.get("code"))
    return None


def words_in(body: Record) -> str:
    """The sentence of an error body that has no `error`, or ""."""
    for name in _WORDS:
        if value := body.get(name):
            return _sentence(value)
    return ""


def _sentence(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        only = value[0]
        if isinstance(only, dict) and isinstance(only.get("message"), str):
            return clean(only["message"])
        if isinstance(only, str):
            return clean(only)
    return clean(value) if isinstance(value, str) else dump(value)


def _told(inner: Record, name: str) -> str:
    return words_in({"message": inner.get(name)}) or words_in(inner) or dump(inner)


def _is_bad(code: object) -> bool:
    """True for what says failure; zero, 200 and "success" don't."""
    if code is None or isinstance(code, bool | float | dict | list):
        return False
    return str(code).strip().lower() not in _GOOD


def _kind(code: object) -> str | None:
    return short(str(code)) if code not in (None, "") else None


def _first_code(body: Record) -> object:
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else errors
    return record(first).get("code")
