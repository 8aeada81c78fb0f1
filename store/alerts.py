"""Alerts in PostgreSQL: asked for, confirmed, told, and forgotten when somebody says stop."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update

from domain.alerts import CONFIRM_WITHIN, EVERY, SHOWN, Alert
from domain.place import Point
from domain.public_facts import Near, RequestFilter
from store.database import Database
from store.engine import transaction
from store.public_reads import asked_for
from store.tables import AlertRow, ComplaintRow

BATCH = 200
ALERT = "alert"
ALERTS = "alerts"
"""The owner of the key that addresses are sealed with: they belong to no complaint."""


class New(NamedTuple):
    """New complaints for an alert: how many, and the first of them as number and category."""

    total: int
    first: Sequence[tuple[str, str]]


class Alerts:
    """The subscribers. Their tokens are kept as digests; a token confirms, and stops."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def ask(self, address: str, ward: str | None, near: Near | None, at: datetime) -> None:
        """Notes a wish. Nobody is told anything until the address has confirmed it."""
        values = {
            "sealed": await self._engine.vault.seal(ALERTS, ALERT, address.encode()),
            "ward": ward,
            "latitude": near.point.latitude if near else None,
            "longitude": near.point.longitude if near else None,
            "metres": near.metres if near else None,
            "asked_at": at,
        }
        async with transaction(self._engine) as connection:
            await connection.execute(insert(AlertRow).values(values))

    async def to_confirm(self) -> list[tuple[Alert, str]]:
        """Alerts whose address has not yet been asked, each with its token: it is handed out once."""
        tokens: list[tuple[Row[Any], str]] = []
        async with transaction(self._engine) as connection:
            query = select(AlertRow.__table__).where(AlertRow.token_hash.is_(None)).limit(BATCH)
            for row in (await connection.execute(query.with_for_update(skip_locked=True))).all():
                token = token_urlsafe(24)
                await connection.execute(
                    update(AlertRow).where(AlertRow.id == row.id).values(token_hash=_hash(token))
                )
                tokens.append((row, token))
        alerts = await self._alerts([row for row, _ in tokens])
        return [(alert, token) for alert, (_, token) in zip(alerts, tokens, strict=True)]

    async def confirm(self, token: str, at: datetime) -> bool:
        """The address wants it. False for a token that is none, or too old."""
        statement = (
            update(AlertRow)
            .where(AlertRow.token_hash == _hash(token), AlertRow.asked_at > at - CONFIRM_WITHIN)
            .values(told_until=func.coalesce(AlertRow.told_until, at))
        )
        async with transaction(self._engine) as connection:
            return bool((await connection.execute(statement.returning(AlertRow.id))).all())

    async def stop(self, token: str) -> bool:
        """Forgets the alert and its address. False for a token that is none."""
        statement = delete(AlertRow).where(AlertRow.token_hash == _hash(token)).returning(AlertRow.id)
        async with transaction(self._engine) as connection:
            return bool((await connection.execute(statement)).all())

    async def forget_unconfirmed(self, at: datetime) -> None:
        """Addresses that never confirmed are not kept."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                delete(AlertRow).where(
                    AlertRow.told_until.is_(None), AlertRow.asked_at <= at - CONFIRM_WITHIN
                )
            )

    async def due(self, at: datetime) -> list[tuple[Alert, New]]:
        """Alerts with something to tell. What is handed out here counts as told: none is told twice."""
        async with transaction(self._engine) as connection:
            query = (
                select(AlertRow.__table__)
                .where(AlertRow.told_until <= at - EVERY)
                .order_by(AlertRow.told_until)
                .limit(BATCH)
            )
            rows = await connection.execute(query.with_for_update(skip_locked=True))
            alerts = await self._alerts(rows.all())
            found = []
            for alert in alerts:
                which = RequestFilter(
                    wards=(alert.ward,) if alert.ward else None, near=alert.near, requested_to=at
                )
                matching = (*asked_for(which), ComplaintRow.opened_at > alert.told_until)
                first = await connection.execute(
                    select(ComplaintRow.number, ComplaintRow.category)
                    .where(*matching)
                    .order_by(ComplaintRow.opened_at)
                    .limit(SHOWN)
                )
                count = await connection.scalar(
                    select(func.count()).select_from(ComplaintRow).where(*matching)
                )
                if count:
                    found.append((alert, New(count, [(row.number, row.category) for row in first])))
            ids = [alert.id for alert in alerts]
            await connection.execute(update(AlertRow).where(AlertRow.id.in_(ids)).values(told_until=at))
        return found

    async def _alerts(self, rows: Sequence[Row[Any]]) -> list[Alert]:
        opened = await self._engine.vault.open(ALERT, [row.sealed for row in rows])
        return [_alert(row, address.decode()) for row, address in zip(rows, opened, strict=True) if address]


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _alert(row: Row[Any], address: str) -> Alert:
    near = None
    if row.metres is not None:
        near = Near(point=Point(latitude=row.latitude, longitude=row.longitude), metres=row.metres)
    return Alert(
        id=row.id,
        address=address,
        ward=row.ward,
        near=near,
        asked_at=row.asked_at,
        told_until=row.told_until,
    )
