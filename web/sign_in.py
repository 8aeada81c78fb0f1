"""Signing in and out: a form, and a cookie that scripts cannot read and other sites cannot send."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader

from channels.http.caller import address_of
from channels.http.rate_limit import Buckets, Limits
from domain.account import SESSION_LASTS, Account, Role, too_weak

COOKIE = "tuntas_session"
LONGEST = 500
PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class AccountBook(Protocol):
    """Where accounts are: ``store.accounts.Accounts``."""

    async def sign_in(self, name: str, password: str, at: datetime) -> tuple[Account, str] | None:
        """The account and the token of a new session, or None."""
        ...

    async def signed_in(self, token: str, at: datetime) -> Account | None:
        """Whose session this is."""
        ...

    async def sign_out(self, token: str) -> None:
        """Ends a session."""
        ...

    async def set_password(self, name: str, password: str, *, must_change: bool) -> bool:
        """Gives an account another password and ends its sessions."""
        ...


@dataclass(frozen=True)
class Doorkeeper:
    """Knows who is signed in."""

    accounts: AccountBook
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def who(self, request: Request) -> Account | None:
        """The account of the cookie, or of a token sent as ``Authorization: Bearer``, for programs.

        An account whose password must be changed first is nobody yet.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = request.cookies.get(COOKIE, "")
        account = await self.accounts.signed_in(token, self.clock()) if token else None
        return account if account and not account.must_change else None

    async def may(self, request: Request, role: Role) -> bool:
        """Whether who asks is signed in and has a role."""
        account = await self.who(request)
        return account is not None and role in account.roles


def sign_in_routes(doorkeeper: Doorkeeper) -> APIRouter:
    """The pages of signing in, out, and of changing the password."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    failures = Buckets(Limits().failures)
    accounts, clock = doorkeeper.accounts, doorkeeper.clock

    @router.get("/sign-in")
    async def form(request: Request) -> Response:
        account = await doorkeeper.who(request)
        return _page("signed_in.html" if account else "sign_in.html", account=account)

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=LONGEST)] = "",
        password: Annotated[str, Form(max_length=LONGEST)] = "",
    ) -> Response:
        if not _from_here(request):
            return _page("sign_in.html", 403, wrong="Formulir ini tidak dikirim dari halaman kami.")
        if failures.wait(address_of(request)):
            return _page("sign_in.html", 429, wrong="Terlalu banyak percobaan; coba lagi sebentar.")
        found = await accounts.sign_in(name.strip(), password, clock())
        if found is None:
            failures.take(address_of(request))
            return _page("sign_in.html", 401, wrong="Nama atau kata sandi salah, atau akun sedang terkunci.")
        account, token = found
        answer = RedirectResponse("/password" if account.must_change else "/sign-in", 303)
        _give_cookie(request, answer, token)
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        if _from_here(request):
            await accounts.sign_out(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        return answer

    @router.get("/password")
    async def password_form() -> Response:
        return _page("password.html")

    @router.post("/password")
    async def change_password(
        request: Request,
        before: Annotated[str, Form(max_length=LONGEST)] = "",
        after: Annotated[str, Form(max_length=LONGEST)] = "",
    ) -> Response:
        account = await accounts.signed_in(request.cookies.get(COOKIE, ""), clock())
        if account is None or not _from_here(request):
            return RedirectResponse("/sign-in", 303)
        if failures.wait(address_of(request)):
            return _page("password.html", 429, wrong="Terlalu banyak percobaan; coba lagi sebentar.")
        if await accounts.sign_in(account.name, before, clock()) is None:
            failures.take(address_of(request))
            return _page("password.html", 401, wrong="Kata sandi lama salah.")
        if before == after or (wrong := too_weak(after, account.name)):
            said = "Kata sandi baru harus lain." if before == after else str(wrong)
            return _page("password.html", 422, wrong=said)
        await accounts.set_password(account.name, after, must_change=False)
        return RedirectResponse("/sign-in", 303)

    return router


def _page(name: str, status: int = 200, **facts: object) -> HTMLResponse:
    return HTMLResponse(PAGES.get_template(name).render(**facts), status, HEADERS)


def _give_cookie(request: Request, answer: Response, token: str) -> None:
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _from_here(request: Request) -> bool:
    """Whether a form was sent from one of our own pages; every browser of today says where from."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
