"""What is striking about the pictures that units hand in as proof, side by side, for the Inspectorate.

Facts for a human, never a verdict (``domain.evidence``).
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from domain.evidence import AtComplaint, Finding, FindingCode
from store.attachments import AttachmentCatalogue, ProofFilter
from web.rendering import page
from web.seat import Room, Seat, seated
from web.site import Site, site_of
from web.wording import N_

router = APIRouter()

Inspector = Annotated[Seat, Depends(seated(Room.INTEGRITY))]
TheSite = Annotated[Site, Depends(site_of)]

LOOKED_AT = 100
"""Proofs that one page looks at, striking or not."""

DAYS = 90

KINDS = {
    FindingCode.SAME_PICTURE: N_("foto yang sama dipakai lagi"),
    FindingCode.SIMILAR_PICTURE: N_("foto yang mirip dipakai lagi"),
    FindingCode.TAKEN_ELSEWHERE: N_("diambil di tempat lain"),
    FindingCode.TAKEN_AT_ANOTHER_TIME: N_("diambil pada waktu lain"),
    FindingCode.EDITED_OR_GENERATED: N_("disunting atau dibuat mesin"),
    FindingCode.NO_CAMERA_DATA: N_("tanpa data kamera"),
}
USUAL = frozenset(KINDS) - {FindingCode.NO_CAMERA_DATA}
"""Without camera data is what every messenger makes of a photo: listed for whoever asks for it."""


class Striking(NamedTuple):
    """A proof with what is striking about it."""

    file: AtComplaint
    findings: list[Finding]


@router.get("/office/integrity/pictures")
async def proofs(
    request: Request,
    site: TheSite,
    seat: Inspector,  # noqa: ARG001 - only they come in
    unit: Annotated[str, Query(max_length=60)] = "",
    kind: FindingCode | str = "",
    after: Annotated[str, Query(max_length=160)] = "",
) -> Response:
    """The latest proofs that are striking, newest first, of a unit and a kind if they are asked for."""
    wanted = frozenset({FindingCode(kind)}) if kind in set(FindingCode) else USUAL
    since = site.clock() - timedelta(days=DAYS)
    which = ProofFilter(since, unit or None, place_of(after))
    files = await AttachmentCatalogue(site.database).handed_in_as_proof(which, LOOKED_AT)
    said = {key: one for key, one in {"unit": unit, "kind": str(kind)}.items() if one}
    more = {**said, "after": place(files[-1])} if len(files) == LOOKED_AT else None
    return page(
        request,
        "office/proofs.html",
        striking=striking(files, wanted),
        looked_at=files,
        days=DAYS,
        unit=unit,
        kind=str(kind),
        kinds=KINDS,
        overview=site.overview,
        further=f"/office/integrity/pictures?{urlencode(more)}" if more else "",
    )


def striking(files: list[AtComplaint], wanted: frozenset[Any]) -> list[Striking]:
    """Those of the files about which something of these kinds is striking."""
    found = [Striking(file, [one for one in file.findings if one.code in wanted]) for file in files]
    return [one for one in found if one.findings]


def place(last: AtComplaint) -> str:
    """Where the list goes on, as an address carries it."""
    return f"{last.use.at.isoformat()}~{last.use.number}~{last.attachment.sha256}"


def place_of(said: str) -> tuple[datetime, str, str] | None:
    """Where to go on; from the beginning when it cannot be read."""
    match said.split("~"):
        case [moment, number, digest] if number.isalnum() and digest.isalnum():
            try:
                at = datetime.fromisoformat(moment)
            except ValueError:
                return None
            return (at, number, digest) if at.tzinfo else None
        case _:
            return None
