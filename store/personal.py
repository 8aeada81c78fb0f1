"""What a complaint's row keeps of a person, sealed as one; and how it is found again without opening it."""

import re

from domain.intake import Intake
from domain.value import Value

COMPLAINT, EVENT, MESSAGE = "complaint", "event", "message"
"""What sealed bytes are, to the vault."""

CONTACT, NAME, PLACE = "contact", "name", "place"
"""Kinds of blind indexes."""


class Personal(Value):
    """What the reporter said, where in words, and who it was."""

    text: str = ""
    place: str | None = None
    name: str | None = None
    contact: str | None = None


NOTHING = Personal()


def personal_of(intake: Intake) -> Personal:
    """What is personal in an intake."""
    return Personal(
        text=intake.text, place=intake.place, name=intake.reporter.name, contact=intake.reporter.contact
    )


def parsed(opened: bytes | None) -> Personal:
    """What was opened; nothing of a person who was forgotten."""
    return Personal.model_validate_json(opened) if opened else NOTHING


def plain_contact(contact: str) -> str:
    """An address or telephone number in the one form in which it is looked for."""
    contact = contact.strip().casefold()
    if "@" in contact:
        return contact
    digits = re.sub(r"\D", "", contact)
    return f"0{digits[2:]}" if digits.startswith("62") else digits or contact


def plain_words(words: str) -> str:
    """A name or place without differences of case and spacing."""
    return " ".join(words.casefold().split())
