"""Who hears of the events of a channel's complaints, and what became of each telling.

A subscription's ``cursor`` runs over the audit trail, which numbers events in the order in which their
transactions began. One that began earlier may be committed later, so the cursor stays five minutes behind,
and what lies in between is looked at again; a delivery that is there already is not made twice.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from domain.telling import Telling
from domain.value import Value
from store.database import Database
from store.engine import transaction
from store.messages import LONGEST_ERROR
from store.personal import EVENT
from store.tables import AuditRow, ComplaintRow, EventRow, WebhookDeliveryRow, WebhookSubscriptionRow

BEHIND = timedelta(minutes=5)
"""Longer than any transaction that records an event may take."""

SECRET, WEBHOOKS = "secret", "webhooks"
"""What a subscriber's secret is to the vault, and the owner of its key."""

LEASE = timedelta(minutes=2)
"""How long a delivery belongs to the dispatcher that took it; longer than an attempt may take."""


class Subscription(Value):
    """Where the events of a channel's complaints go. The secret is never listed."""

    id: int
    channel: str
    url: str
    active: bool
    created_at: datetime


class DeliveryEntry(Value):
    """What became of telling one subscriber of one event."""

    subscription: int
    number: str
    seq: int
    event: str
    state: str
    attempts: int
    last_status: int | None
    last_error: str | None
    next_try_at: datetime
    delivered_at: datetime | None


class Webhooks:
    """Subscriptions and deliveries. Raises ``DatabaseUnreachable`` when the database is away."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def add(self, channel: str, url: str, secret: str) -> Subscription:
        """Subscribes from now on; an address that is subscribed already gets the new secret."""
        sealed = await self._engine.vault.seal(WEBHOOKS, SECRET, secret.encode())
        now = select(func.coalesce(func.max(AuditRow.id), 0)).scalar_subquery()
        statement = upsert(WebhookSubscriptionRow).values(
            channel=channel, url=url, sealed=sealed, active=True, cursor=now
        )
        statement = statement.on_conflict_do_update(
            index_elements=[WebhookSubscriptionRow.channel, WebhookSubscriptionRow.url],
            set_={
                "sealed": sealed,
                "active": True,
                # One that was removed hears of what happens from now on, one that was not misses nothing.
                "cursor": case((WebhookSubscriptionRow.active, WebhookSubscriptionRow.cursor), else_=now),
            },
        )
        async with transaction(self._engine) as connection:
            row = await connection.execute(statement.returning(*_listed()))
            return Subscription.model_validate(dict(row.mappings().one()))

    async def subscriptions(self) -> list[Subscription]:
        """Every subscription, removed ones too."""
        query = select(*_listed()).order_by(WebhookSubscriptionRow.id)
        async with transaction(self._engine) as connection:
            rows = await connection.execute(query)
            return [Subscription.model_validate(dict(row)) for row in rows.mappings()]

    async def remove(self, identity: int) -> bool:
        """Ends a subscription and drops what is pending for it; False when there is none. The log stays."""
        async with transaction(self._engine) as connection:
            ended = await connection.execute(
                update(WebhookSubscriptionRow)
                .where(WebhookSubscriptionRow.id == identity, WebhookSubscriptionRow.active)
                .values(active=False)
                .returning(WebhookSubscriptionRow.id)
            )
            await connection.execute(
                update(WebhookDeliveryRow)
                .where(WebhookDeliveryRow.subscription == identity, WebhookDeliveryRow.state == "pending")
                .values(state="dropped")
            )
            return ended.scalar_one_or_none() is not None

    async def spread(self) -> None:
        """Makes a delivery of each new event for each subscription of its channel."""
        subscription, old = WebhookSubscriptionRow, func.now() - BEHIND
        news = (
            select(subscription.id, AuditRow.complaint_id, AuditRow.seq)
            .join(AuditRow, AuditRow.id > subscription.cursor)
            .join(
                EventRow, and_(EventRow.complaint_id == AuditRow.complaint_id, EventRow.seq == AuditRow.seq)
            )
            .join(ComplaintRow, ComplaintRow.id == AuditRow.complaint_id)
            .where(subscription.active, ComplaintRow.channel == subscription.channel)
        )
        settled = select(AuditRow.id).where(AuditRow.recorded_at < old).order_by(AuditRow.id.desc()).limit(1)
        columns = ["subscription", "complaint_id", "seq"]
        async with transaction(self._engine) as connection:
            limit = await connection.scalar(settled)
            await connection.execute(
                upsert(WebhookDeliveryRow).from_select(columns, news).on_conflict_do_nothing()
            )
            if limit is not None:
                await connection.execute(
                    update(subscription).where(subscription.cursor < limit).values(cursor=limit)
                )

    async def take(self, limit: int) -> Sequence[Telling]:
        """What is to be told now; of a complaint the earliest event first, and one at a time."""
        delivery, earlier = WebhookDeliveryRow, aliased(WebhookDeliveryRow)
        waits = exists().where(
            earlier.subscription == delivery.subscription,
            earlier.complaint_id == delivery.complaint_id,
            earlier.seq < delivery.seq,
            earlier.state == "pending",
        )
        due = (
            select(delivery.subscription, delivery.complaint_id, delivery.seq)
            .join(WebhookSubscriptionRow, WebhookSubscriptionRow.id == delivery.subscription)
            .where(
                WebhookSubscriptionRow.active,
                delivery.state == "pending",
                delivery.next_try_at <= func.now(),
                ~waits,
            )
            .order_by(delivery.next_try_at, delivery.seq)
            .limit(limit)
            .with_for_update(of=delivery, skip_locked=True)
            .cte("due")
        )
        taken = (
            update(delivery)
            .where(
                delivery.subscription == due.c.subscription,
                delivery.complaint_id == due.c.complaint_id,
                delivery.seq == due.c.seq,
            )
            .values(next_try_at=func.now() + LEASE)
            .returning(delivery.subscription, delivery.complaint_id, delivery.seq, delivery.attempts)
            .cte("taken")
        )
        query = (
            select(
                taken,
                WebhookSubscriptionRow.url,
                WebhookSubscriptionRow.sealed,
                EventRow.event,
                EventRow.at,
                case((EventRow.event == "asked", EventRow.sealed), else_=null()).label("asked"),
                ComplaintRow.number,
                ComplaintRow.channel,
                ComplaintRow.reference,
                ComplaintRow.status,
                ComplaintRow.outcome,
                ComplaintRow.unit,
                ComplaintRow.due_at,
            )
            .join(WebhookSubscriptionRow, WebhookSubscriptionRow.id == taken.c.subscription)
            .join(EventRow, and_(EventRow.complaint_id == taken.c.complaint_id, EventRow.seq == taken.c.seq))
            .join(ComplaintRow, ComplaintRow.id == taken.c.complaint_id)
        )
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        secrets = await self._engine.vault.open(SECRET, [row["sealed"] for row in rows])
        asked = await self._engine.vault.open(EVENT, [row["asked"] for row in rows])
        return [
            Telling.model_validate({**row, "secret": (secret or b"").decode(), "question": _question(body)})
            for row, secret, body in zip(rows, secrets, asked, strict=True)
        ]

    async def settle(
        self, telling: Telling, state: str, status: int | None, error: str | None, wait: timedelta
    ) -> None:
        """Writes down how an attempt went: ``delivered``, ``failed``, or ``pending`` after a wait."""
        delivery = WebhookDeliveryRow
        statement = (
            update(delivery)
            .where(
                delivery.subscription == telling.subscription,
                delivery.complaint_id == telling.complaint_id,
                delivery.seq == telling.seq,
                delivery.state == "pending",
            )
            .values(
                state=state,
                attempts=delivery.attempts + 1,
                last_status=status,
                last_error=error and error[:LONGEST_ERROR],
                next_try_at=func.now() + wait,
                delivered_at=func.now() if state == "delivered" else None,
            )
        )
        async with transaction(self._engine) as connection:
            await connection.execute(statement)

    async def log(self, number: str | None = None, limit: int = 200) -> list[DeliveryEntry]:
        """What became of each telling, the latest first."""
        delivery = WebhookDeliveryRow
        own = (
            getattr(delivery, name) for name in DeliveryEntry.model_fields if name not in {"number", "event"}
        )
        query = (
            select(*own, ComplaintRow.number, EventRow.event)
            .join(ComplaintRow, ComplaintRow.id == delivery.complaint_id)
            .join(
                EventRow, and_(EventRow.complaint_id == delivery.complaint_id, EventRow.seq == delivery.seq)
            )
            .order_by(delivery.created_at.desc(), delivery.complaint_id, delivery.seq.desc())
            .limit(limit)
        )
        if number:
            query = query.where(ComplaintRow.number == number)
        async with transaction(self._engine) as connection:
            rows = await connection.execute(query)
            return [DeliveryEntry.model_validate(dict(row)) for row in rows.mappings()]


def _question(body: bytes | None) -> str | None:
    question: str | None = json.loads(body)["question"] if body else None
    return question


def _listed() -> list[Any]:
    return [getattr(WebhookSubscriptionRow, name) for name in Subscription.model_fields]
