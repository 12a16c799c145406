"""The way to the upstream: forward proxies, TLS, refused addresses."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from proxy.forward.upstream import environment_proxy
from tests import answers
from tests.clients.desk import move_provider
from tests.server import WeirServer
from tests.upstream import Hangup, Peer, Step, Upstream, send


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    environment_proxy.cache_clear()
    yield monkeypatch
    environment_proxy.cache_clear()


def test_no_variable_no_proxy(clean: pytest.MonkeyPatch) -> None:
    assert environment_proxy("https://api.openai.com") is None


def test_the_variables_name_the_proxy_and_its_exceptions(
    clean: pytest.MonkeyPatch,
) -> None:
    clean.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    clean.setenv("NO_PROXY", "internal.test,127.0.0.1")
    assert environment_proxy("https://api.openai.com") == "http://proxy.test:3128"
    assert environment_proxy("https://llm.internal.test") is None
    assert environment_proxy("http://127.0.0.1:8000") is None


def post(
    weir: WeirServer, model: str = "m", path: str = "/v1/chat/completions"
) -> dict[str, object]:
    request = urllib.request.Request(
        weir.url + path,
        json.dumps({"model": model, "messages": []}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))


def test_calls_go_through_the_forward_proxy(tmp_path: Path) -> None:
    with Upstream() as forward_proxy:
        target = "http://llm.test/v1/chat/completions"
        forward_proxy.on(target, send(answers.as_json({"id": "by proxy"})))
        with WeirServer(
            tmp_path, "http://llm.test/v1", HTTP_PROXY=forward_proxy.url
        ) as weir:
            assert post(weir) == {"id": "by proxy"}
        [got] = forward_proxy.received
        assert got.target == target.encode()
        assert got.header("host") == b"llm.test"


def tunnel(host: str, port: int, field: bytes = b"") -> Step:
    """What a forward proxy does with CONNECT: bytes both ways, unread."""

    def step(peer: Peer) -> None:
        with socket.create_connection((host, port)) as far:
            peer.send(b"HTTP/1.1 200 Connection established\r\n%b\r\n" % field)
            back = threading.Thread(target=_pump, args=(far, peer.sock), daemon=True)
            back.start()
            _pump(peer.sock, far)
            back.join(5)
        raise Hangup

    return step


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_https_goes_through_a_tunnel_of_the_forward_proxy(
    tmp_path: Path, secure: tuple[str, Path]
) -> None:
    url, certificate = secure
    place = url.removeprefix("https://").removesuffix("/v1")
    host, _, port = place.partition(":")
    with Upstream() as forward_proxy:
        forward_proxy.on(place, tunnel(host, int(port)))
        through = forward_proxy.url.replace("http://", "http://us%40er:pa:ss@")
        with WeirServer(
            tmp_path / "data", url, HTTPS_PROXY=through, SSL_CERT_FILE=str(certificate)
        ) as weir:
            assert post(weir) == {}
            assert post(weir) == {}
        [got] = forward_proxy.received
        assert (got.method, got.target) == ("CONNECT", place.encode())
        assert got.header("host") == place.encode()
        credentials = got.header("proxy-authorization")
        assert credentials == b"Basic " + b64encode(b"us@er:pa:ss")


def test_a_new_tunnel_is_no_kept_connection_whatever_the_proxy_says(
    tmp_path: Path, secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent through it and not answered may have been done: it goes once."""
    url, certificate = secure
    asked: list[str] = []

    def crash(self: Secure) -> None:
        asked.append(self.path)
        self.close_connection = True

    monkeypatch.setattr(Secure, "do_POST", crash)
    place = url.removeprefix("https://").removesuffix("/v1")
    host, _, port = place.partition(":")
    with Upstream() as forward_proxy:
        forward_proxy.on(place, tunnel(host, int(port), b"Content-Length: 0\r\n"))
        with WeirServer(
            tmp_path / "data",
            url,
            HTTPS_PROXY=forward_proxy.url,
            SSL_CERT_FILE=str(certificate),
        ) as weir:
            assert "closed before an answer came" in refusal(weir)
    assert len(asked) == 1


def test_a_forward_proxy_that_refuses_is_told(
    tmp_path: Path, secure: tuple[str, Path]
) -> None:
    url, _ = secure
    place = url.removeprefix("https://").removesuffix("/v1")
    with Upstream() as forward_proxy:
        forward_proxy.on(place, send(answers.whole(b"no", status="407 Who are you")))
        with WeirServer(tmp_path / "data", url, HTTPS_PROXY=forward_proxy.url) as weir:
            assert "the forward proxy answered 407" in refusal(weir)


def test_a_kind_of_forward_proxy_that_weir_does_not_speak_is_told(
    tmp_path: Path,
) -> None:
    with WeirServer(
        tmp_path, "http://llm.test/v1", HTTP_PROXY="socks5://127.0.0.1:9"
    ) as weir:
        assert "a forward proxy of the kind socks5" in refusal(weir)


def refusal(weir: WeirServer) -> str:
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(weir)
    assert refused.value.code == 502
    return str(json.load(refused.value)["error"]["message"])


class Secure(BaseHTTPRequestHandler):
    """Answers every POST with a small JSON body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An HTTPS upstream with a certificate that nobody has signed, and that file."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(_self_signed())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Secure) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}/v1", certificate
        server.shutdown()


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, secure: tuple[str, Path]
) -> None:
    url, _ = secure
    with WeirServer(tmp_path / "data", url) as weir:
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(weir)
        assert refused.value.code == 502
        error = json.load(refused.value)["error"]
        assert error["code"] == "UPSTREAM_CONNECTION_FAILED"
        assert "certificate" in error["message"]


def test_a_certificate_of_an_authority_we_are_told_of_is_accepted(
    tmp_path: Path, secure: tuple[str, Path]
) -> None:
    url, certificate = secure
    with WeirServer(tmp_path / "data", url, SSL_CERT_FILE=str(certificate)) as weir:
        assert post(weir) == {}


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]"])
def test_metadata_addresses_are_never_called(tmp_path: Path, host: str) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:9/v1") as weir:
        move_provider(weir, "vllm", f"http://{host}/v1")
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(weir, path="/vllm/chat/completions")
        assert refused.value.code == 403
        assert json.load(refused.value)["error"]["code"] == "HOST_NOT_ALLOWED"


def _self_signed() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
