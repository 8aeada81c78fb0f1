"""An OpenID Connect provider that signs whatever it is told to: for attacks that a good one never tries."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from web.provider import challenge

CLIENT, SECRET = "tuntas", "s3cret"
Claims = dict[str, Any]


class CrookedProvider:
    """``token`` makes the ID token; the code is good when its verifier fits what was told first."""

    def __init__(self) -> None:
        self.url = ""
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.stranger = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.challenge = ""
        self.exchanged = 0
        self.token: Callable[[], str] = lambda: ""

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def by_a_stranger(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.stranger)

    def with_the_public_key_as_secret(self, claims: Claims) -> str:
        signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
        signature = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def unsigned(self, claims: Claims) -> str:
        return f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(claims)}."

    def changed(self, claims: Claims) -> str:
        head, _, signature = self.signed(claims).split(".")
        return f"{head}.{_part({**claims, 'preferred_username': 'somebody-else'})}.{signature}"

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def description() -> dict[str, str]:
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.post("/token")
        def token(code_verifier: Annotated[str, Form()]) -> JSONResponse:
            self.exchanged += 1
            if challenge(code_verifier) != self.challenge:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"id_token": self.token(), "access_token": "x", "token_type": "Bearer"})

        return app


def _part(said: Claims) -> str:
    return urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
