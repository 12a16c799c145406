"""Rows and files as other products write them, and what becomes of the first."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]
KEY = "sk-proj-" + "a1" * 20
ASKED: Row = {
    "model": "gpt-5-mini",
    "messages": [{"role": "user", "content": "What is two and two?"}],
}
ANSWERED: Row = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-5-mini-2025-08-07",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Four."},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1200, "completion_tokens": 30, "total_tokens": 1230}
    | {"prompt_tokens_details": {"cached_tokens": 200}},
}
USAGE: Row = {
    "prompt_tokens_details": {"cached_tokens": 200},
    "completion_tokens_details": {"reasoning_tokens": 10},
}
LITELLM: list[Row] = [
    {
        "request_id": "chatcmpl-a",
        "call_type": "acompletion",
        "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "spend": 0.000315,
        "total_tokens": 1230,
        "prompt_tokens": 1200,
        "completion_tokens": 30,
        "startTime": "2026-01-01T00:00:00.000Z",
        "endTime": "2026-01-01T00:00:02.500Z",
        "completionStartTime": "2026-01-01T00:00:01.000Z",
        "model": "gpt-5-mini",
        "model_id": "",
        "model_group": "fast",
        "custom_llm_provider": "openai",
        "api_base": "https://api.openai.com",
        "user": "default_user_id",
        "metadata": {"status": "success", "usage_object": USAGE},
        "cache_hit": "False",
        "request_tags": "[]",
        "requester_ip_address": "10.0.0.7",
        "messages": {},
        "response": {},
        "session_id": "s-1",
        "status": "success",
        "proxy_server_request": {},
    }
]
LITELLM += [
    {
        **LITELLM[0],
        "request_id": "chatcmpl-b",
        "startTime": "2026-01-01T00:01:00Z",
        "endTime": "2026-01-01T00:01:00.010Z",
        "cache_hit": "True",
        "spend": 0.0,
    },
    {
        **LITELLM[0],
        "request_id": "chatcmpl-c",
        "startTime": "2026-01-01T00:02:00Z",
        "endTime": "2026-01-01T00:02:01Z",
        "status": "failure",
        "spend": 0.0,
        "total_tokens": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "metadata": json.dumps(
            {
                "status": "failure",
                "error_information": {
                    "error_code": "429",
                    "error_class": "RateLimitError",
                    "error_message": "Slow down",
                },
            }
        ),
    },
    {
        **LITELLM[0],
        "request_id": "chatcmpl-d",
        "startTime": "2026-01-01T00:03:00Z",
        "endTime": "2026-01-01T00:03:01Z",
        "proxy_server_request": json.dumps(ASKED),
        "response": json.dumps(ANSWERED),
    },
]
OPENPROXY: list[Row] = [
    {
        "timestamp": "2026-01-02T00:00:03.000Z",
        "request_method": "POST",
        "request_path": "/v1/chat/completions",
        "provider": "openai",
        "model": "gpt-5-mini",
        "completion_tokens": 30,
        "prompt_tokens": 1200,
        "total_tokens": 1230,
        "cached_tokens": 200,
        "total_cost": "0.000315",
        "response_time": 3000,
        "request_body": ASKED,
        "response_body": ANSWERED,
        "response_status": 200,
        "provider_url": "https://api.openai.com",
        "client_ip": "127.0.0.1",
        "user_agent": "curl/8.5",
        "request_size": 82,
        "response_size": 342,
        "stream": False,
        "request_id": "0d6a5d7e-3f7b-4d38-b9a3-3c24a8b7a111",
    },
    {
        "timestamp": "2026-01-02T00:00:05.000Z",
        "request_method": "POST",
        "request_path": "/v1/messages",
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "completion_tokens": 30,
        "prompt_tokens": 12,
        "total_tokens": 42,
        "cached_tokens": 900,
        "total_cost": None,
        "response_time": 1000,
        "request_body": {**ASKED, "model": "claude-sonnet-4-5"},
        "response_body": {
            "streamed": True,
            "preview": 'event: message_start\ndata: {"type":"message_start",',
            "usage": {"input_tokens": 12, "cache_read_input_tokens": 900},
        },
        "response_status": 200,
        "provider_url": "https://api.anthropic.com",
        "client_ip": None,
        "user_agent": None,
        "request_size": 82,
        "response_size": 9000,
        "stream": True,
        "request_id": "0d6a5d7e-3f7b-4d38-b9a3-3c24a8b7a112",
    },
]
HELICONE: list[Row] = [
    {
        "response_id": "r-1",
        "response_created_at": "2026-01-03T00:00:01.000Z",
        "response_body": ANSWERED,
        "response_status": 200,
        "response_model": "gpt-5-mini-2025-08-07",
        "request_id": "h-1",
        "request_model": "gpt-5-mini",
        "model_override": None,
        "request_created_at": "2026-01-03T00:00:00.000Z",
        "request_body": ASKED,
        "request_path": "https://api.openai.com/v1/chat/completions",
        "request_user_id": None,
        "request_properties": {"Helicone-Session-Id": "s-9"},
        "provider": "OPENAI",
        "delay_ms": 1000,
        "time_to_first_token": 250,
        "total_tokens": 1230,
        "prompt_tokens": 1200,
        "prompt_cache_write_tokens": 0,
        "prompt_cache_read_tokens": 200,
        "completion_tokens": 30,
        "costUSD": 0.000315,
        "properties": {},
        "assets": [],
        "target_url": "https://api.openai.com/v1/chat/completions",
        "cache_reference_id": "00000000-0000-0000-0000-000000000000",
    },
    {
        "response_status": -4,
        "request_id": "h-2",
        "request_created_at": "2026-01-03T00:01:00.000Z",
        "request_body": ASKED,
        "response_body": None,
        "request_path": "https://api.openai.com/v1/chat/completions",
        "provider": "OPENAI",
        "delay_ms": 60000,
    },
]
LANGFUSE: list[Row] = [
    {
        "id": "o-1",
        "traceId": "t-1",
        "type": "GENERATION",
        "name": "answer",
        "startTime": "2026-01-04T00:00:00.000Z",
        "endTime": "2026-01-04T00:00:02.000Z",
        "completionStartTime": "2026-01-04T00:00:00.500Z",
        "model": "gpt-5-mini",
        "modelParameters": {"temperature": 0.5},
        "input": ASKED["messages"],
        "output": {"role": "assistant", "content": "Four."},
        "usageDetails": {
            "input": 1000,
            "input_cached_tokens": 200,
            "output": 20,
            "output_reasoning_tokens": 10,
            "total": 1230,
        },
        "costDetails": {"total": 0.000315},
        "level": "DEFAULT",
        "statusMessage": None,
    },
    {
        "id": "o-2",
        "traceId": "t-1",
        "type": "SPAN",
        "name": "search",
        "startTime": "2026-01-04T00:00:00.000Z",
    },
    {
        "id": "o-3",
        "traceId": "t-2",
        "type": "GENERATION",
        "startTime": "2026-01-04T00:01:00.000Z",
        "model": "gpt-5-mini",
        "input": "What is two and two?",
        "output": None,
        "level": "ERROR",
        "statusMessage": "it broke",
    },
]
HAR: Row = {
    "log": {
        "version": "1.2",
        "creator": {"name": "Firefox", "version": "144.0"},
        "pages": [],
        "entries": [
            {
                "startedDateTime": "2026-01-05T00:00:00.000+01:00",
                "time": 812,
                "request": {
                    "method": "POST",
                    "url": "https://api.openai.com/v1/chat/completions",
                    "httpVersion": "HTTP/2",
                    "headers": [
                        {"name": ":authority", "value": "api.openai.com"},
                        {
                            "name": "Authorization",
                            "value": "Bearer sk-proj-" + "a1" * 20,
                        },
                        {"name": "User-Agent", "value": "Mozilla/5.0"},
                    ],
                    "postData": {
                        "mimeType": "application/json",
                        "text": json.dumps(ASKED),
                    },
                },
                "response": {
                    "status": 200,
                    "statusText": "",
                    "headers": [
                        {"name": "content-type", "value": "application/json"},
                        {"name": "content-encoding", "value": "br"},
                    ],
                    "content": {
                        "size": 300,
                        "mimeType": "application/json",
                        "text": json.dumps(ANSWERED),
                    },
                },
                "cache": {},
                "timings": {"send": 1, "wait": 700, "receive": 111},
            },
            {
                "startedDateTime": "2026-01-05T00:00:01.000Z",
                "time": 12,
                "request": {"method": "GET", "url": "https://x.example/a.js"},
                "response": {"status": 200, "content": {}},
            },
        ],
    }
}
ATIF: Row = {
    "schema_version": "ATIF-v1.8",
    "session_id": "trial-1",
    "agent": {"name": "terminus", "version": "2.0", "model_name": "gpt-5-mini"},
    "steps": [
        {
            "step_id": 1,
            "source": "user",
            "timestamp": "2026-01-06T00:00:00Z",
            "message": "List the files.",
        },
        {
            "step_id": 2,
            "source": "agent",
            "timestamp": "2026-01-06T00:00:02Z",
            "message": "I will look.",
            "tool_calls": [
                {
                    "tool_call_id": "c1",
                    "function_name": "ls",
                    "arguments": {"path": "."},
                }
            ],
            "observation": {"results": [{"source_call_id": "c1", "content": "a b"}]},
            "metrics": {
                "prompt_tokens": 1200,
                "completion_tokens": 30,
                "cached_tokens": 200,
                "cost_usd": 0.000315,
            },
        },
        {
            "step_id": 3,
            "source": "agent",
            "message": "There are a and b.",
            "metrics": {"prompt_tokens": 1300, "completion_tokens": 8},
        },
    ],
}
MESSAGE = {
    "request": "POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\n"
    "Authorization: Bearer sk-proj-0123456789abcdefghij0123456789\r\n"
    "Content-Type: application/json\r\n\r\n" + json.dumps(ASKED),
    "response": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    + json.dumps(ANSWERED),
}


@dataclass(frozen=True)
class Case:
    format: str
    make: Callable[[Path], Path]
    calls: int
    others: int = 0
    """Rows that are no model calls."""
    first: Row = field(default_factory=dict)


def file(text: str | bytes, name: str = "export") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return make


def as_csv(rows: list[Row]) -> str:
    """As a database's `COPY … CSV HEADER` writes it: objects as JSON."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for row in rows:
        cells = {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in row.items()
        }
        writer.writerow(cells)
    return out.getvalue()


def lines(rows: list[Row]) -> str:
    return "\n".join(map(json.dumps, rows)) + "\n"


def logged(folder: Path, *, about: bool) -> Path:
    """A folder of logging-proxy, with the metadata of its newer versions or not."""
    place = folder / "logs"
    place.mkdir()
    stamps = {
        "request": "2026-01-07_00-00-00.000",
        "response": "2026-01-07_00-00-01.500",
    }
    for side, text in MESSAGE.items():
        stem = f"{stamps[side]}_092d0424_{side}"
        (place / f"{stem}.bin").write_text(text, "utf-8", newline="")
        told = {
            "stream_type": side,
            "metadata": {
                "id": "092d0424-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
                "method": "POST",
                "source_url": "http://localhost:5601/openai/v1/chat/completions",
                "target_url": "https://api.openai.com/v1/chat/completions",
                "request_started_at": "2026-01-07T00:00:00Z",
                "upstream_header_duration_ms": 700,
                "response_status_code": 200,
            },
            "completed_at": "2026-01-07T00:00:01.5Z",
            "completed": True,
        }
        if about:
            (place / f"{stem}_metadata.json").write_text(json.dumps(told))
    return place


def openproxy_table(folder: Path) -> Path:
    """Its table in SQLite: the columns are the same."""
    path = folder / "openproxy.db"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE llm_proxy ({', '.join(OPENPROXY[0])})")
        for row in OPENPROXY:
            cells = [
                json.dumps(value) if isinstance(value, dict) else value
                for value in row.values()
            ]
            marks = ", ".join("?" * len(cells))
            database.execute(f"INSERT INTO llm_proxy VALUES ({marks})", cells)
    database.close()
    return path


PRICED: Row = {
    "provider": "openai",
    "input_tokens": 1000,
    "cache_read_tokens": 200,
    "output_tokens": 30,
    "is_success": True,
}
PACKED = gzip.compress(json.dumps({"data": LITELLM, "total": 4}).encode())
FILES: dict[str, Case] = {
    "litellm.csv": Case("litellm", file(as_csv(LITELLM)), 4, 0, PRICED),
    "litellm.json.gz": Case("litellm", file(PACKED), 4, 0, PRICED),
    "openproxy": Case(
        "openproxy", openproxy_table, 2, 0, {**PRICED, "duration_ms": 3000}
    ),
    "openproxy.jsonl": Case("openproxy", file(lines(OPENPROXY)), 2, 0, PRICED),
    "helicone.jsonl": Case(
        "helicone", file(lines(HELICONE)), 2, 0, {**PRICED, "ttft_ms": 250}
    ),
    "helicone.csv": Case("helicone", file(as_csv(HELICONE)), 2, 0, PRICED),
    "langfuse.json": Case(
        "langfuse",
        file(json.dumps({"data": LANGFUSE, "meta": {"page": 1}}, indent=2)),
        2,
        1,
        {
            "input_tokens": 1000,
            "cache_read_tokens": 200,
            "output_tokens": 30,
            "reasoning_tokens": 10,
            "temperature": 0.5,
            "ttft_ms": 500,
            "preview": "What is two and two?",
        },
    ),
    "har": Case("har", file(json.dumps(HAR)), 1, 1, {**PRICED, "duration_ms": 812}),
    "atif": Case(
        "atif",
        file(json.dumps(ATIF, indent=2)),
        2,
        0,
        {
            "input_tokens": 1000,
            "cache_read_tokens": 200,
            "output_tokens": 30,
            "tool_call_count": 1,
            "duration_ms": None,
            "preview": "List the files.",
        },
    ),
    "logging-proxy": Case(
        "logging-proxy",
        lambda folder: logged(folder, about=True),
        1,
        0,
        {**PRICED, "duration_ms": 1500, "path": "/openai/v1/chat/completions"},
    ),
    "old logging-proxy": Case(
        "logging-proxy",
        lambda folder: logged(folder, about=False),
        1,
        0,
        {"input_tokens": 1000, "duration_ms": None},
    ),
}
