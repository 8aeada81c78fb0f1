"""Taking one complaint in over HTTP: once for each reference, whatever is sent again."""

from typing import NamedTuple

from channels.http.problem import FieldError, Problem
from channels.http.service import Service
from domain.intake import Intake
from domain.refusal import RefusalCode, Refused
from domain.view import Receipt


class Taken(NamedTuple):
    """The receipt, and whether this very request began the complaint."""

    receipt: Receipt
    new: bool


async def take(service: Service, intake: Intake) -> Taken:
    """Starts the complaint or finds it.

    Raises ``Problem``: 409 when the reference came before with another text, place or category, 422 for a
    category that does not exist; and ``Refused`` or ``NoAnswer``.
    """
    try:
        opening = service.door.opening(intake)
    except Refused as error:
        if error.code is not RefusalCode.UNKNOWN_CATEGORY:
            raise
        message = "is not a category; GET /api/v1/categories lists them"
        raise Problem(422, f"category {message}.", [FieldError(field="category", message=message)]) from error
    await _check_attachments(service, intake)
    receipt = await service.complaints.open(opening)
    if receipt.digest not in {"", intake.digest}:
        raise Problem(
            409,
            f"This reference came before as {receipt.number} with another text, place or category. "
            "What was sent now was not taken; for a new complaint use a new reference.",
            [FieldError(field="reference", message=f"is that of {receipt.number}")],
            code="reference-used",
            number=receipt.number,
        )
    return Taken(receipt, receipt.access_code == opening.access_code)


async def _check_attachments(service: Service, intake: Intake) -> None:
    """A complaint names files that were handed in before."""
    named = [one.sha256 for one in intake.attachments if one.sha256]
    if missing := await service.files.missing(named) if named else ():
        message = f"names sha256:{missing[0]}, which was not handed in; POST /api/v1/attachments first"
        raise Problem(422, f"attachments {message}.", [FieldError(field="attachments", message=message)])
