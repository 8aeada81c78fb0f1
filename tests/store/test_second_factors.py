"""Second factors on a real PostgreSQL: codes that work once, and failures that lock."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import text

from domain.account import CODE_ASKED_FOR, LOCKED_FOR, RECOVERY_CODES, TRIES, Account, Role
from store.accounts import Accounts
from store.database import Database
from store.engine import transaction
from store.lock_out import count_attempt, take_back
from store.second_factors import fitting_counter

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 2, 2, 0, 10, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)
PASSWORD = "payung hijau tujuh bukit"


@pytest.fixture
def accounts(engine: Database) -> Accounts:
    return Accounts(engine)


@pytest.fixture
async def account(accounts: Accounts) -> Account:
    name = f"f.{uuid4().hex}"
    assert await accounts.add(name, PASSWORD, (Role.OFFICER,), None, NOW)
    found = await accounts.recognise(name, PASSWORD, NOW)
    assert found is not None
    return found


async def set_up(accounts: Accounts, account: Account) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    name, token = account.name, await accounts.sessions.begin(account, NOW)
    session = await accounts.sessions.of(token, NOW)
    await accounts.factors.prepare(name)
    secret = await accounts.factors.prepared(name)
    assert secret
    assert session
    assert await accounts.factors.confirm(name, "000000", session.id, NOW) is None
    codes = await accounts.factors.confirm(name, code(secret, NOW), session.id, NOW)
    assert codes
    assert await accounts.sessions.of(token, NOW), "the session that set it up stays"
    return secret, codes


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def test_codes_are_those_of_the_standard() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B; six of its eight digits
    at = datetime.fromtimestamp(1111111109, UTC)
    assert fitting_counter(secret, "081804", at) == 1111111109 // 30
    assert fitting_counter(secret, " 081 804 ", at + HALF_MINUTE) == 1111111109 // 30
    assert fitting_counter(secret, "081804", at + 3 * HALF_MINUTE) is None
    for wrong in ("081805", "", "٠٨١٨٠٤", "081804\ud800"):
        assert fitting_counter(secret, wrong, at) is None


async def test_a_code_works_once_and_no_earlier_one_after_it(accounts: Accounts, account: Account) -> None:
    secret, _ = await set_up(accounts, account)
    check, name = accounts.factors.check, account.name
    assert not await check(name, code(secret, NOW), NOW), "the one that set it up is used up"
    assert await check(name, code(secret, NOW + HALF_MINUTE), NOW)
    assert not await check(name, code(secret, NOW + HALF_MINUTE), NOW + HALF_MINUTE)
    assert not await check(name, code(secret, NOW), NOW + HALF_MINUTE)


async def test_a_secret_that_is_not_confirmed_counts_for_nothing(
    accounts: Accounts, account: Account
) -> None:
    name = account.name
    await accounts.factors.prepare(name)
    first = await accounts.factors.prepared(name)
    assert first
    assert not await accounts.factors.check(name, code(first, NOW), NOW)
    assert not (await accounts.one(name) or account).second_factor
    await accounts.factors.prepare(name)
    assert await accounts.factors.prepared(name) != first, "a page shown anew shows another one"


async def test_the_secret_and_the_recovery_codes_are_not_in_the_database(
    accounts: Accounts, account: Account, engine: Database
) -> None:
    secret, codes = await set_up(accounts, account)
    async with transaction(engine) as connection:
        rows = await connection.execute(
            text("SELECT a, encode(a.factor, 'escape'), r FROM account a, recovery_code r")
        )
        kept = str(rows.all())
    assert secret not in kept
    assert not any(one in kept or one.replace("-", "") in kept for one in codes)


async def test_recovery_codes_work_once(accounts: Accounts, account: Account) -> None:
    _, codes = await set_up(accounts, account)
    assert len(set(codes)) == RECOVERY_CODES
    assert await accounts.factors.check(account.name, codes[0].upper(), NOW)
    assert not await accounts.factors.check(account.name, codes[0], NOW)
    assert await accounts.factors.recovery_codes_left(account.name) == RECOVERY_CODES - 1


async def test_wrong_codes_lock_and_a_right_password_does_not_begin_the_count_anew(
    accounts: Accounts, account: Account
) -> None:
    secret, _ = await set_up(accounts, account)
    name, later = account.name, NOW + LOCKED_FOR + HALF_MINUTE
    for _ in range(TRIES):
        assert await accounts.recognise(name, PASSWORD, NOW)
        assert not await accounts.factors.check(name, "000000", NOW)
    assert await accounts.recognise(name, PASSWORD, NOW) is None
    assert not await accounts.factors.check(name, code(secret, NOW + HALF_MINUTE), NOW)
    assert await accounts.recognise(name, PASSWORD, later)
    assert await accounts.factors.check(name, code(secret, later), later)


async def test_codes_that_are_guessed_while_a_right_password_is_judged_stay_counted(
    accounts: Accounts, account: Account, engine: Database
) -> None:
    secret, _ = await set_up(accounts, account)
    name = account.name
    judged = await count_attempt(engine, name, NOW)
    assert judged is not None
    for _ in range(TRIES - 2):
        assert not await accounts.factors.check(name, "000000", NOW)
    await take_back(engine, judged, NOW)
    for _ in range(2):
        assert not await accounts.factors.check(name, "000000", NOW)
    assert not await accounts.factors.check(name, code(secret, NOW + HALF_MINUTE), NOW), "locked"


async def test_another_session_ends_when_a_second_factor_is_set_up_or_turned_off(
    accounts: Accounts, account: Account
) -> None:
    before = await accounts.sessions.begin(account, NOW)
    await set_up(accounts, account)
    assert await accounts.sessions.of(before, NOW) is None
    now = await accounts.one(account.name)
    assert now is not None
    token = await accounts.sessions.begin(now, NOW)
    assert await accounts.factors.turn_off(account.name, "s.rahayu", NOW)
    assert not await accounts.factors.turn_off(account.name, "s.rahayu", NOW)
    assert await accounts.sessions.of(token, NOW) is None
    assert await accounts.factors.recovery_codes_left(account.name) == 0


async def test_half_a_session_is_short_opens_nothing_and_is_used_once(
    accounts: Accounts, account: Account
) -> None:
    sessions = accounts.sessions
    token = await sessions.begin_half(account, "/office/inbox", NOW, by_provider=False)
    found = await sessions.half(token, NOW)
    assert found
    assert (found.account.name, found.goes_to) == (account.name, "/office/inbox")
    assert await sessions.of(token, NOW) is None
    assert await sessions.half(token, NOW + CODE_ASKED_FOR) is None
    assert [await sessions.end_half(token) for _ in range(2)] == [True, False]
