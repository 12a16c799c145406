"""Clients as a local user has them: Weir answers to local host names only."""

from __future__ import annotations

import pytest
from django.test import Client

HOST = {"host": "127.0.0.1:8080"}


@pytest.fixture
def client() -> Client:
    return Client(headers=HOST)
