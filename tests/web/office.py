"""Complaints and officers for the tests of the office's pages."""

from typing import Any
from uuid import uuid4

from domain.commands import Actor, AnyCommand, Evidence, Instruction
from domain.intake import Intake, Reporter
from domain.place import Point
from domain.view import Receipt
from tests.web.conftest import Whole

DURI_PULO = Point(latitude=-6.16259, longitude=106.80935)
"""A kelurahan whose inbox no other test fills."""

LURAH, CAMAT, DESK, VALIDATOR = "o-kel-31.71.01.1006", "camat-gambir", "meja-jaki", "validator"
SECRET = "Tetangga saya, Bu Rahasia, membuang sampah."


async def opened(pages: Whole, **more: Any) -> Receipt:
    """A private complaint in Duri Pulo, unless told otherwise."""
    said: dict[str, Any] = {
        "channel": "jaki",
        "reference": uuid4().hex,
        "category": "sampah",
        "text": SECRET,
        "point": DURI_PULO,
        "place": "Gang Tersembunyi 7",
        "reporter": Reporter(name="Siti Rahasia", contact="siti@rahasia.example"),
    }
    return await pages.service.door.submit(Intake.model_validate({**said, **more}))


async def done(pages: Whole, number: str, officer: str, *orders: AnyCommand) -> None:
    """Sends commands as an officer, as if by another channel."""
    found = await pages.service.own.one(number)
    assert found is not None
    actor: Actor = pages.site.orders.officer(officer)
    for order in orders:
        instruction = Instruction[AnyCommand](id=uuid4().hex, actor=actor, via="test", command=order)
        await pages.service.complaints.perform(found.standing.id, instruction)


async def taken(pages: Whole, content: bytes) -> Evidence:
    """A file that was handed in."""

    async def chunks() -> Any:
        yield content

    return await pages.service.files.take(chunks(), "test", pages.site.clock())


async def status_of(pages: Whole, number: str) -> str:
    found = await pages.service.own.one(number)
    assert found is not None
    return found.standing.status


async def holder_of(pages: Whole, number: str) -> str:
    found = await pages.service.own.one(number)
    assert found is not None
    return found.standing.unit
