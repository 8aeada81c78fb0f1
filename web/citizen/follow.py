"""Following a report: by its reporter with the access code, by anybody as far as it is public."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from channels.http.act_routes import act, by_reporter, command_id
from channels.http.attachment_routes import INERT
from channels.http.caller import address_of, slow_down
from domain.authority import authorise
from domain.channel_view import OwnComplaint
from domain.commands import REPORTER, AnyCommand, Close, Rate, Reopen, Reply, Withdraw
from domain.evidence import AtComplaint
from domain.public_facts import PublicRequest, RequestFilter, UpdateFilter
from domain.refusal import Refused
from domain.text import LONGEST_NOTE
from store.channel_reads import INTERNAL, ChannelReads
from store.complaints import Reads
from store.lives import Life, Lives
from store.public_reads import PublicReads
from store.supports import Supports
from web.citizen.codes import codes_of, forget, remember
from web.citizen.supporter import supporter_of
from web.language import language_of
from web.rendering import page
from web.site import Site, site_of

VIA = "web"
LONGEST_NUMBER = 40
KINDS = ("reply", "rate", "reopen", "withdraw", "close")
"""What a reporter may ever do."""

router = APIRouter()

Number = Annotated[str, Path(pattern="^[A-Z0-9]{1,40}$")]
Typed = Annotated[str, Form(max_length=LONGEST_NOTE * 2)]


@router.get("/follow")
async def form(request: Request, number: Annotated[str, Query(max_length=LONGEST_NUMBER)] = "") -> Response:
    """Asks for number and access code; lists the reports of which this browser has the code."""
    return page(request, "citizen/follow.html", kept=list(reversed(codes_of(request))), number=number)


@router.post("/follow")
async def follow(request: Request, number: Typed = "", code: Typed = "") -> Response:
    """Opens a report to whoever has its code. An unknown number and a wrong code are answered alike."""
    site, address = site_of(request), address_of(request)
    number, code = _written(number), code.strip().upper()
    slow_down(site.by_failures.take(address))
    if not await ChannelReads(site.database).is_access_code(number, code):
        facts = {"kept": list(reversed(codes_of(request))), "number": number[:LONGEST_NUMBER], "wrong": True}
        return page(request, "citizen/follow.html", 404, **facts)
    site.by_failures.give_back(address)
    answer = RedirectResponse(f"/reports/{number}", 303)
    remember(request, answer, number, code)
    return answer


@router.get("/reports/{number}")
async def shown(request: Request, number: Number, new: bool = False) -> Response:
    """Where a report stands and what happened, for its reporter or for everybody."""
    own = await _own(request, number)
    if own:
        return await _own_page(request, own, new=new)
    return await _public_page(request, number)


@router.post("/reports/{number}/forget")
async def forget_code(request: Request, number: Number) -> Response:
    """Lets this browser forget the access code, on somebody else's telephone say."""
    answer = RedirectResponse("/follow", 303)
    forget(request, answer, number)
    return answer


@router.post("/reports/{number}/support")
async def support(request: Request, number: Number) -> Response:
    """Somebody has the same trouble; counted once for each browser."""
    site = site_of(request)
    found = await _public(site, number)
    standing = await ChannelReads(site.database).one(number)
    if found is None or found.text is None or standing is None:
        raise HTTPException(404)
    answer = RedirectResponse(f"/reports/{number}#support", 303)
    secret = supporter_of(request, answer)
    await Supports(site.database).add(standing.standing.id, secret, site.clock())
    return answer


@router.post("/reports/{number}/{kind}")
async def perform(
    request: Request,
    number: Number,
    kind: Annotated[str, Path(pattern=f"^({'|'.join(KINDS)})$")],
    identity: Typed = "",
    words: Typed = "",
    score: Annotated[int, Form(ge=0, le=5)] = 0,
) -> Response:
    """Carries out what the reporter wants, once for each form that was shown."""
    own, site = await _own(request, number), site_of(request)
    if own is None:
        return RedirectResponse(f"/follow?number={number}", 303)
    words = words.strip()[:LONGEST_NOTE]
    if (kind in NEEDS_WORDS and not words) or (kind == "rate" and not score):
        return await _own_page(request, own, status=422, missing=kind)
    order = by_reporter(COMMANDS[kind](words, score), command_id(kind, identity or None), VIA)
    try:
        await act(site.complaints, ChannelReads(site.database), own, order)
    except Refused as refused:
        again = await _own(request, number)
        return await _own_page(request, again or own, status=409, refused=refused, words=words)
    return RedirectResponse(f"/reports/{number}?done={kind}#now", 303)


@router.get("/reports/{number}/photos/{digest}/{size}")
async def photo(
    request: Request,
    number: Number,
    digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    size: Annotated[str, Path(pattern="^(shown|thumbnail)$")],
) -> Response:
    """A picture of a report, for its reporter, or for everybody when the report is public."""
    site = site_of(request)
    public = await _public(site, number)
    if await _own(request, number) is None and (public is None or public.text is None):
        raise HTTPException(404)
    there = {one.attachment.sha256 for one in await site.files.of(number)}
    content = await site.files.read(f"{size}/{digest}") if digest in there else None
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="image/jpeg", headers=INERT)


COMMANDS: Mapping[str, Callable[[str, int], AnyCommand]] = {
    "reply": lambda words, _: Reply(answer=words),
    "rate": lambda words, score: Rate(score=score, note=words),
    "reopen": lambda words, _: Reopen(note=words),
    "withdraw": lambda words, _: Withdraw(note=words),
    "close": lambda words, _: Close(note=words),
}
NEEDS_WORDS = frozenset({"reply", "reopen"})


async def _own(request: Request, number: str) -> OwnComplaint | None:
    """The report, if this browser has its code. A wrong one in a cookie is a guess like any other."""
    code, site, address = codes_of(request).get(number), site_of(request), address_of(request)
    if code is None:
        return None
    slow_down(site.by_failures.take(address))
    reads = ChannelReads(site.database)
    if not await reads.is_access_code(number, code):
        return None
    site.by_failures.give_back(address)
    return await reads.one(number)


async def _own_page(request: Request, own: OwnComplaint, status: int = 200, **more: Any) -> Response:
    site, number = site_of(request), own.standing.number
    life = await Lives(site.database).of(number)
    if life is None:
        raise HTTPException(404)
    facts = {
        "own": own,
        "standing": life.standing,
        "code": codes_of(request)[number],
        "events": [one for one in life.events if one.body.event not in INTERNAL],
        "may": {kind for kind in KINDS if _may(life, kind)},
        "said": await Reads(site.database).said(number),
        "files": await _pictures(site, number),
        "done": request.query_params.get("done", ""),
        "supported": (await Supports(site.database).counts([life.standing.id])).get(life.standing.id, 0),
        "next": site.what_next(number, life.standing.outlook, language_of(request).value),
    }
    return page(
        request,
        "citizen/own_report.html",
        status,
        **{"new": False, "refused": None, "words": "", "missing": "", **facts, **more},
    )


async def _public_page(request: Request, number: str) -> Response:
    site = site_of(request)
    found = await _public(site, number)
    if found is None:
        return page(request, "citizen/follow.html", 404, kept=[], number=number, wrong=False, unknown=True)
    one = await ChannelReads(site.database).one(number)
    if one is None:
        raise HTTPException(404)
    updates = await PublicReads(site.database).updates(UpdateFilter(numbers=(number,)))
    supports, identity = Supports(site.database), one.standing.id
    secret = supporter_of(request)
    return page(
        request,
        "citizen/public_report.html",
        found=found,
        standing=one.standing,
        updates=updates,
        files=await _pictures(site, number) if found.text is not None else [],
        supported=(await supports.counts([identity])).get(identity, 0),
        has_supported=bool(secret) and await supports.has(identity, secret),
        next=site.what_next(number, one.standing.outlook, language_of(request).value),
    )


def _may(life: Life, kind: str) -> bool:
    """Whether the reporter may do this now."""
    if life.complaint is None:
        return False
    try:
        authorise(life.complaint, kind, REPORTER)
    except Refused:
        return False
    once = {"rate": life.complaint.score is None, "reopen": not life.complaint.reopened}
    return once.get(kind, True)


async def _pictures(site: Site, number: str) -> list[AtComplaint]:
    return [one for one in await site.files.of(number) if one.attachment.is_picture]


async def _public(site: Site, number: str) -> PublicRequest | None:
    found = await PublicReads(site.database).requests(RequestFilter(numbers=(number,)))
    return found[0] if found else None


def _written(number: str) -> str:
    """A number as we write it, however it was typed."""
    return "".join(one for one in number.upper() if one.isascii() and one.isalnum())
