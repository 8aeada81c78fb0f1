"""An OpenID Connect provider: sends people there, and believes what it says of them only when all is proven.

Authorization code with PKCE (OpenID Connect Core 3.1, RFC 7636); the checks of an ID token are those of
section 3.1.3.7, and RFC 9207's of who answers. Only signatures with public keys are taken: never ``none``,
and never a shared secret that a key could be mistaken for.
"""

import asyncio
import hmac
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

SIGNATURES = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
LEEWAY_S = 60
"""By so much the provider's clock may differ."""

ANSWERS_WITHIN_S = 10
LONGEST_ANSWER = 1_000_000
KNOWN_FOR_S = 3600
"""After so long the provider's own description is asked for anew."""

KEYS_AT_MOST_EVERY_S = 60
SUBJECT_AND_NAME = "openid profile email"
LONGEST_NAME = 200
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
MULTIPLE = "mfa"
"""In ``amr``: the provider asked for more than one factor (RFC 8176)."""


class NotProven(Exception):
    """What came back does not prove who somebody is; the text says why, for the log."""


class ProviderAway(Exception):
    """The provider does not answer as it should."""


class Attempt(NamedTuple):
    """One way to the provider and back; it is told of ``verifier`` only a digest at first."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        """One that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Proven(NamedTuple):
    """Somebody as the provider knows them: who, under which name, and whether by more than one factor."""

    subject: str
    name: str
    by_many_factors: bool


@dataclass
class Provider:
    """One provider. ``claim`` names the account; ``back`` is our address to which people return."""

    issuer: str
    client_id: str
    client_secret: str | None
    back: str
    claim: str = "preferred_username"
    name: str = "SSO"
    _known: Mapping[str, Any] = field(default_factory=dict, init=False, repr=False)
    _keys: KeySet | None = field(default=None, init=False, repr=False)
    _known_at: float = field(default=float("-inf"), init=False, repr=False)
    _keys_at: float = field(default=float("-inf"), init=False, repr=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def address(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises ``ProviderAway``."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.back,
            "scope": SUBJECT_AND_NAME,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        page = str((await self._description())["authorization_endpoint"])
        return f"{page}{'&' if '?' in page else '?'}{urlencode(asked)}"

    async def proven(self, code: str, attempt: Attempt, at: datetime, said_by: str | None = None) -> Proven:
        """Who came back with a code. Raises ``NotProven`` or ``ProviderAway``.

        ``said_by`` is the ``iss`` that came with the code, if any (RFC 9207).
        """
        if said_by is not None and said_by != self.issuer:
            raise NotProven("another provider answered")
        token = await self._exchange(code, attempt.verifier)
        claims = self._checked(await self._signed_claims(token), attempt.nonce, at)
        return Proven(f"{self.issuer}#{claims['sub']}", self._account_name(claims), _by_many(claims))

    async def _exchange(self, code: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": verifier,
        }
        headers = {}
        known = await self._description()
        if self.client_secret is None:
            form["client_id"] = self.client_id
        elif "client_secret_basic" in known.get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        answered = await _asked("POST", str(known["token_endpoint"]), data=form, headers=headers)
        if answered.status_code in {400, 401, 403}:
            raise NotProven("the provider does not take the code")
        token = _document(answered).get("id_token")
        if not isinstance(token, str):
            raise NotProven("there is no ID token")
        return token

    async def _signed_claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that the provider has signed; new keys are asked for once a minute."""
        try:
            return _opened(token, await self._key_set())
        except InvalidKeyIdError:
            if monotonic() - self._keys_at < KEYS_AT_MOST_EVERY_S:
                raise NotProven("the token is signed with an unknown key") from None
        except (JoseError, ValueError) as error:
            raise NotProven(f"the token is not signed by the provider: {type(error).__name__}") from None
        self._keys = None
        try:
            return _opened(token, await self._key_set())
        except (JoseError, ValueError) as error:
            raise NotProven(f"the token is not signed by the provider: {type(error).__name__}") from None

    def _checked(self, claims: dict[str, Any], nonce: str, at: datetime) -> dict[str, Any]:
        """The claims, when they are meant for us, now, in answer to this attempt."""
        checks = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            checks.validate(claims)
        except JoseError as error:
            raise NotProven(f"the token is not good: {error}") from None
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise NotProven("the token answers another attempt")
        if claims.get("azp", self.client_id) != self.client_id:
            raise NotProven("the token was made for another client")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
            raise NotProven("the token is for several clients and does not say which asked")
        return claims

    def _account_name(self, claims: Mapping[str, Any]) -> str:
        name = claims.get(self.claim)
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
            raise NotProven(f"the token has no claim {self.claim}")
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise NotProven("the provider has not verified the address")
        return name.strip()

    async def _description(self) -> Mapping[str, Any]:
        async with self._asking:
            if monotonic() - self._known_at > KNOWN_FOR_S:
                known = await _get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if known.get("issuer") != self.issuer:
                    raise ProviderAway("its description names another issuer")
                if not all(isinstance(known.get(one), str) for one in ENDPOINTS):
                    raise ProviderAway("its description lacks an address")
                self._known, self._known_at, self._keys = known, monotonic(), None
        return self._known

    async def _key_set(self) -> KeySet:
        known = await self._description()
        async with self._asking:
            if self._keys is None:
                said = await _get(str(known["jwks_uri"]))
                try:
                    self._keys = KeySet.import_key_set(said)  # type: ignore[arg-type] # checked by the library
                except (JoseError, ValueError, KeyError, TypeError):
                    raise ProviderAway("its keys cannot be read") from None
                self._keys_at = monotonic()
        return self._keys


def challenge(verifier: str) -> str:
    """What is told of the verifier first (RFC 7636, S256)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _opened(token: str, keys: KeySet) -> dict[str, Any]:
    return jwt.decode(token, keys, algorithms=SIGNATURES).claims


def _by_many(claims: Mapping[str, Any]) -> bool:
    methods = claims.get("amr")
    return isinstance(methods, list) and MULTIPLE in methods


async def _get(address: str) -> dict[str, Any]:
    answered = await _asked("GET", address)
    return _document(answered)


def _document(answered: httpx.Response) -> dict[str, Any]:
    try:
        said = answered.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError):
        raise ProviderAway(f"it answers {answered.status_code}") from None
    if not isinstance(said, dict):
        raise ProviderAway("it answers with something else")
    return said


async def _asked(method: str, address: str, **more: Any) -> httpx.Response:
    """The answer of the provider, which sends us nowhere else and is not endless."""
    try:
        async with (
            httpx.AsyncClient(timeout=ANSWERS_WITHIN_S, follow_redirects=False) as caller,
            caller.stream(method, address, **more) as answered,
        ):
            body = b""
            async for part in answered.aiter_bytes():
                body += part
                if len(body) > LONGEST_ANSWER:
                    raise ProviderAway("its answer is too long")
            return httpx.Response(answered.status_code, content=body, request=answered.request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderAway(type(error).__name__) from None
