"""Pages and websockets have one door: whoever may use the one may use the other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from observe.live.consumers import websocket_urlpatterns

pytestmark = pytest.mark.django_db(transaction=True)
BEARER = {"authorization": "Bearer secret"}
LISTED = ("weir.lan",)


@dataclass(frozen=True)
class Case:
    bound_to: str
    is_in: bool
    allowed: tuple[str, ...]
    headers: dict[str, str]
    trusted: tuple[str, ...] = ()


Said = dict[str, str]
NOTHING: Said = {}


def local(host: str, is_in: bool, said: Said = NOTHING, *allowed: str) -> Case:
    return Case("127.0.0.1", is_in, allowed, {"host": host, **said})


def beyond(host: str, is_in: bool, said: Said = NOTHING, *allowed: str) -> Case:
    return Case("0.0.0.0", is_in, allowed, {"host": host, **said})


HERE = "127.0.0.1:8080"
ELSEWHERE = {"origin": "http://evil.example"}
CASES = {
    "local": local(HERE, True),
    "local, foreign name": local("evil.example", False),
    "local, listed name": local("weir.lan", True, NOTHING, *LISTED),
    "local, page elsewhere": local(HERE, False, ELSEWHERE),
    "local, other port": local(HERE, False, {"origin": "http://127.0.0.1:3000"}),
    "local, own page": local(
        HERE, True, {"origin": f"http://{HERE}", "sec-fetch-site": "same-origin"}
    ),
    "local, sent from elsewhere": local(HERE, False, {"sec-fetch-site": "cross-site"}),
    "beyond, stranger": beyond("weir.lan", False),
    "beyond, token": beyond("any.example", True, BEARER),
    "beyond, wrong token": beyond("weir.lan", False, {"authorization": "Bearer no"}),
    "beyond, listed name": beyond("weir.lan:8080", True, BEARER, *LISTED),
    "beyond, own name": beyond("0.0.0.0:8080", True, BEARER, *LISTED),
    "beyond, local name": beyond("localhost", True, BEARER, *LISTED),
    "beyond, unlisted name": beyond("evil.example", False, BEARER, *LISTED),
    "beyond, page elsewhere": beyond("weir.lan", False, BEARER | ELSEWHERE, *LISTED),
}


BALANCED = Case(
    "0.0.0.0",
    True,
    (),
    {
        "host": "10.0.0.7:8080",
        "origin": "https://weir.example",
        "sec-fetch-site": "same-origin",
        **BEARER,
    },
    trusted=("https://weir.example",),
)
CASES |= {
    "beyond, by a load balancer's name": BALANCED,
    "beyond, by a name that is not told": replace(BALANCED, trusted=(), is_in=False),
    "beyond, token as X-Weir-Token": beyond(
        "weir.lan", True, {"x-weir-token": "secret"}
    ),
}


def opens_a_page(headers: dict[str, str]) -> bool:
    """A POST, since following a link is allowed from everywhere; 405 is inside."""
    return bool(Client(headers=headers).post("/requests").status_code == 405)


def opens_a_socket(headers: dict[str, str]) -> bool:
    async def attempt() -> bool:
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        app = URLRouter(websocket_urlpatterns)
        socket = WebsocketCommunicator(app, "/ws/live", headers=given)
        connected, _ = await socket.connect()
        await socket.disconnect()
        return bool(connected)

    return asyncio.run(asyncio.wait_for(attempt(), 30))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_pages_and_websockets_let_in_the_same(case: Case, settings: Settings) -> None:
    settings.WEIR_HOST, settings.WEIR_TOKEN = case.bound_to, "secret"
    settings.WEIR_ALLOWED_HOSTS = case.allowed
    settings.WEIR_TRUSTED_ORIGINS = case.trusted
    assert opens_a_page(case.headers) is case.is_in
    assert opens_a_socket(case.headers) is case.is_in


@pytest.mark.parametrize("host", ["weir.lan", "evil.example"])
def test_a_login_is_held_to_the_host_too(host: str, settings: Settings) -> None:
    settings.WEIR_HOST, settings.WEIR_ALLOWED_HOSTS = "0.0.0.0", LISTED
    ann = get_user_model().objects.create_user("ann", password="pass-word-9")
    client = Client()
    client.force_login(ann)
    cookie = f"weir_session={client.cookies['weir_session'].value}"
    headers = {"host": host, "cookie": cookie}
    is_in = host in LISTED
    assert opens_a_page(headers) is is_in
    assert opens_a_socket(headers) is is_in
