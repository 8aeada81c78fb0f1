"""Accounts on a real PostgreSQL: signing in, locking, sessions that end."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text

from domain.account import IDLE_FOR, LOCKED_FOR, SESSION_LASTS, TRIES, Account, Role, too_weak
from store.account_events import latest_events
from store.accounts import Accounts
from store.database import Database
from store.engine import transaction

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSWORD = "payung hijau tujuh bukit"


async def sign_in(accounts: Accounts, name: str, password: str, at: datetime) -> tuple[Account, str] | None:
    account = await accounts.recognise(name, password, at)
    return (account, await accounts.sessions.begin(account, at)) if account else None


async def signed_in(accounts: Accounts, token: str, at: datetime) -> Account | None:
    session = await accounts.sessions.of(token, at)
    return session.account if session else None


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
    signed = await sign_in(accounts, name, PASSWORD, NOW)
    assert signed is not None
    account, token = signed
    assert (account.name, account.roles, account.must_change) == (name, (Role.OPERATOR,), True)
    assert await signed_in(accounts, token, NOW) == account
    async with transaction(engine) as connection:
        kept = str((await connection.execute(text("SELECT a, s FROM account a, session s"))).all())
    assert PASSWORD not in kept
    assert token not in kept
    await accounts.sessions.end(token)
    assert await signed_in(accounts, token, NOW) is None
    assert await signed_in(accounts, "nothing", NOW) is None
    assert await sign_in(accounts, f"{name}x", PASSWORD, NOW) is None


async def test_wrong_passwords_lock_for_a_while(accounts: Accounts, name: str) -> None:
    for _ in range(TRIES):
        assert await sign_in(accounts, name, "falsch", NOW) is None
    assert await sign_in(accounts, name, PASSWORD, NOW + LOCKED_FOR - SECOND) is None
    assert await sign_in(accounts, name, PASSWORD, NOW + LOCKED_FOR + SECOND) is not None
    for _ in range(TRIES - 1):
        assert await sign_in(accounts, name, "falsch", NOW) is None
    assert await sign_in(accounts, name, PASSWORD, NOW) is not None, "a right one begins the count anew"


@pytest.mark.parametrize("spans", [[IDLE_FOR + SECOND], [IDLE_FOR - SECOND] * 13])
async def test_a_session_ends_when_it_is_idle_or_old(
    accounts: Accounts, name: str, spans: list[timedelta]
) -> None:
    signed = await sign_in(accounts, name, PASSWORD, NOW)
    assert signed is not None
    at = NOW
    for span in spans:
        at += span
        there = await signed_in(accounts, signed[1], at) is not None
        assert there == (span < IDLE_FOR and at - NOW < SESSION_LASTS)


async def test_a_new_password_or_a_closed_account_ends_sessions(accounts: Accounts, name: str) -> None:
    first = await sign_in(accounts, name, PASSWORD, NOW)
    assert first is not None
    assert await accounts.set_password(name, f"{PASSWORD} baru", must_change=False)
    assert await signed_in(accounts, first[1], NOW) is None
    second = await sign_in(accounts, name, f"{PASSWORD} baru", NOW)
    assert second is not None
    assert not second[0].must_change
    began_before_it_closed = await accounts.recognise(name, f"{PASSWORD} baru", NOW)
    assert began_before_it_closed is not None
    assert await accounts.disable(name, NOW)
    assert await signed_in(accounts, second[1], NOW) is None
    late = await accounts.sessions.begin(began_before_it_closed, NOW)
    assert await signed_in(accounts, late, NOW) is None, "a session that began a moment too late"
    assert await sign_in(accounts, name, f"{PASSWORD} baru", NOW) is None
    assert not await accounts.disable(name, NOW)
    assert not await accounts.set_password("nobody", PASSWORD, must_change=True)
    assert [one.disabled_at for one in await accounts.all() if one.name == name] == [NOW]


async def test_a_sign_in_under_way_does_not_outlive_a_new_password(accounts: Accounts, name: str) -> None:
    account = await accounts.recognise(name, PASSWORD, NOW)
    assert account is not None
    half = await accounts.sessions.begin_half(account, "/", NOW, by_provider=False)
    assert await accounts.set_password(name, f"{PASSWORD} baru", must_change=False)
    assert await signed_in(accounts, await accounts.sessions.begin(account, NOW), NOW) is None
    assert await accounts.sessions.half(half, NOW) is None
    late = await accounts.sessions.begin_half(account, "/", NOW, by_provider=False)
    assert await accounts.sessions.half(late, NOW) is None


async def test_a_form_sent_twice_resets_once(accounts: Accounts, name: str) -> None:
    (seen,) = await accounts.find(name)
    for done in (True, False):
        assert await accounts.set_password(name, PASSWORD, must_change=True, at=NOW, epoch=seen.epoch) is done
    assert [one.what for one in await latest_events(accounts._engine, name)] == ["password-reset", "added"]


async def test_sessions_are_listed_and_ended_by_their_owner_only(accounts: Accounts, name: str) -> None:
    other = f"o.{uuid4().hex}"
    await accounts.add(other, PASSWORD, (Role.OFFICER,), None, NOW)
    mine, theirs = await accounts.one(name), await accounts.one(other)
    assert mine
    assert theirs
    tokens = [await accounts.sessions.begin(mine, NOW + SECOND * step, "Firefox, Linux") for step in range(3)]
    foreign = await accounts.sessions.begin(theirs, NOW)
    listed = await accounts.sessions.all(name, NOW)
    assert [one.began_at for one in listed] == [NOW + SECOND * step for step in (2, 1, 0)]
    await accounts.sessions.end_one(other, listed[0].id)
    assert len(await accounts.sessions.all(name, NOW)) == 3, "another's session stays"
    await accounts.sessions.end_one(name, listed[0].id)
    assert await signed_in(accounts, tokens[2], NOW) is None
    await accounts.sessions.end_others(name, listed[1].id)
    assert [await signed_in(accounts, token, NOW) is not None for token in tokens] == [False, True, False]
    assert await signed_in(accounts, foreign, NOW) is not None


async def test_the_provider_means_the_first_who_came_by_a_name(accounts: Accounts, name: str) -> None:
    assert await accounts.known_to_provider(name, "https://sso#1", NOW)
    assert await accounts.known_to_provider(name, "https://sso#1", NOW)
    assert await accounts.known_to_provider(name, "https://sso#2", NOW) is None
    assert await accounts.known_to_provider(f"{name}x", "https://sso#1", NOW) is None
    await accounts.set_password(name, PASSWORD, must_change=True)
    assert await accounts.known_to_provider(name, "https://sso#2", NOW), "an operator's reset names anew"


async def test_a_lock_cannot_be_told_from_a_name_that_does_not_exist(accounts: Accounts, name: str) -> None:
    for _ in range(TRIES + 2):
        assert await accounts.recognise(name, "salah", NOW) is None
        assert await accounts.recognise(f"{name}x", "salah", NOW) is None
    assert await accounts.recognise(name, PASSWORD, NOW) is None
    assert await accounts.recognise(name, PASSWORD, NOW + LOCKED_FOR + SECOND), (
        "tries at a lock do not lengthen it"
    )


async def test_every_refusal_costs_the_same_work(accounts: Accounts, engine: Database, name: str) -> None:
    """Argon2 once and the same statements, so that neither time nor answer tells which names exist."""
    closed, locked = f"c.{uuid4().hex}", f"l.{uuid4().hex}"
    for one in (closed, locked):
        await accounts.add(one, PASSWORD, (Role.OFFICER,), None, NOW)
    await accounts.disable(closed, NOW)
    for _ in range(TRIES):
        await accounts.recognise(locked, "salah", NOW)
    said: list[str] = []

    def hear(*given: Any) -> None:
        said.append(given[2])

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    work = []
    for who, password in (
        (f"{name}x", "salah"),
        (name, "salah"),
        (locked, "salah"),
        (locked, PASSWORD),
        (closed, PASSWORD),
    ):
        said.clear()
        assert await accounts.recognise(who, password, NOW) is None
        work.append([*said])
    event.remove(engine.sync_engine, "before_cursor_execute", hear)
    assert all(one == work[0] for one in work)
    assert len(work[0]) == 2


@pytest.mark.parametrize("password", ["pendek", "s.rahayu-2026-x", "aaaaaaaaaaaaaaaa", "x" * 201])
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    assert too_weak(password, "s.rahayu")


def test_four_words_are_good() -> None:
    assert too_weak(PASSWORD, "s.rahayu") is None
