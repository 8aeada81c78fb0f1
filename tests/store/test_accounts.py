"""Accounts on a real PostgreSQL: signing in, locking, sessions that end."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.account import IDLE_FOR, LOCKED_FOR, SESSION_LASTS, TRIES, Role, too_weak
from store.accounts import Accounts
from store.database import Database
from store.engine import transaction

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSWORD = "payung hijau tujuh bukit"


@pytest.fixture
def accounts(engine: Database) -> Accounts:
    return Accounts(engine)


@pytest.fixture
async def name(accounts: Accounts) -> str:
    name = f"s.{uuid4().hex}"
    assert await accounts.add(name, PASSWORD, (Role.OPERATOR,), None, NOW)
    return name


async def test_an_account_signs_in_and_out(accounts: Accounts, engine: Database, name: str) -> None:
    assert not await accounts.add(name, PASSWORD, (Role.OFFICER,), None, NOW), "the name is taken"
    signed = await accounts.sign_in(name, PASSWORD, NOW)
    assert signed is not None
    account, token = signed
    assert (account.name, account.roles, account.must_change) == (name, (Role.OPERATOR,), True)
    assert await accounts.signed_in(token, NOW) == account
    async with transaction(engine) as connection:
        kept = str((await connection.execute(text("SELECT a, s FROM account a, session s"))).all())
    assert PASSWORD not in kept
    assert token not in kept
    await accounts.sign_out(token)
    assert await accounts.signed_in(token, NOW) is None
    assert await accounts.signed_in("nothing", NOW) is None
    assert await accounts.sign_in(f"{name}x", PASSWORD, NOW) is None


async def test_wrong_passwords_lock_for_a_while(accounts: Accounts, name: str) -> None:
    for _ in range(TRIES):
        assert await accounts.sign_in(name, "falsch", NOW) is None
    assert await accounts.sign_in(name, PASSWORD, NOW + LOCKED_FOR - SECOND) is None
    assert await accounts.sign_in(name, PASSWORD, NOW + LOCKED_FOR + SECOND) is not None
    for _ in range(TRIES - 1):
        assert await accounts.sign_in(name, "falsch", NOW) is None
    assert await accounts.sign_in(name, PASSWORD, NOW) is not None, "a right one begins the count anew"


@pytest.mark.parametrize("spans", [[IDLE_FOR + SECOND], [IDLE_FOR - SECOND] * 13])
async def test_a_session_ends_when_it_is_idle_or_old(
    accounts: Accounts, name: str, spans: list[timedelta]
) -> None:
    signed = await accounts.sign_in(name, PASSWORD, NOW)
    assert signed is not None
    at = NOW
    for span in spans:
        at += span
        there = await accounts.signed_in(signed[1], at) is not None
        assert there == (span < IDLE_FOR and at - NOW < SESSION_LASTS)


async def test_a_new_password_or_a_closed_account_ends_sessions(accounts: Accounts, name: str) -> None:
    first = await accounts.sign_in(name, PASSWORD, NOW)
    assert first is not None
    assert await accounts.set_password(name, f"{PASSWORD} baru", must_change=False)
    assert await accounts.signed_in(first[1], NOW) is None
    second = await accounts.sign_in(name, f"{PASSWORD} baru", NOW)
    assert second is not None
    assert not second[0].must_change
    assert await accounts.disable(name, NOW)
    assert await accounts.signed_in(second[1], NOW) is None
    assert await accounts.sign_in(name, f"{PASSWORD} baru", NOW) is None
    assert not await accounts.disable(name, NOW)
    assert not await accounts.set_password("nobody", PASSWORD, must_change=True)
    assert [one.disabled_at for one in await accounts.all() if one.name == name] == [NOW]


@pytest.mark.parametrize("password", ["pendek", "s.rahayu-2026-x", "aaaaaaaaaaaaaaaa", "x" * 201])
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    assert too_weak(password, "s.rahayu")


def test_four_words_are_good() -> None:
    assert too_weak(PASSWORD, "s.rahayu") is None
