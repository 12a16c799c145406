"""Providers: what is refused, each with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from proxy.models import Provider
from tests.proxy.models.problem import problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["", "-a", "A", "a b", "ü", "a" * 65, "a/b", "a\n"])
def test_a_slug_that_cant_be_an_address_is_refused(slug: str) -> None:
    assert problem(Provider(slug=slug, base_url="http://x.example"))


@pytest.mark.parametrize("slug", ["api", "v1", "proxy", "admin", "runs", "upload"])
def test_a_reserved_slug_is_refused_with_a_sentence(slug: str) -> None:
    told = problem(Provider(slug=slug, base_url="http://x.example"))
    assert told == f"“/{slug}” is one of Weir's own addresses."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"base_url": "api.openai.com/v1"}, "must start with http://"),
        ({"base_url": "demo:"}, "must start with http://"),
        ({"base_url": "http://169.254.169.254"}, "never calls it"),
        ({"base_urls": {"anthropic": "x.example"}}, "must start with http://"),
        ({"base_urls": {"claude": "http://x.example"}}, "“claude” is none of"),
        ({"base_urls": ["http://x.example"]}, "{dialect: URL}"),
        ({"wire_formats": []}, "List at least one"),
        ({"wire_formats": ["grpc"]}, "“grpc” is none of"),
        ({"proxy_url": "proxy:3128"}, "http://host:port"),
        ({"proxy_url": "http://a:b@proxy:3128"}, "password"),
        ({"api_key_env": "sk-live-123"}, "names an environment variable"),
        ({"read_timeout_s": 0}, "greater than or equal to 0.1"),
        ({"auth_style": "digest"}, "not a valid choice"),
    ],
)
def test_a_provider_that_cant_work_is_refused(fields: Any, said: str) -> None:
    row = Provider(**{"slug": "mine", "base_url": "http://x.example/v1", **fields})
    assert said in problem(row)


def test_a_good_provider_passes() -> None:
    Provider(slug="mine", base_url="http://localhost:9000/v1").full_clean()
    Provider.objects.get(slug="demo").full_clean()
