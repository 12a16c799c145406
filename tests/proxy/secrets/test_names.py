"""A name tells whether a credential follows."""

from __future__ import annotations

import pytest

from proxy.secrets.names import is_secret


@pytest.mark.parametrize(
    "name",
    [
        *("authToken", "clientSecret", "pwd", "api_key[]", "auth[token]", "apiKey"),
        *("jwt", "sig", "X-Amz-Signature", "refresh_token", "api_tokens", "api_key_2"),
        *("x-authorization", "authentication", "x-forwarded-access-token", "dpop"),
        *(
            "x-goog-iap-jwt-assertion",
            "x-ms-token-aad-id-token",
            "cf-access-jwt-assertion",
        ),
        *("x-amzn-oidc-data", "x-amzn-oidc-accesstoken", "x-ms-client-principal"),
        *(
            "cf-access-client-secret",
            "x-portkey-virtual-key",
            "x-bf-vk",
            "x-vercel-protection-bypass",
            "x-vault-token",
        ),
        *(
            "apitoken",
            "x-mytoken",
            "x-masterkey",
            "hapikey",
            "secretaccesskey",
            *("creds", "SAMLResponse"),
        ),
        *("x-api-key-value", "authorisation", "appsecret", "csrftoken", "x-pat"),
        *("private-token", "x-functions-key", "x-csrf-token", "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_names_of_credentials(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("max_tokens", "max_output_tokens", "x-token-count", "token_type", "tokens"),
        *("x-ratelimit-limit-tokens", "next_page_token", "pageToken", "eos_token"),
        *("prompt_cache_key", "idempotency-key", "sec-websocket-key", "monkey"),
        *("x-auth-request-email", "www-authenticate", "x-amz-algorithm", "passenger"),
        *("maxtokens", "nexttoken", "prompttokens", "cachekey", "publickey", "hotkey"),
        *("client_id", "api_key_id", "code_interpreter", "designation", "keyboard", ""),
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret(name)


def test_a_code_is_a_grant_in_an_address_and_an_error_elsewhere() -> None:
    assert is_secret("code", in_query=True)
    assert not is_secret("code")
