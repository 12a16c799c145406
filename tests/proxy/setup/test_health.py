from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from proxy.schemas import HealthState
from proxy.setup.health import check, models_url
from tests.proxy.route.routing_cases import GOOGLE, PROVIDERS, provider


@dataclass
class Upstream:
    url: str = ""
    status: int = 200
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    found = Upstream()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.seen.append((self.path, headers))
            self.send_response(found.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, HealthState.OK),
        (404, HealthState.OK),
        (401, HealthState.UNAUTHORISED),
        (403, HealthState.UNAUTHORISED),
        (500, HealthState.UNREACHABLE),
    ],
)
def test_the_answer_tells_the_state(
    upstream: Upstream, status: int, state: HealthState
) -> None:
    upstream.status = status
    found = check(provider("p", f"{upstream.url}/v1"), {})
    assert (found.state, found.status) == (state, status)
    assert found.latency_ms is not None


@pytest.mark.parametrize(
    ("style", "header", "value"),
    [
        ("bearer", "authorization", "Bearer sk-1"),
        ("x-api-key", "x-api-key", "sk-1"),
        ("api-key", "api-key", "sk-1"),
    ],
)
def test_the_key_goes_where_the_provider_wants_it(
    upstream: Upstream, style: str, header: str, value: str
) -> None:
    row = provider("p", f"{upstream.url}/v1", auth_style=style, api_key_env="K")
    found = check(row, {"K": "sk-1"})
    path, headers = upstream.seen[0]
    assert (path, headers[header]) == ("/v1/models", value)
    assert "sk-1" not in repr(found)


def test_without_its_key_nobody_is_asked(upstream: Upstream) -> None:
    found = check(provider("p", upstream.url, api_key_env="K"), {"K": " "})
    assert found.state is HealthState.MISSING_KEY
    assert upstream.seen == []


def test_what_cant_be_reached_is_told() -> None:
    found = check(provider("p", "http://127.0.0.1:9/v1"), {})
    assert (found.state, found.status) == (HealthState.UNREACHABLE, None)


def test_a_provider_that_is_off_or_built_in_is_not_asked() -> None:
    off = provider("p", "http://h", active=False)
    assert check(off, {}).state is HealthState.NOT_CHECKED
    assert check(provider("demo", "demo:"), {}).state is HealthState.OK


def test_a_metadata_host_is_never_asked() -> None:
    found = check(provider("p", "http://169.254.169.254/v1"), {})
    assert "never calls it" in found.message


def test_each_provider_lists_its_models_somewhere() -> None:
    urls = {row.slug: models_url(row) for row in PROVIDERS if row.slug != "demo"}
    assert urls["google"] == f"{GOOGLE}/v1beta/models"
    assert urls["openai"] == "https://api.openai.com/v1/models"
    assert urls["groq"] == "https://api.groq.com/openai/v1/models"
    assert urls["ollama"] == "http://localhost:11434/v1/models"
