"""Reports: the month as files, the list behind a figure, red flags, letters to coordinators."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.show import wib
from commandline.wiring import Wiring
from domain.figures import Dimension, Figure
from domain.period import Period, PeriodKind
from domain.refusal import RefusalCode, Refused
from domain.wib import WIB
from runtime.settings import load_settings

if TYPE_CHECKING:
    from activities.report_maker import ReportMaker

app = typer.Typer(
    no_args_is_help=True, help="What is reported beside the monthly report, and to whom it went."
)

Month = Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-10.")]
Out = Annotated[Path, typer.Option("--out", help="The folder to write to; it is made if it is not there.")]


@command
async def report(
    month: Month,
    out: Annotated[Path | None, typer.Option("--out", help="Write PDF, XLSX, JSON and CSV there.")] = None,
    language: Annotated[str, typer.Option("--language", help="id or en.")] = "id",
    listed: Annotated[
        Figure | None, typer.Option("--list", help="The complaints behind a figure, one a line.")
    ] = None,
    by: Annotated[Dimension, typer.Option("--by", help="With --list: of one part only.")] = Dimension.TOTAL,
    key: Annotated[str, typer.Option("--key", help="With --by: the code of the part.")] = "",
    send: Annotated[
        bool, typer.Option("--send", help="Have it made and sent by the worker, if it was not before.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The report of a month: the same figures for the same month, always.

    Without --out and --list it says the main figures. The Governor's own copy is made on the 1st by itself.
    """
    if language not in {"id", "en"}:
        raise Refused(RefusalCode.BAD_INPUT, f"There is no report in {language[:20]!r}; say id or en.")
    period = _over(Period.parse(month))
    async with Wiring() as tuntas:
        if send:
            await _send(tuntas, period)
        elif listed:
            await _list(tuntas, period, listed, by, key, as_json=as_json)
        else:
            await _make(tuntas, period, out, language, as_json=as_json)


async def _send(tuntas: Wiring, period: Period) -> None:
    from durable.reports import begin_report  # noqa: PLC0415 - heavy

    begun = await begin_report(await tuntas.client(), load_settings().task_queue, period)
    said = "is being made and sent" if begun else "was begun before and is left alone"
    remark(f"The report of {period.name} {said}. See: starter.py reports deliveries")


def _over(period: Period) -> Period:
    """A period that is over. Raises ``Refused``: the figures of one that goes on would change."""
    if period.end > datetime.now(UTC):
        raise Refused(
            RefusalCode.BAD_INPUT, f"{period.name} is not over yet; its figures would still change."
        )
    return period


def report_maker(tuntas: Wiring) -> "ReportMaker":
    """Makes reports from the record."""
    from activities.report_maker import ReportMaker  # noqa: PLC0415 - heavy

    return ReportMaker(tuntas.engine, tuntas.city, load_settings().web_url)


async def _list(
    tuntas: Wiring, period: Period, figure: Figure, by: Dimension, key: str, *, as_json: bool
) -> None:
    from store.figures import Figures  # noqa: PLC0415 - heavy

    async with Figures(tuntas.engine).counted(period) as counted:
        found = await counted.behind([figure], by, key)
    if as_json:
        print_json([one._asdict() | {"day": one.day and one.day.isoformat()} for one in found])
        return
    columns = ("number", "channel", "category", "ward", "unit", "coordinator", "day", "value")
    rows = ([getattr(one, name) for name in columns] for one in found)
    print_table(f"{figure} {period.name}: {len(found)}", columns, rows)


async def _make(tuntas: Wiring, period: Period, out: Path | None, language: str, *, as_json: bool) -> None:
    from reports.files import monthly_files, monthly_json  # noqa: PLC0415 - heavy
    from reports.monthly import attention, compared, headlines  # noqa: PLC0415
    from reports.words import Words  # noqa: PLC0415
    from store.reports import Reports  # noqa: PLC0415 - heavy

    made = await report_maker(tuntas).monthly(period)
    words = Words("en" if language == "en" else "id")
    noted = await Reports(tuntas.engine).noted(period.name)
    if noted and noted.digest != made.digest:
        remark(
            f"The figures of {period.name} are not those of {wib(noted.made_at)} (digest {noted.digest}, now "
            f"{made.digest}): events of that month were recorded after the report was made."
        )
    if out:
        files = await asyncio.to_thread(monthly_files, made, words)
        await asyncio.to_thread(write_files, out, files)
    elif as_json:
        sys.stdout.write(monthly_json(made).decode())
    else:
        sys.stdout.write("\n".join([*headlines(made, words), *attention(made, words), ""]))
        columns = ("figure", "now", "before", "change", "year_before", "change_year")
        print_table(words.month(period.first), map(words, columns), compared(made, words))


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files into a folder, and says where."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        remark(f"{folder / name}")


@app.command("red-flags")
@command
async def red_flags(
    month: Month,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit (code).")] = None,
    as_json: Json = False,
) -> None:
    """What each unit resolved late or has overdue: facts for whoever decides, never an action."""
    from reports.links import complaint_page  # noqa: PLC0415
    from reports.monthly import RED_FLAGS, flagged  # noqa: PLC0415
    from store.figures import Figures  # noqa: PLC0415 - heavy

    period = _over(Period.parse(month))
    web_url = load_settings().web_url
    async with Wiring() as tuntas:
        code = tuntas.city.unit(unit).code if unit else ""
        async with Figures(tuntas.engine).counted(period) as counted:
            where = (Dimension.UNIT, code) if unit else (Dimension.TOTAL, "")
            flags = await counted.behind(RED_FLAGS, *where)
        facts = [
            {"unit": one.unit, "number": one.number, "fact": one.figure.value, "category": one.category,
             "link": complaint_page(web_url, one.number)}
            for one in flags
        ]  # fmt: skip
        if as_json:
            print_json(facts)
        elif unit:
            print_table(f"{code} {period.name}", ("number", "fact", "link"), (
                (one["number"], one["fact"], one["link"]) for one in facts
            ))  # fmt: skip
        else:
            rows = ((one, tuntas.city.unit(one).name, late, overdue) for one, late, overdue in flagged(flags))
            print_table(f"Red flags {period.name}", ("unit", "name", "late", "overdue"), rows)


@app.command()
@command
async def letter(
    coordinator: Annotated[str, typer.Argument(help="The code of a coordinator, such as ASDA-BANG.")],
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="As sent on this day. Unset: today."),
    ] = None,
    weekly: Annotated[
        bool, typer.Option("--weekly", help="About the last week instead of the last day.")
    ] = False,
) -> None:
    """The letter that a coordinator gets about their scope, as it would be sent; nothing is sent."""
    moment = until.replace(tzinfo=WIB) if until else datetime.now(UTC)
    period = Period.ended_before(PeriodKind.WEEK if weekly else PeriodKind.DAY, moment)
    async with Wiring() as tuntas:
        code = tuntas.city.unit(coordinator).code
        words = await report_maker(tuntas).scope_letter(period, code)
    sys.stdout.write(f"{words.subject}\n\n{words.body}")


@app.command()
@command
async def deliveries(as_json: Json = False) -> None:
    """To whom reports went, and which did not go out and why."""
    from store.reports import Reports  # noqa: PLC0415 - heavy

    async with Wiring() as tuntas:
        found = await Reports(tuntas.engine).deliveries()
    if as_json:
        print_json([one._asdict() | {"sent_at": one.sent_at and one.sent_at.isoformat()} for one in found])
        return
    columns = ("report", "to", "state", "medium", "attempts", "sent", "error")
    print_table("Letters with reports", columns, (
        (one.id, one.recipient, one.state, one.medium, one.attempts, one.sent_at and wib(one.sent_at),
         one.last_error)
        for one in found
    ))  # fmt: skip


@command
async def open_data(month: Month, out: Out = Path()) -> None:
    """The complaints of a month as open data: anonymous, with a dictionary of what each field means."""
    period = _over(Period.parse(month))
    async with Wiring() as tuntas:
        files = await report_maker(tuntas).open_data(period)
    await asyncio.to_thread(write_files, out, files)
