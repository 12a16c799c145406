"""Writes tests/clients/recorded/: what each agent sends and hears in a tool loop.

    PATH=DIR/node_modules/.bin:$PATH .venv/bin/python -m tests.clients.agents.record

Taken from what Weir stored. Long texts and tool schemas are cut, alike wherever they
stand, so that histories still repeat; folders are renamed, keys were masked already.
`tests/clients/test_recorded.py` plays them.
"""

from __future__ import annotations

import json
import tempfile
import urllib.request
import zlib
from pathlib import Path
from typing import Any

from tests.clients.agents.cli import AGENTS, Agent
from tests.clients.desk import Desk, open_desk
from tests.server import Row

RECORDED = Path(__file__).resolve().parent.parent / "recorded"
LONGEST = 240
DROPPED = {"host", "content-length", "connection", "content-encoding", "date", "server"}


def main() -> None:
    RECORDED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, open_desk(Path(scratch)) as desk:
        for agent in AGENTS:
            if agent.is_here:
                record(desk, agent, Path(scratch) / "run")


def record(desk: Desk, agent: Agent, folder: Path) -> None:
    newest, begin = desk.newest(), len(desk.provider.calls)
    agent.run(desk.weir.url, folder)
    count = len(desk.provider.calls) - begin
    rows = desk.rows_after(newest, count, at_least=True)
    exchanges = [exchange(desk, row, folder) for row in rows if row["status"] == 200]
    lines = [json.dumps(each, ensure_ascii=False) for each in exchanges]
    text = "[\n" + ",\n".join(lines) + "\n]"
    (RECORDED / f"{agent.name}.json").write_text(text + "\n", "utf-8")


def exchange(desk: Desk, row: Row, folder: Path) -> dict[str, Any]:
    detail = desk.detail(row)
    asked, answer = (
        renamed(body(desk, row, side), folder) for side in ("request", "response")
    )
    return {
        "method": row["method"],
        "path": row["path"],
        "query": detail.query,
        "request_headers": kept(detail.request_headers),
        "request": cut(json.loads(asked)),
        "status": row["status"],
        "response_headers": kept(detail.response_headers),
        "response": [cut_line(line) for line in answer.splitlines()],
    }


def body(desk: Desk, row: Row, side: str) -> bytes:
    url = f"{desk.weir.url}/api/requests/{row['uid']}/{side}"
    with urllib.request.urlopen(url, timeout=10) as got:
        data: bytes = got.read()
    packed = data[:2] == b"\x1f\x8b"
    # A client that left at the terminal event never got gzip's last bytes.
    return zlib.decompressobj(wbits=31).decompress(data) if packed else data


def renamed(data: bytes, folder: Path) -> str:
    text = data.decode().replace(str(folder / "work"), "/home/dev/project")
    return text.replace(str(folder / "home"), "/home/dev")


def kept(headers: list[tuple[str, str]]) -> list[list[str]]:
    return [[name, value] for name, value in headers if name.lower() not in DROPPED]


def cut_line(line: str) -> str:
    """A line of server-sent events."""
    head, found, data = line.partition("data: ")
    if not found or not data.startswith("{"):
        return line
    event = cut(json.loads(data))
    if isinstance(event.get("response"), dict):
        # An echo of the request, in three events of each answer.
        event["response"]["tools"] = []
    return head + found + json.dumps(event, ensure_ascii=False)


def cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return value[:LONGEST] + "…"
    if isinstance(value, list):
        return [cut(each) for each in value]
    if isinstance(value, dict):
        return {name: without_schema(name, each) for name, each in value.items()}
    return value


def without_schema(name: str, value: Any) -> Any:
    schemas = ("parameters", "input_schema", "parametersJsonSchema")
    if name in schemas and isinstance(value, dict):
        return {"type": "object"}
    return cut(value)


if __name__ == "__main__":
    main()
