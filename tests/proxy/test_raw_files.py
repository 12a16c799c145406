"""Raw files, unknown addresses and what is kept by default, on a running Weir."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from observe.problem import BadUsage
from tests import answers as a
from tests.observe.cli.commands.told import weir as here
from tests.observe.remote.weir_command import weir as command, weir_json
from tests.raw_client import ask, request
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream, send

KIND = "Content-Type: application/json"
BODY = b'{"model": "m", "messages": []}'


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


def test_what_the_settings_say_is_kept(upstream: Upstream, tmp_path: Path) -> None:
    settings = {
        "WEIR_RAW_FILES": "true",
        "WEIR_CAPTURE_UNKNOWN": "none",
        "WEIR_CAPTURE": "masked",
    }
    path = "/v1/raw/chat/completions"
    upstream.on(path, send(a.as_json(a.CHAT)))
    with WeirServer(tmp_path / "w", f"{upstream.url}/v1", **settings) as weir:
        unknown = ask(weir.address, request("POST", "/opneai/v1/x", KIND, body=BODY))
        assert unknown.status == 404
        secret = BODY.replace(
            b"[]", b'[{"role":"user","content":"AKIA%s"}]' % (b"Q" * 16)
        )
        sent = request("POST", path, KIND, "Authorization: Bearer sk-1", body=secret)
        assert ask(weir.address, sent).complete
        row = weir.finished(path)
        (file,) = wait_until(
            lambda: list((weir.data_dir / "raw").glob("*_request.bin")), "it is written"
        )
        written = file.read_bytes()
        assert b"AKIA" not in written
        assert b"sk-1" not in written

        # The file goes again, tied to what it is of.
        told = weir_json(tmp_path, "resend", str(file), "--server", weir.url)
        assert told[0]["after"]["resend_of"].replace("-", "") == row["uid"]
        assert upstream.last(path).body.startswith(b'{"model": "m"')

        # By filter, the oldest first, and only looked at.
        where = ("--server", weir.url)
        words = ("--provider", row["provider"], "--speed", "1e5", "--dry-run")
        plan = command(tmp_path, "resend", *words, *where)
        assert "Nothing was sent" in plan.stderr
        assert plan.stdout.count("chat/completions") == 2
        uid = str(UUID(row["uid"]))
        nowhere = command(tmp_path, "resend", uid, "--to", "nowhere", *where)
        assert nowhere.returncode == 1
        assert "is no provider" in nowhere.stdout
        assert command(tmp_path, "resend", *where).returncode == 2
        tried = weir_json(tmp_path, "probe", "weir-demo-fast", "--kind", "all", *where)
        assert [each["ok"] for each in tried] == [True] * 4
        failed = here("probe", "weir-demo-error-429", *where)
        assert failed.code == 1
        assert re.search(r"simple +429 ", failed.out)
        with pytest.raises(BadUsage, match="Name a model, or a provider"):
            here("probe", *where)
        assert weir.requests("/opneai/%") == []
        assert json.loads(ask(weir.address, request("GET", "/api/storage")).body)


def test_what_nobody_takes_can_go_somewhere(upstream: Upstream, tmp_path: Path) -> None:
    upstream.on("/404/opneai/v1/x", send(a.as_json({"found": False}, status="404 No")))
    settings = {"WEIR_NOT_FOUND": f"{upstream.url}/404", "WEIR_CAPTURE": "off"}
    with WeirServer(tmp_path / "w", "", **settings) as weir:
        answer = ask(weir.address, request("GET", "/opneai/v1/x"))
        assert (answer.status, json.loads(answer.body)) == (404, {"found": False})
        assert ask(weir.address, request("GET", "/requests")).status == 200
        assert weir.requests() == []
