"""A running Weir sends by itself: captured requests again, files, tries."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from typing import Any
from uuid import UUID

from tests import answers as a
from tests.proxy.conftest import KEY, Line
from tests.raw_client import Answer, request
from tests.server import Row, wait_until
from tests.upstream import send

FORM = "Content-Type: application/x-www-form-urlencoded"
KIND = "Content-Type: application/json"
ASKED = b'{"model": "keyed",  "messages": [{"role": "user", "content": "hi"}]}'


def post(line: Line, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    sent = json.dumps(body or {}).encode()
    answer = line.through(request("POST", f"/api{path}", KIND, body=sent))
    assert answer.status == status, answer.body
    return dict(json.loads(answer.body))


def get(line: Line, path: str) -> Answer:
    return line.through(request("GET", path))


def captured(line: Line, path: str, *headers: str, body: bytes = ASKED) -> Row:
    assert line.through(request("POST", path, KIND, *headers, body=body)).complete
    return line.weir.finished(path)


def uid(row: Row) -> str:
    return str(UUID(row["uid"]))


def sent_again(line: Line, row: Row) -> Row:
    """The new request, recorded to its end."""
    sql = "SELECT * FROM runs_capturedrequest WHERE resend_of = ? AND outcome != ?"
    found = wait_until(
        lambda: line.weir.query(sql, row["uid"], "pending"), "it is recorded"
    )
    return dict(found[-1])


def test_a_request_goes_again_with_keys_of_weirs_own(line: Line) -> None:
    path = "/v1/again/chat/completions"
    line.upstream.on(path, send(a.as_json(a.CHAT)))
    headers = (
        *("Authorization: Bearer sk-clients-own-0123456789", "X-Mine: kept"),
        *("Cookie: a=b", "X-Weir-Run: elsewhere"),
    )
    row = captured(line, path, *headers)
    plan = post(line, f"/requests/{uid(row)}/resend", {"dry_run": True})
    assert (plan["id"], plan["status"], plan["route"]) == (None, None, "keyed")
    told = post(line, f"/requests/{uid(row)}/resend")
    assert (told["status"], told["ok"], told["text"]) == (200, True, "Hi")
    assert (told["resend_of"], told["upstream_url"]) == (
        uid(row),
        f"{line.upstream.url}{path}",
    )
    got = line.upstream.last(path)
    assert got.body == ASKED
    assert got.header("authorization") == f"Bearer {KEY}".encode()
    assert got.header("x-mine") == b"kept"
    assert got.header("cookie") is None

    new = sent_again(line, row)
    assert uid(new) == told["id"]
    assert new["is_success"]
    first = json.loads(get(line, f"/api/requests/{uid(row)}").body)
    assert (first["resent_as"], first["resend_of"]) == ([told["id"]], None)
    page = get(line, f"/requests/{uid(row)}?tab=again").body.decode()
    assert "Both answers say the same words" in page
    assert f"/requests/{told['id']}?tab=again" in page
    token = "a" * 32
    form = request(
        "POST",
        f"/requests/{uid(row)}/resend",
        FORM,
        f"Cookie: weir_csrf={token}",
        body=f"to=&model=&csrfmiddlewaretoken={token}".encode(),
    )
    assert line.through(form).header("location") not in (None, b"")


def test_it_goes_elsewhere_and_what_breaks_is_told(line: Line) -> None:
    path = "/v1/elsewhere/chat/completions"
    line.upstream.on(path, send(a.as_json(a.CHAT)))
    row = captured(line, path)
    again = f"/requests/{uid(row)}/resend"
    told = post(line, again, {"to": "claude-test", "wait": True})
    sent = json.loads(line.upstream.last(path).body)
    assert (told["route"], sent["model"]) == ("claude-test", "claude-test")
    assert sent_again(line, row)["model"] == "claude-test"
    broken = post(line, again, {"to": "refused"})
    assert (broken["status"], broken["ok"]) == (502, False)
    # What may not be called by a client may not be called so either.
    for to, said in (
        ("http://169.254.169.254/v1", "link-local"),
        ("http://user:pw@x.example/v1", "user name or password"),
        (line.upstream.url, "WEIR_PROXY_HOSTS"),
        ("nowhere", "is no provider"),
    ):
        assert said in post(line, again, {"to": to}, 422)["error"]["message"]
    plan = post(line, again, {"to": "anthropic", "model": "m", "dry_run": True})
    assert plan["upstream_url"].startswith("https://api.anthropic.com/v1/elsewhere")
    outside = {"to": "https://llm.example.com/api/v4", "dry_run": True}
    assert post(line, again, outside)["upstream_url"] == (
        "https://llm.example.com/api/v4/elsewhere/chat/completions"
    )


def test_what_was_not_kept_is_not_sent(line: Line) -> None:
    gone = "00000000-0000-7000-8000-000000000000"
    post(line, f"/requests/{gone}/resend", status=404)
    path = "/v1/cut/chat/completions"
    line.upstream.on(path, send(a.as_json(a.CHAT)))
    row = captured(line, path)
    sql = "UPDATE runs_body SET kept = 3 WHERE side = 'request' AND request_id = ?"
    with sqlite3.connect(line.weir.database) as database:
        database.execute(sql, (row["id"],))
    told = post(line, f"/requests/{uid(row)}/resend", status=409)
    assert "kept to its end" in told["error"]["message"]


def test_a_file_is_sent_as_a_client_would(line: Line) -> None:
    path = "/v1/from-file/chat/completions"
    line.upstream.on(path, send(a.as_json(a.CHAT)))
    asked = {
        "method": "post",
        "path": path,
        "query": "a=1&key=AIza-of-the-file-0123&b=1 HTTP/1.1\r\nX: y",
        "headers": [
            {"name": "Content-Type", "value": "application/json"},
            {"name": "Authorization", "value": "Bearer sk-of-the-file-0123"},
        ],
        "body_base64": b64encode(ASKED).decode(),
        "run": "of files",
    }
    told = post(line, "/requests/resend", asked)
    assert (told["ok"], told["path"]) == (True, path)
    got = line.upstream.last(path)
    line_end = b"%20HTTP/1.1%0D%0AX:%20y"  # no second request
    assert got.target == f"{path}?a=1&b=1".encode() + line_end
    assert got.body == ASKED
    assert got.header("authorization") == f"Bearer {KEY}".encode()
    own = asked | {"path": "/api/requests/resend"}
    assert "Weir's own" in post(line, "/requests/resend", own, 422)["error"]["message"]
    post(line, "/requests/resend", asked | {"body_base64": "!"}, 422)
    post(line, "/requests/resend", asked | {"body_base64": "é"}, 422)
    for name, value in (("X-Mine", "a\r\nX-Other: b"), ("X Mine", "a"), ("", "a")):
        headers = {"headers": [{"name": name, "value": value}]}
        post(line, "/requests/resend", asked | headers, 422)


def test_an_upstream_is_tried_and_captured(line: Line) -> None:
    for kind, text in (("simple", True), ("stream", True), ("tools", False)):
        told = post(line, "/providers/demo/try", {"kind": kind})
        assert (told["ok"], bool(told["text"]) or not text) == (True, True), told
        found = wait_until(
            lambda told=told: line.weir.query(  # type: ignore[misc]
                "SELECT * FROM runs_capturedrequest WHERE uid = ?",
                UUID(told["id"]).hex,
            ),
            "the try is recorded",
        )
        assert found[0]["provider"] == "demo"
    post(line, "/providers/openai/try", status=422)
    post(line, "/providers/none/try", status=404)
    tried = post(line, "/try", {"model": "weir-demo-error-429"})
    assert (tried["status"], tried["ok"], bool(tried["error"])) == (429, False, True)
