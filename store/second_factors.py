"""The second factor: codes of an app (TOTP, RFC 6238), each good once; and recovery codes."""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import and_, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.account import RECOVERY_CODES
from store.account_events import note
from store.database import Database
from store.engine import transaction
from store.lock_out import count_attempt, forget_failures
from store.sessions import digest, end_sessions
from store.tables import AccountRow, HalfSessionRow, RecoveryCodeRow, SessionRow

OWNER = "sign-in"
"""Whose data key seals the secrets."""

ISSUER = "Tuntas"
PERIOD_S = 30
SLACK = (0, -1, 1)
"""Half minutes by which the telephone's clock may differ (RFC 6238, 5.2)."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH = 16
"""79 bits: a plain digest cannot be turned back."""


class SecondFactors:
    """Sets second factors up, asks for them, turns them off."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def prepare(self, name: str) -> None:
        """Makes a secret, which counts once it is confirmed; one that waited goes, one that counts stays."""
        sealed = await self._engine.vault.seal(OWNER, _about(name), pyotp.random_base32().encode())
        free = and_(AccountRow.name == name, AccountRow.factor_since.is_(None))
        async with transaction(self._engine) as connection:
            await connection.execute(update(AccountRow).where(free).values(factor=sealed))

    async def prepared(self, name: str) -> str | None:
        """The secret that waits to be confirmed; None when there is none, or it counts already."""
        return await self._opened(name, await self._waiting(name))

    async def confirm(self, name: str, code: str, session: UUID, at: datetime) -> list[str] | None:
        """Lets the prepared secret count, and gives the recovery codes; None when the code is wrong.

        All other sessions of the account end: whoever holds one has never shown a code.
        """
        sealed = await self._waiting(name)
        secret = await self._opened(name, sealed)
        counter = fitting_counter(secret, code, at) if secret else None
        if counter is None:
            return None
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        waits = and_(AccountRow.name == name, AccountRow.factor_since.is_(None), AccountRow.factor == sealed)
        values = {"factor_since": at, "factor_counter": counter, "epoch": AccountRow.epoch + 1}
        async with transaction(self._engine) as connection:
            changed = update(AccountRow).where(waits).values(values).returning(AccountRow.epoch)
            epoch = await connection.scalar(changed)
            if epoch is None:
                return None
            await _end_others(connection, name, session, epoch)
            rows = [{"account": name, "digest": digest(one)} for one in codes]
            await connection.execute(insert(RecoveryCodeRow).values(rows))
            await note(connection, name, "second-factor-on", name, at)
        return [f"{one[:4]}-{one[4:8]}-{one[8:12]}-{one[12:]}" for one in codes]

    async def check(self, name: str, said: str, at: datetime) -> bool:
        """Whether this is the code of now, or a recovery code; either works once. Failures lock."""
        row = await count_attempt(self._engine, name, at)
        if row is None or row.factor_since is None:
            return False
        plain = "".join(said.split()).replace("-", "").lower()
        good = await self._use(name, row.factor, plain, at) or await self._use_recovery(name, plain, at)
        if good:
            await forget_failures(self._engine, name)
        return good

    async def recovery_codes_left(self, name: str) -> int:
        """How many recovery codes have not been used."""
        query = select(func.count()).where(RecoveryCodeRow.account == name)
        async with transaction(self._engine) as connection:
            return await connection.scalar(query) or 0

    async def turn_off(self, name: str, by: str, at: datetime, session: UUID | None = None) -> bool:
        """Takes the second factor away, and ends all sessions but one; False when there is none."""
        values = {"factor": null(), "factor_since": null(), "factor_counter": null()}
        there = and_(AccountRow.name == name, AccountRow.factor.is_not(None))
        changed = update(AccountRow).where(there).values(**values, epoch=AccountRow.epoch + 1)
        async with transaction(self._engine) as connection:
            epoch = await connection.scalar(changed.returning(AccountRow.epoch))
            if epoch is None:
                return False
            await connection.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account == name))
            if session:
                await _end_others(connection, name, session, epoch)
            else:
                await end_sessions(connection, name)
            await note(connection, name, "second-factor-off", by, at)
        return True

    async def _waiting(self, name: str) -> bytes | None:
        waits = and_(AccountRow.name == name, AccountRow.factor_since.is_(None))
        async with transaction(self._engine) as connection:
            return await connection.scalar(select(AccountRow.factor).where(waits))

    async def _use(self, name: str, sealed: bytes, code: str, at: datetime) -> bool:
        """Uses a code up; a code of the same half minute, or of an earlier one, works no more."""
        secret = await self._opened(name, sealed)
        counter = fitting_counter(secret, code, at) if secret else None
        if counter is None:
            return False
        unused = or_(AccountRow.factor_counter.is_(None), AccountRow.factor_counter < counter)
        used = update(AccountRow).where(AccountRow.name == name, AccountRow.factor == sealed, unused)
        async with transaction(self._engine) as connection:
            found = await connection.scalar(used.values(factor_counter=counter).returning(AccountRow.name))
        return found is not None

    async def _use_recovery(self, name: str, code: str, at: datetime) -> bool:
        if len(code) != RECOVERY_LENGTH:
            return False
        own = and_(RecoveryCodeRow.account == name, RecoveryCodeRow.digest == digest(code))
        async with transaction(self._engine) as connection:
            gone = delete(RecoveryCodeRow).where(own).returning(RecoveryCodeRow.account)
            if await connection.scalar(gone) is None:
                return False
            await note(connection, name, "recovery-code-used", name, at)
        return True

    async def _opened(self, name: str, sealed: bytes | None) -> str | None:
        opened = await self._engine.vault.open_one(_about(name), sealed)
        return opened.decode() if opened else None


def fitting_counter(secret: str, code: str, at: datetime) -> int | None:
    """The half minute whose code this is, of those near a moment; None when it is wrong."""
    plain, found = "".join(code.split()), None
    now, codes = int(at.timestamp()) // PERIOD_S, pyotp.TOTP(secret)
    for slack in SLACK:
        if hmac.compare_digest(codes.generate_otp(now + slack).encode(), plain.encode("utf-8", "replace")):
            found = now + slack if found is None else found
    return found


def address_of_secret(secret: str, name: str) -> str:
    """What the app reads from the picture: ``otpauth://…``."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


async def _end_others(connection: AsyncConnection, name: str, session: UUID, epoch: int) -> None:
    others = and_(SessionRow.account == name, SessionRow.id != session)
    await connection.execute(delete(SessionRow).where(others))
    await connection.execute(delete(HalfSessionRow).where(HalfSessionRow.account == name))
    own = and_(SessionRow.account == name, SessionRow.id == session)
    await connection.execute(update(SessionRow).where(own).values(epoch=epoch))


def _recovery_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))


def _about(name: str) -> str:
    return f"second factor of {name}"
