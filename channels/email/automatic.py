"""Mail that no person wrote: bounces, automatic replies, lists, and our own coming back.

Signs by RFC 3834 (Auto-Submitted), RFC 3464 (delivery reports), RFC 5321 (the empty sender) and common use.
None of it is ever answered, and none is a complaint.
"""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import NamedTuple

from channels.legible import legible
from channels.number import numbers_in
from domain.text import LONGEST_NAME

Header = Callable[[str], str]
"""A header of the mail by name, decoded; empty when there is none."""

BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
MACHINES = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@", "do-not-reply@")


STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}", re.ASCII)
"""RFC 3463. What else stands there is somebody's prose, and is not passed on."""


class Bounce(NamedTuple):
    """A delivery report: what it is about, as far as it tells."""

    number: str | None
    recipient: str
    status: str
    is_final: bool


def bounce(message: EmailMessage) -> Bounce | None:
    """The mail as a delivery report, None when it is none."""
    parts = [part for part in message.walk() if isinstance(part, EmailMessage)]
    kinds = {part.get_content_type() for part in parts}
    if message.get_content_type() != "multipart/report" or "message/delivery-status" not in kinds:
        return None
    fields = [
        (str(name).lower(), " ".join(str(value).split()))
        for part in parts
        for name, value in part.raw_items()
    ]
    told = {
        name: value for name, value in reversed(fields) if name in {"final-recipient", "status", "action"}
    }
    subjects = " ".join(value for name, value in fields if name in {"subject", "message-id"})
    numbers = numbers_in(subjects)
    return Bounce(
        number=numbers[0] if len(numbers) == 1 else None,
        recipient=legible(told.get("final-recipient", "").rpartition(";")[2], LONGEST_NAME).strip("<>"),
        status=status.group() if (status := STATUS.search(told.get("status", ""))) else "",
        is_final=told.get("action", "failed").lower() == "failed",
    )


def why_automatic(
    message: EmailMessage, header: Header, sender: str, own: frozenset[str], *, from_nobody: bool
) -> str | None:
    """By which sign no person wrote it; None when none shows."""
    submitted = header("Auto-Submitted").split(";")[0].strip().lower()
    if submitted not in {"", "no"}:
        return "Auto-Submitted says that a machine sent it"
    if header("Precedence").strip().lower() in BULK:
        return "Precedence says that it went to many or was sent by a machine"
    if header("X-Autoreply") or header("X-Autorespond"):
        return "it says that it is an automatic reply"
    if sender in own:
        return "it comes from our own address"
    if any(address in header("X-Loop").lower() for address in own):
        return "it has been here before"
    if message.get_content_type() == "multipart/report":
        return "it is a report by a machine"
    if from_nobody or header("Return-Path").strip() == "<>":
        return "it has no sender who could be answered"
    if sender.startswith(MACHINES):
        return "its sender is a machine"
    return None
