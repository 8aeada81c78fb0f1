"""The tables. ``complaint`` is the read model, ``event`` and ``audit`` the record, ``message`` the outbox."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BANDS = (
    "ARRAY[(likeness >> 48 & 65535)::int, (likeness >> 32 & 65535 | 65536)::int,"
    " (likeness >> 16 & 65535 | 131072)::int, (likeness & 65535 | 196608)::int]"
)
"""The four quarters of a picture's likeness, each marked with its place: pictures that look alike agree in
one of them but for a bit (``store.attachments``). Queries say it in these words to use the index."""

PENDING_KB = 256
"""Of words that are not in their place in the index yet: a search reads all of them. With PostgreSQL's usual
4 MB searches took 15 times as long, and writing was hardly faster (decision 86)."""

HANDLED = "closed_at IS NULL AND status <> 'RESOLVED'"
"""What is being handled: nobody has found it done yet. Queries say it in these words to use the index."""


class Base(DeclarativeBase):
    """All tables; moments are kept with their time zone, constraints have names that stay."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012


class ComplaintRow(Base):
    """A complaint as lists and pages read it. Registered first (``seq`` 0), then kept up to date.

    What is personal is ``sealed`` (``store.personal``), here as in every other table; the indexes are blind.
    ``opening``, sealed too, is all that it was opened with: from it and the events it can live again.
    ``words`` are those of text and place, each as a digest (``store.words``).
    """

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("channel", "reference"),
        Index("ix_complaint_unit_status", "unit", "status"),
        Index("ix_complaint_opened_at", "opened_at"),
        Index("ix_complaint_parent", "parent", postgresql_where=text("parent IS NOT NULL")),
        Index("ix_complaint_next_due_at", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
        Index("ix_complaint_channel_registered_at_number", "channel", "registered_at", "number"),
        Index("ix_complaint_updated_at", "updated_at"),
        Index(
            "ix_complaint_point",
            text("point(longitude, latitude)"),
            postgresql_using="gist",
            postgresql_where=text("latitude IS NOT NULL"),
        ),
        Index("ix_complaint_ward_opened_at", "ward", "opened_at"),
        Index("ix_complaint_category_opened_at", "category", "opened_at"),
        Index("ix_complaint_public_opened_at", "opened_at", postgresql_where=text("is_public")),
        Index(
            "ix_complaint_contact_index", "contact_index", postgresql_where=text("contact_index IS NOT NULL")
        ),
        Index("ix_complaint_name_index", "name_index", postgresql_where=text("name_index IS NOT NULL")),
        Index(
            "ix_complaint_handled",
            "unit",
            "next_due_at",
            "number",
            postgresql_include=["ward", "status", "opened_at", "policy", "hops", "escalation_level"],
            postgresql_where=text(HANDLED),
        ),
        Index(
            "ix_complaint_ews",
            "unit",
            "next_due_at",
            postgresql_where=text(f"{HANDLED} AND ews_until IS NOT NULL"),
        ),
        Index(
            "ix_complaint_to_validate",
            "validator",
            "next_due_at",
            "number",
            postgresql_where=text("status = 'AWAITING_VALIDATION'"),
        ),
        Index("ix_complaint_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index(
            "ix_complaint_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": PENDING_KB},
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    first_run_id: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    reference: Mapped[str]
    digest: Mapped[str | None]
    access_code_hash: Mapped[str | None]
    category: Mapped[str | None]
    is_public: Mapped[bool] = mapped_column(server_default="false")
    restricted: Mapped[bool] = mapped_column(server_default="false")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    sealed: Mapped[bytes | None]
    opening: Mapped[bytes | None]
    contact_index: Mapped[bytes | None]
    name_index: Mapped[bytes | None]
    place_index: Mapped[bytes | None]
    words: Mapped[str | None] = mapped_column(TSVECTOR)
    policy: Mapped[str | None]
    status: Mapped[str | None]
    outcome: Mapped[str | None]
    unit: Mapped[str | None]
    ward: Mapped[str | None]
    ward_found_by: Mapped[str | None]
    hops: Mapped[int] = mapped_column(server_default="0")
    escalation_level: Mapped[int] = mapped_column(server_default="0")
    seq: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    waits_for: Mapped[str | None]
    outlook: Mapped[dict[str, Any] | None]
    parent: Mapped[str | None]
    validator: Mapped[str | None]
    ews_until: Mapped[datetime | None]
    deadlines: Mapped[list[Any] | None]
    registered_at: Mapped[datetime]


class EventRow(Base):
    """A fact about a complaint; never changed, never deleted (a trigger refuses)."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_at", "at"),
        Index("ix_event_breached", "at", postgresql_where=text("event = 'breached'")),
    )

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    event: Mapped[str]
    actor: Mapped[str]
    actor_unit: Mapped[str | None]
    via: Mapped[str]
    command_id: Mapped[str | None]
    sealed: Mapped[bytes | None]


class AuditRow(Base):
    """Who did what, when, from where, to which complaint; append-only like ``event``.

    ``hash`` chains the entries of a complaint (``domain.audit``); ``content`` is that of ``event.sealed``.
    """

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("complaint_id", "seq"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    complaint_id: Mapped[str]
    seq: Mapped[int]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    actor: Mapped[str]
    actor_unit: Mapped[str | None]
    action: Mapped[str]
    via: Mapped[str]
    content: Mapped[bytes]
    hash: Mapped[bytes]


class StandingRow(Base):
    """Where a complaint stood after an event (``domain.standing``): never changed, nothing personal."""

    __tablename__ = "standing"

    complaint_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    event: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str | None]
    unit: Mapped[str]
    coordinator: Mapped[str | None]
    ward: Mapped[str | None]
    hops: Mapped[int]
    score: Mapped[int | None]


class ClockStandingRow(Base):
    """How a clock of a complaint stood after an event that changed it; never changed."""

    __tablename__ = "clock_standing"

    complaint_id: Mapped[str] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    unit: Mapped[str]
    coordinator: Mapped[str | None]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None]


class MessageRow(Base):
    """A message to somebody: to be sent, being sent, sent, failed, or of unknown outcome."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_sent_at", "sent_at"),
        Index("ix_message_digest_id", "digest_id"),
        Index(
            "ix_message_pending",
            "recipient",
            postgresql_where=text("state = 'pending' AND audience = 'supervisor' AND digest_id IS NULL"),
        ),
    )

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    event: Mapped[str]
    audience: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default="pending")
    medium: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    sent_at: Mapped[datetime | None]
    digest_id: Mapped[str | None] = mapped_column(ForeignKey("digest.id"))


class DigestRow(Base):
    """One letter to a supervisor about several messages, or a report; its states are those of a message."""

    __tablename__ = "digest"
    __table_args__ = (Index("ix_digest_sent_at", "sent_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(server_default="digest")
    recipient: Mapped[str]
    subject: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str] = mapped_column(server_default="")
    items: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[str] = mapped_column(server_default="pending")
    medium: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    sent_at: Mapped[datetime | None]


class ReportRow(Base):
    """The report of a period was made: when, and which figures it had (their digest)."""

    __tablename__ = "report"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AlertRow(Base):
    """Somebody who wants to hear of new complaints; ``told_until`` is NULL until the address confirms."""

    __tablename__ = "alert"
    __table_args__ = (Index("ix_alert_told_until", "told_until"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sealed: Mapped[bytes]
    ward: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    metres: Mapped[float | None]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    told_until: Mapped[datetime | None]


class AttachmentRow(Base):
    """A file that was taken in, once for each content, with what a picture says about itself."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_bands",
            text(f"({BANDS})"),
            postgresql_using="gin",
            postgresql_where=text("likeness IS NOT NULL"),
        ),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[datetime | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    has_camera: Mapped[bool]
    marks: Mapped[list[Any]]
    likeness: Mapped[int | None] = mapped_column(BigInteger)
    taken_in_by: Mapped[str]
    taken_in_at: Mapped[datetime]


class AttachmentUseRow(Base):
    """A file at a complaint: it came with the event ``seq``, for a purpose (``domain.evidence``)."""

    __tablename__ = "attachment_use"
    __table_args__ = (
        Index("ix_attachment_use_sha256", "sha256"),
        Index("ix_attachment_use_completed", "at", postgresql_where=text("purpose = 'completed'")),
    )

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    unit: Mapped[str | None]
    at: Mapped[datetime]


class FindingRow(Base):
    """Something that strikes (``domain.integrity``); what is said about it is added, never changed."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_month_rule", "month", "rule"), Index("ix_finding_unit", "unit"))

    id: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    month: Mapped[date]
    subject: Mapped[str]
    unit: Mapped[str | None]
    numbers: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class JudgementRow(Base):
    """What somebody of the Inspectorate said about a finding, on which facts; only ever added."""

    __tablename__ = "judgement"

    finding: Mapped[str] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str]
    state: Mapped[str]
    note: Mapped[str]
    facts: Mapped[dict[str, Any]]


class SupportRow(Base):
    """Somebody else has the same trouble; who it is, is known by a digest of what their browser keeps."""

    __tablename__ = "support"

    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    supporter_hash: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class PersonRequestRow(Base):
    """Somebody asked for a right over personal data; who it is stands in the complaints that are named."""

    __tablename__ = "person_request"
    __table_args__ = (Index("ix_person_request_due_at", "due_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    right: Mapped[str]
    numbers: Mapped[list[Any]]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    late: Mapped[bool] = mapped_column(server_default="false")
    done_at: Mapped[datetime | None]


class AccountRow(Base):
    """Somebody who can sign in; the password is kept as argon2 digests it."""

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    roles: Mapped[list[Any]]
    officer: Mapped[str | None]
    must_change: Mapped[bool]
    failures: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(server_default="0")
    """Goes up whenever what opens the account changes; sessions of an earlier one are over."""

    factor: Mapped[bytes | None]
    """The secret of the second factor, sealed; it counts from ``factor_since`` on."""

    factor_since: Mapped[datetime | None]
    factor_counter: Mapped[int | None] = mapped_column(BigInteger)
    """The last half minute whose code was used: a code works once."""

    subject: Mapped[str | None]
    """Whom the OpenID Connect provider calls by this account's name: fixed at the first sign-in."""


class SessionRow(Base):
    """A session of somebody who has signed in; the token is kept as a digest."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account", "account"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    began_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    epoch: Mapped[int] = mapped_column(server_default="0")
    browser: Mapped[str] = mapped_column(server_default="")
    by_provider: Mapped[bool] = mapped_column(server_default=text("false"))
    vouched: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the provider says that it asked for a second factor itself."""


class HalfSessionRow(Base):
    """Somebody whose password was right and who is asked for a code; it opens nothing else."""

    __tablename__ = "half_session"
    __table_args__ = (Index("ix_half_session_account", "account"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    epoch: Mapped[int]
    goes_to: Mapped[str]
    by_provider: Mapped[bool]
    expires_at: Mapped[datetime]


class RecoveryCodeRow(Base):
    """A code that stands in once for a lost telephone, as a digest; the row goes when it is used."""

    __tablename__ = "recovery_code"

    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)


class ProviderAttemptRow(Base):
    """Somebody who was sent to the OpenID Connect provider; the row goes when they come back."""

    __tablename__ = "provider_attempt"
    __table_args__ = (Index("ix_provider_attempt_expires_at", "expires_at"),)

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str]
    verifier: Mapped[str]
    goes_to: Mapped[str]
    expires_at: Mapped[datetime]


class AccountEventRow(Base):
    """What was changed about an account, by whom."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_account_id", "account", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    what: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class DataKeyRow(Base):
    """A key of the vault, wrapped by the key ring; ``wrapped`` is NULL once it is forgotten."""

    __tablename__ = "data_key"
    __table_args__ = (UniqueConstraint("owner", "generation"), Index("ix_data_key_wrapped_by", "wrapped_by"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str]
    generation: Mapped[int]
    wrapped: Mapped[bytes | None]
    wrapped_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    forgotten_at: Mapped[datetime | None]


class DayCounterRow(Base):
    """The last number given out on a day (WIB)."""

    __tablename__ = "day_counter"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class ChannelKeyRow(Base):
    """A key of a channel: kept as a digest, so that who reads the table cannot use it."""

    __tablename__ = "channel_key"
    __table_args__ = (Index("ix_channel_key_channel", "channel"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class IncomingMailRow(Base):
    """A mail as it came in, kept whole, and what became of it. ``fingerprint`` makes it one, however sent."""

    __tablename__ = "incoming_mail"
    __table_args__ = (
        Index("ix_incoming_mail_new", "next_try_at", postgresql_where=text("state = 'new'")),
        Index("ix_incoming_mail_message_id_hash", "message_id_hash"),
        Index("ix_incoming_mail_state_received_at", "state", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    message_id_hash: Mapped[str | None]
    came_by: Mapped[str]
    from_nobody: Mapped[bool] = mapped_column(server_default=text("false"))
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default="new")
    why: Mapped[str | None]
    number: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    next_try_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    settled_at: Mapped[datetime | None]


class IncomingPostRow(Base):
    """A message of a messenger, and what became of it; what it says is kept while a human must look at it."""

    __tablename__ = "incoming_post"
    __table_args__ = (Index("ix_incoming_post_state_received_at", "state", "received_at"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    state: Mapped[str]
    why: Mapped[str | None]
    number: Mapped[str | None]
    sealed: Mapped[bytes | None]


class SeenSignatureRow(Base):
    """A signed request that was taken: the same signature is not taken again."""

    __tablename__ = "seen_signature"
    __table_args__ = (Index("ix_seen_signature_seen_at", "seen_at"),)

    signature_hash: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class WebhookSubscriptionRow(Base):
    """Where the events of a channel's complaints are sent. ``cursor`` is the last event looked at."""

    __tablename__ = "webhook_subscription"
    __table_args__ = (UniqueConstraint("channel", "url"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    channel: Mapped[str]
    url: Mapped[str]
    sealed: Mapped[bytes]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    cursor: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class WebhookDeliveryRow(Base):
    """One event to one subscriber: pending, delivered or failed; ``last_status`` is what HTTP answered."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "next_try_at", postgresql_where=text("state = 'pending'")),
    )

    subscription: Mapped[int] = mapped_column(ForeignKey("webhook_subscription.id"), primary_key=True)
    complaint_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    next_try_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    delivered_at: Mapped[datetime | None]
