"""Tokens by which one service knows which other calls it."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwt

from services.common.auth import (
    LIFETIME_SECONDS,
    InvalidTokenError,
    TokenSigner,
    TokenVerifier,
    generate_key_pair,
    public_key_of,
)

AGENT, GATEWAY = generate_key_pair(), generate_key_pair()
KEYS = {"agent": AGENT[1], "gateway": GATEWAY[1]}


class Clock:
    """Seconds that tests move on."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def claims(clock: Clock) -> dict[str, Any]:
    return {"iss": "agent", "aud": "sales", "iat": int(clock.now), "exp": int(clock.now) + 60}


def signed(kid: str, seed: bytes, content: dict[str, Any]) -> str:
    """A token of any content that is properly signed with the seed."""
    key = TokenSigner(kid, seed)._key
    return jwt.encode({"alg": "Ed25519", "kid": kid}, content, key, algorithms=["Ed25519"])


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_tells_its_caller() -> None:
    verifier = TokenVerifier(KEYS)
    assert verifier.caller(TokenSigner("agent", AGENT[0]).token()) == "agent"
    assert verifier.caller(TokenSigner("gateway", GATEWAY[0]).token()) == "gateway"


def test_nobody_can_sign_as_somebody_else() -> None:
    verifier = TokenVerifier(KEYS)
    with pytest.raises(InvalidTokenError):
        verifier.caller(TokenSigner("agent", GATEWAY[0]).token())


def test_while_a_callers_key_is_changed_tokens_of_both_keys_hold() -> None:
    old, new = AGENT, generate_key_pair()
    tokens = {name: TokenSigner("agent", seed).token() for name, (seed, _) in (("old", old), ("new", new))}
    both = TokenVerifier({"agent": [old[1], new[1]], "gateway": GATEWAY[1]})
    assert [both.caller(token) for token in tokens.values()] == ["agent", "agent"]
    for stranger in (GATEWAY[0], generate_key_pair()[0]):
        with pytest.raises(InvalidTokenError):
            both.caller(TokenSigner("agent", stranger).token())
    after = TokenVerifier({"agent": [new[1]]})
    assert after.caller(tokens["new"]) == "agent"
    with pytest.raises(InvalidTokenError):
        after.caller(tokens["old"])


def test_nobody_can_name_somebody_else_in_a_token_signed_with_its_own_key() -> None:
    clock = Clock()
    forged = signed("gateway", GATEWAY[0], claims(clock) | {"iss": "agent"})
    with pytest.raises(InvalidTokenError, match="another caller"):
        TokenVerifier(KEYS, clock).caller(forged)


def test_an_unknown_caller_is_refused() -> None:
    seed, _ = generate_key_pair()
    with pytest.raises(InvalidTokenError):
        TokenVerifier(KEYS).caller(TokenSigner("stranger", seed).token())


def test_a_token_expires_also_when_it_was_verified_before() -> None:
    clock = Clock()
    verifier, token = TokenVerifier(KEYS, clock), TokenSigner("agent", AGENT[0], clock).token()
    assert verifier.caller(token) == "agent"
    clock.now += LIFETIME_SECONDS - 1
    assert verifier.caller(token) == "agent"
    clock.now += 2
    with pytest.raises(InvalidTokenError):
        verifier.caller(token)


def test_a_signer_renews_its_token_in_time() -> None:
    clock = Clock()
    signer, verifier = TokenSigner("agent", AGENT[0], clock), TokenVerifier(KEYS, clock)
    first = signer.token()
    for _ in range(30):
        clock.now += 30
        assert verifier.caller(signer.token()) == "agent"
    assert signer.token() != first


def test_a_token_is_reused_until_shortly_before_it_expires() -> None:
    clock = Clock()
    signer = TokenSigner("agent", AGENT[0], clock)
    first = signer.token()
    clock.now += LIFETIME_SECONDS - 61
    assert signer.token() == first


@pytest.mark.parametrize("claim", ["aud", "exp", "iss"])
def test_a_token_without_a_claim_is_refused(claim: str) -> None:
    clock = Clock()
    incomplete = {name: value for name, value in claims(clock).items() if name != claim}
    with pytest.raises(InvalidTokenError):
        TokenVerifier(KEYS, clock).caller(signed("agent", AGENT[0], incomplete))


def test_a_token_for_another_audience_is_refused() -> None:
    clock = Clock()
    with pytest.raises(InvalidTokenError):
        TokenVerifier(KEYS, clock).caller(signed("agent", AGENT[0], claims(clock) | {"aud": "elsewhere"}))


@pytest.mark.parametrize("issuer", [["agent"], 7, None, {}])
def test_a_token_with_a_strange_issuer_is_refused(issuer: Any) -> None:
    clock = Clock()
    with pytest.raises(InvalidTokenError):
        TokenVerifier(KEYS, clock).caller(signed("agent", AGENT[0], claims(clock) | {"iss": issuer}))


def test_an_unsigned_token_is_refused() -> None:
    clock = Clock()
    for header in ({"alg": "none", "kid": "agent"}, {"alg": "HS256", "kid": "agent"}):
        with pytest.raises(InvalidTokenError):
            TokenVerifier(KEYS, clock).caller(f"{segment(header)}.{segment(claims(clock))}.")


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "..", "é.é.é", f"{segment([])}.{segment([])}.AA"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidTokenError):
        TokenVerifier(KEYS).caller(token)


def test_a_changed_token_is_refused() -> None:
    header, content, signature = TokenSigner("agent", AGENT[0]).token().split(".")
    altered = json.loads(base64.urlsafe_b64decode(content + "==")) | {"exp": 9_999_999_999}
    with pytest.raises(InvalidTokenError):
        TokenVerifier(KEYS).caller(f"{header}.{segment(altered)}.{signature}")


def test_the_cache_of_verified_tokens_stays_bounded() -> None:
    clock = Clock()
    signer, verifier = TokenSigner("agent", AGENT[0], clock), TokenVerifier(KEYS, clock)
    for lifetime in range(60, 60 + 1100):
        verifier.caller(signer.sign(lifetime))
    assert len(verifier._verified) <= 1024


def test_the_public_key_follows_from_the_seed() -> None:
    assert public_key_of(AGENT[0]) == AGENT[1]


def test_metadata_carries_the_token_and_the_tenant() -> None:
    signer = TokenSigner("agent", AGENT[0])
    assert signer.metadata() == (("authorization", f"Bearer {signer.token()}"),)
    assert signer.metadata("valdman")[1] == ("x-tenant-id", "valdman")
