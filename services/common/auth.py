"""Tokens by which one service knows which other calls it: short-lived Ed25519 JWTs, one key a service."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import GuestProtocol, OKPKey

AUDIENCE = "sales"
LIFETIME_SECONDS = 300
_REFRESH_BEFORE_SECONDS = 60
_CACHE_LIMIT = 1024
_ALGORITHM = "Ed25519"  # RFC 9864's name for what was "EdDSA"

Now = Callable[[], float]


class InvalidTokenError(Exception):
    """The token is missing, expired, signed by another key, or of an unknown caller."""


def generate_key_pair() -> tuple[bytes, bytes]:
    """A new Ed25519 key pair as (private seed, public key), 32 bytes each."""
    key = Ed25519PrivateKey.generate()
    return (
        key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()),
        key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw),
    )


def public_key_of(seed: bytes) -> bytes:
    """The public key of a private seed."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class TokenSigner:
    """Signs the tokens of one caller and keeps the current one until shortly before it expires."""

    def __init__(self, caller: str, seed: bytes, now: Now = time.time) -> None:
        self._caller = caller
        self._now = now
        self._key = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "d": _base64url(seed), "x": _base64url(public_key_of(seed))}
        )
        self._token = ""
        self._renew_at = 0.0

    def token(self) -> str:
        """A token valid for at least a minute."""
        if self._now() >= self._renew_at:
            self._token = self.sign(LIFETIME_SECONDS)
            self._renew_at = self._now() + LIFETIME_SECONDS - _REFRESH_BEFORE_SECONDS
        return self._token

    def sign(self, lifetime_seconds: int, audience: str = AUDIENCE, **more: str | int) -> str:
        """A token with a lifetime of its own, for people; `more` are claims beside the registered ones."""
        now = int(self._now())
        claims = {"iss": self._caller, "aud": audience, "iat": now, "exp": now + lifetime_seconds, **more}
        return jwt.encode({"alg": _ALGORITHM, "kid": self._caller}, claims, self._key, algorithms=[_ALGORITHM])

    def metadata(self, tenant_id: str | None = None) -> tuple[tuple[str, str], ...]:
        """Call metadata: the token and, for calls on behalf of a tenant, the tenant."""
        authorization = ("authorization", f"Bearer {self.token()}")
        return (authorization,) if tenant_id is None else (authorization, ("x-tenant-id", tenant_id))


class TokenVerifier:
    """Tells who signed a token and what it says; remembers verified tokens until they expire.

    A caller may have more than one key: while it is given a new one, tokens of both are in use.
    """

    def __init__(self, public_keys: Mapping[str, bytes | Sequence[bytes]], now: Now = time.time) -> None:
        self._keys = {
            caller: [
                OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64url(key)})
                for key in ([keys] if isinstance(keys, bytes) else keys)
            ]
            for caller, keys in public_keys.items()
        }
        self._now = now
        self._verified: dict[tuple[str, str], dict[str, Any]] = {}

    def caller(self, token: str) -> str:
        """The caller's name, or InvalidTokenError."""
        return str(self.claims(token)["iss"])

    def claims(self, token: str, audience: str = AUDIENCE) -> dict[str, Any]:
        """What a token for this audience says, or InvalidTokenError."""
        known = self._verified.get((token, audience))
        if known is not None and known["exp"] > self._now():
            return known
        claims = self._verify(token, audience)
        if len(self._verified) >= _CACHE_LIMIT:
            self._verified.clear()
        self._verified[token, audience] = claims
        return claims

    def _verify(self, token: str, audience: str) -> dict[str, Any]:
        try:
            decoded = self._decode(token)
            claims = decoded.claims
            jwt.JWTClaimsRegistry(
                now=int(self._now()),
                iss={"essential": True},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, KeyError) as error:
            raise InvalidTokenError(str(error)) from error
        # The unverified `kid` chose the key that proved the token; nobody may sign as somebody else with it.
        if claims["iss"] != decoded.header["kid"]:
            raise InvalidTokenError("signed by another caller")
        return dict(claims)

    def _decode(self, token: str) -> jwt.Token:
        """The token as one of its caller's keys proves it; raises BadSignatureError when none does."""
        key_count, tried = 1, 0

        def next_key(guest: GuestProtocol) -> OKPKey:
            nonlocal key_count
            keys = self._keys.get(str(guest.headers().get("kid", "")))
            if not keys:
                raise InvalidTokenError("unknown caller")
            key_count = len(keys)
            return keys[tried]

        while True:
            try:
                return jwt.decode(token, next_key, algorithms=[_ALGORITHM])
            except BadSignatureError:
                tried += 1
                if tried >= key_count:
                    raise
