"""Alerts by mail for a ward or a place: asked for by anybody, begun by the address itself."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from channels.http.caller import Used, address_of, slow_down
from channels.http.feed_routes import LARGEST_RADIUS_M
from channels.http.json_body import JSON_ONLY
from channels.http.problem import FieldError, Problem, documented, field_problem
from channels.http.safe_page import BARE
from channels.http.submission import Sent, SentPoint
from domain.alerts import Address
from domain.place import Point
from domain.public_facts import Near

router = APIRouter(prefix="/alerts", tags=["feeds"])

Wish = Literal["confirm", "stop"]
QUESTIONS: dict[Wish, str] = {
    "confirm": "Kirim kabar tentang laporan baru ke alamat surel Anda?",
    "stop": "Berhenti mengirim kabar, dan hapus alamat surel Anda?",
}
DONE: dict[Wish, str] = {
    "confirm": "Kabar laporan baru dimulai. Surat yang sama memberi tahu cara berhenti.",
    "stop": "Kabar laporan baru sudah berhenti, dan alamat Anda dihapus.",
}
BUTTONS: dict[Wish, str] = {"confirm": "Ya, kirim", "stop": "Ya, berhenti"}
PAGE = """<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kabar laporan baru · Tuntas</title>
</head>
<body>
<h1>Kabar laporan baru</h1>
<p>{sentence}</p>
{form}
</body>
</html>
"""
Token = Annotated[str, Path(min_length=20, max_length=60, pattern="^[A-Za-z0-9_-]+$")]


class SentAlert(Sent):
    """Which new complaints to hear of: those of a ward, or those near a point."""

    address: Address = Field(examples=["siti@example.org"])
    ward: str | None = Field(default=None, max_length=20, examples=["31.71.01.1001"])
    point: SentPoint | None = None
    radius_metres: int = Field(default=500, ge=50, le=LARGEST_RADIUS_M)


class AlertAnswer(BaseModel):
    """What happens now, in one sentence."""

    detail: str


@router.post(
    "", status_code=202, dependencies=[JSON_ONLY], responses=documented(400, 413, 415, 422, 429, 503)
)
async def ask(request: Request, service: Used, sent: SentAlert) -> AlertAnswer:
    """Asks for an alert. The address gets a letter with a link first; nothing is sent before it is used."""
    slow_down(service.by_failures.take(address_of(request)))
    if (sent.ward is None) == (sent.point is None):
        raise field_problem([FieldError(field="ward", message="or point must be given, and not both")])
    if sent.ward and not any(unit.ward == sent.ward for unit in service.city.units()):
        raise field_problem([FieldError(field="ward", message="is not a ward; it looks like 31.71.01.1001")])
    slow_down(service.by_letters.take(sent.address))
    near = Near(point=Point(**sent.point.model_dump()), metres=sent.radius_metres) if sent.point else None
    await service.alerts.ask(sent.address, sent.ward, near, service.clock())
    return AlertAnswer(detail="A letter with a link goes to the address; the alert begins when it is used.")


@router.get("/{token}/{wish}", response_class=HTMLResponse, responses=documented(404, 422, 503))
async def ask_once_more(token: Token, wish: Wish) -> HTMLResponse:  # noqa: ARG001 - its form is checked
    """A page with one button. Opening a link changes nothing: scanners of mail open links, too."""
    return _page(QUESTIONS[wish], f'<form method="post"><p><button>{BUTTONS[wish]}</button></p></form>')


@router.post("/{token}/{wish}", response_class=HTMLResponse, responses=documented(404, 422, 503))
async def decide(service: Used, token: Token, wish: Wish) -> HTMLResponse:
    """The address wants it; or it does not, or no longer, and is forgotten."""
    alerts = service.alerts
    done = await (alerts.confirm(token, service.clock()) if wish == "confirm" else alerts.stop(token))
    if not done:
        raise Problem(
            404, "This link is not known, is too old, or was used to stop the alert; ask for it again."
        )
    return _page(DONE[wish])


def _page(sentence: str, form: str = "") -> HTMLResponse:
    return HTMLResponse(PAGE.format(sentence=sentence, form=form), headers=BARE)
