"""Handing a complaint in, and looking at complaints and at what was sent about them."""

from typing import Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.show import print_complaint, print_list, wib
from commandline.verbs import Number, point_of
from commandline.wiring import Wiring
from domain.intake import Intake, Reporter
from domain.place import FoundBy
from domain.refusal import RefusalCode, Refused
from domain.search import understood
from domain.status import Status

Unit = Annotated[str | None, typer.Option("--unit", help="Held by this unit.")]


@command
async def submit(
    channel: Annotated[str, typer.Option("--channel", help="An official channel: `org channels`.")],
    reference: Annotated[
        str, typer.Option("--reference", help="The channel's own reference; sent twice, it is one complaint.")
    ],
    category: Annotated[str, typer.Option("--category", help="A kind of complaint: `org categories`.")],
    text: Annotated[str, typer.Option("--text", help="What the reporter says.")],
    lat: Annotated[float | None, typer.Option("--lat", help="Latitude in degrees (WGS84).")] = None,
    lon: Annotated[float | None, typer.Option("--lon", help="Longitude in degrees (WGS84).")] = None,
    accuracy: Annotated[
        float | None, typer.Option("--accuracy", help="Radius in metres that the device is sure of.")
    ] = None,
    place: Annotated[str | None, typer.Option("--place", help="The place in words.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The reporter's name, if told.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="Where the reporter can be told.")] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Others may read the text and see the place; never the reporter.")
    ] = False,
    policy: Annotated[str | None, typer.Option("--policy", help="Another policy than the stack's.")] = None,
    photo: Annotated[
        list[str] | None, typer.Option("--photo", help="A photo, video or PDF; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hands a complaint in and prints its number and access code.

    With a point inside Jakarta it goes directly to the kelurahan there, otherwise to the desk of the
    channel (Pergub 39/2019 art. 8).
    """
    point = point_of(lat, lon)
    intake = Intake(
        channel=channel,
        reference=reference,
        category=category,
        text=text,
        point=point,
        accuracy_metres=accuracy,
        place=place,
        reporter=Reporter(name=name, contact=contact),
        public=public,
    )
    async with Wiring() as tuntas:
        files = await tuntas.evidence(photo, channel)
        intake = Intake.model_validate({**intake.model_dump(), "attachments": files})
        door = await tuntas.front_door(policy)
        found, needs_point = door.opening(intake).found, tuntas.city.category(category).needs_point
        receipt = await door.submit(intake)
    if receipt.digest not in {"", intake.digest}:
        remark(
            f"Reference {reference!r} came before as {receipt.number} with another text, place or category. "
            "What you sent now was not taken; for a new complaint use a new reference."
        )
    elif needs_point and not point:
        remark(
            "This kind of complaint needs a point: with --lat and --lon it goes to the unit there at once."
        )
    elif found.found_by is FoundBy.OUTSIDE:
        remark("The point lies outside the territory, so the desk of the channel received the complaint.")
    if as_json:
        print_json(receipt.model_dump(mode="json", exclude={"reference", "digest"}))
        return
    print_table(
        f"{receipt.number} is {receipt.status}",
        ("access code", "unit", "ward", "to be resolved by"),
        [(receipt.access_code, receipt.unit, receipt.ward, wib(receipt.due_at))],
    )


@command
async def show(number: Number, as_json: Json = False) -> None:
    """Where a complaint stands, its deadlines, and everything that happened to it."""
    async with Wiring() as tuntas:
        found = await tuntas.find(number)
        timeline = await tuntas.reads.timeline(found.id)
        print_complaint(found, timeline, await tuntas.others(found), as_json)


@command
async def list_(
    unit: Unit = None,
    status: Annotated[Status | None, typer.Option("--status", help="In this state.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those with a clock run out.")] = False,
    ward: Annotated[str | None, typer.Option("--ward", help="In this ward, such as 31.71.01.1001.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Through this channel.")] = None,
    words: Annotated[
        str, typer.Option("--words", help="With these words, this number or its beginning, of this day.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 1000,
    as_json: Json = False,
) -> None:
    """Complaints, the most urgent first."""
    async with Wiring() as tuntas:
        city = tuntas.city
        if unit:
            unit = city.unit(unit).code
        if channel:
            channel = city.channel(channel).code
        if ward and not any(one.ward == ward for one in city.units()):
            raise Refused(RefusalCode.BAD_INPUT, f"There is no ward {ward[:40]!r}. See: starter.py org units")
        found = await tuntas.reads.find(
            unit=unit,
            status=status,
            overdue=overdue,
            ward=ward,
            channel=channel,
            search=understood(words),
            limit=limit,
        )
        print_list(found, as_json)


@command
async def mailbox(
    number: Annotated[str | None, typer.Argument(help="Only about this complaint.")] = None,
    full: Annotated[bool, typer.Option("--full", help="With the whole text.")] = False,
    as_json: Json = False,
) -> None:
    """What was sent: to whom, about which event, when."""
    async with Wiring() as tuntas:
        sent = await tuntas.sent(number)
    if as_json:
        print_json(sent)
        return
    print_table(
        f"Messages: {len(sent)}",
        ("when", "number", "event", "to", "by", "text" if full else "subject"),
        (
            (
                wib(message.sent_at),
                message.number or f"{message.items} notices",
                message.event,
                message.recipient,
                message.medium,
                message.body if full else message.subject,
            )
            for message in sent
        ),
    )


@command
async def evidence(number: Number, as_json: Json = False) -> None:
    """The files of a complaint, and what is striking about them: facts for a human, never a verdict."""
    async with Wiring() as tuntas:
        files = await tuntas.attachments.of((await tuntas.find(number)).number)
    if as_json:
        print_json([file.model_dump(mode="json") for file in files])
        return
    print_table(
        f"Files: {len(files)}",
        ("when", "for", "kind", "sha256", "striking"),
        (
            (
                wib(file.use.at),
                file.use.purpose,
                file.attachment.media_type,
                file.attachment.sha256[:12],
                "\n".join(finding.en for finding in file.findings),
            )
            for file in files
        ),
    )


@command
async def suggest(number: Number, as_json: Json = False) -> None:
    """Units that a complaint may belong to, the likeliest first, with reasons. It moves nothing."""
    from jakarta.suggestions import Suggestions  # noqa: PLC0415

    async with Wiring() as tuntas:
        found = await tuntas.find(number)
        said = await tuntas.reads.said(found.number)
        words = f"{said.text} {said.place or ''}" if said else ""
        suggestions = Suggestions(tuntas.city).suggest(found.category, words, found.ward)
    if as_json:
        print_json(suggestions)
        return
    print_table(
        f"{found.number} may belong to",
        ("unit", "name", "how sure", "why"),
        ((one.unit, one.name, one.score, one.why) for one in suggestions),
    )


@command
async def duplicates(number: Number, as_json: Json = False) -> None:
    """Open complaints that may be about the same thing, the most alike first. It merges nothing."""
    async with Wiring() as tuntas:
        found = await tuntas.find(number)
        candidates = await tuntas.duplicates(found)
    if as_json:
        print_json(candidates)
        return
    print_table(
        f"{found.number} may be the same as",
        ("number", "status", "unit", "metres away", "alike"),
        ((one.number, one.status, one.unit, one.metres, one.alike) for one in candidates),
    )
