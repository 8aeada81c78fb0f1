"""The integrity view of the Inspektorat: what strikes, on which facts, and what was found out about it.

Facts for a human, never a verdict (``domain.integrity``, Pergub 39/2019 art. 11).
"""

from datetime import date
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from domain.integrity import Finding, FindingState, Judgement, Rule
from domain.search import day_of
from store.attachments import AttachmentCatalogue
from store.findings import FindingFilter, Findings
from web.language import language_of, translations
from web.office.finding_words import FindingWords
from web.rendering import environment, page
from web.seat import NotAllowed, Room, Seat, seated
from web.site import Site, site_of
from web.wording import N_, Words

PAGE = 50
SHOWN_NUMBERS = 200
"""Complaints of a finding that are listed; the facts say how many there are."""

NO_REASON = N_("Tulis alasannya: siapa pun yang membaca ini nanti harus dapat memahaminya.")
CHANGED = N_("Faktanya berubah sejak halaman ditampilkan. Baca lagi, lalu simpan.")
LONGEST_NOTE = 10_000
"""Twice what a page lets in: a browser counts the end of a line as one character, and sends two."""

router = APIRouter()

Inspector = Annotated[Seat, Depends(seated(Room.INTEGRITY))]
TheSite = Annotated[Site, Depends(site_of)]
Identity = Annotated[str, Path(max_length=60)]


class Typed(NamedTuple):
    """What somebody is about to say of a finding."""

    state: FindingState
    note: str


class Asked(BaseModel):
    """Which findings a page is to show; what nobody could have chosen narrows nothing."""

    rule: str = Field(default="", max_length=40)
    unit: str = Field(default="", max_length=60)
    state: str = Field(default="", max_length=40)
    month: str = Field(default="", max_length=10)
    after: str = Field(default="", max_length=80)

    @property
    def filter(self) -> FindingFilter:
        """As the store takes it."""
        return FindingFilter(
            rule=Rule(self.rule) if self.rule in set(Rule) else None,
            unit=self.unit or None,
            state=FindingState(self.state) if self.state in set(FindingState) else None,
            month=day_of(f"{self.month}-01"),
        )

    @property
    def place(self) -> tuple[date, str] | None:
        """Where the list goes on; None: at its beginning."""
        month, _, identity = self.after.partition("~")
        first = day_of(month)
        return (first, identity) if first and identity else None


@router.get("/office/integrity")
async def integrity(
    request: Request,
    site: TheSite,
    seat: Inspector,  # noqa: ARG001 - only they come in
    asked: Annotated[Asked, Query()],
) -> Response:
    """The findings, newest months first, with how many of each rule are in which state."""
    findings = Findings(site.database)
    found = await findings.latest(asked.filter, PAGE + 1, asked.place)
    shown = found[:PAGE]
    query = {key: one for key, one in asked.model_dump(exclude={"after"}).items() if one}
    further = {**query, "after": _place(shown[-1])} if len(found) > PAGE else None
    return page(
        request,
        "office/integrity.html",
        found=shown,
        counts=await findings.counts(asked.filter._replace(rule=None, state=None)),
        months=await findings.months(),
        asked=asked,
        narrowed=bool(query),
        rules=list(Rule),
        states=list(FindingState),
        overview=site.overview,
        say=words(request),
        further=f"/office/integrity?{urlencode(further)}" if further else "",
        address=lambda **more: f"/office/integrity?{urlencode({**query, **more})}",
    )


@router.get("/office/integrity/findings/{identity}")
async def finding(request: Request, site: TheSite, seat: Inspector, identity: Identity) -> Response:  # noqa: ARG001
    """One finding: its rule, its facts, the complaints that it rests on, and what was said of it."""
    return await _finding(request, site, identity)


@router.post("/office/integrity/findings/{identity}")
async def judge(
    request: Request,
    site: TheSite,
    seat: Inspector,
    identity: Identity,
    state: Annotated[FindingState, Form()],
    seen: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Adds what was found out; what was said before stays.

    Nothing is added without a reason, nor when the facts are no longer those that were ``seen``.
    """
    findings = Findings(site.database)
    one = await findings.one(identity)
    if one is None:
        raise HTTPException(404)
    if seat.actor.code in one.found.subject.split():
        raise NotAllowed  # nobody judges a finding about themselves
    typed = Typed(state, note.strip())
    if not typed.note:
        return await _finding(request, site, identity, 422, typed=typed, wrong=NO_REASON)
    said = Judgement(at=site.clock(), by=seat.actor.code, state=state, note=typed.note, facts=one.found.facts)
    if seen != one.found.digest or not await findings.judge(identity, said):
        return await _finding(request, site, identity, 409, typed=typed, wrong=CHANGED)
    return RedirectResponse(f"/office/integrity/findings/{identity}", 303)


async def _finding(
    request: Request,
    site: Site,
    identity: str,
    status: int = 200,
    *,
    typed: Typed | None = None,
    wrong: str = "",
) -> Response:
    one = await Findings(site.database).one(identity)
    if one is None:
        raise HTTPException(404)
    return page(
        request,
        "office/finding.html",
        status,
        one=one,
        typed=typed or Typed(one.state, ""),
        wrong=wrong,
        states=list(FindingState),
        numbers=one.found.numbers[:SHOWN_NUMBERS],
        picture=await _picture(site, one),
        limits=site.city.integrity_thresholds,
        overview=site.overview,
        say=words(request),
    )


async def _picture(site: Site, one: Finding) -> Any:
    """The proof that a finding about pictures is about; None of another, and when it was erased."""
    digest = one.found.facts.get("picture")
    if not digest:
        return None
    files = await AttachmentCatalogue(site.database).of(one.found.numbers[0])
    return next((file for file in files if file.attachment.sha256 == digest), None)


def words(request: Request) -> FindingWords:
    """The sentences in the language of the browser."""
    language = language_of(request)
    made, speak = environment(language), translations(language)
    names = site_of(request).overview.names
    return FindingWords(Words(speak.gettext, speak.ngettext), speak.gettext, made.filters["number"], names)


def _place(last: Finding) -> str:
    return f"{last.found.month.isoformat()}~{last.id}"
