"""Reports: made as files, and sent as letters, each once."""

import asyncio
from pathlib import Path

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import (
    GIVE_REPORT_UP,
    MAKE_REPORT,
    NOT_NOW,
    SEND_REPORT,
    UNDELIVERABLE,
    MadeReport,
    SendReport,
)
from activities.report_maker import ReportMaker
from domain.period import Period, PeriodKind
from notify.letter import Letter
from notify.media import MAILBOX, NotNow, Routes, Unconfirmed, Undeliverable, send
from reports.cover import cover
from reports.files import monthly_files
from reports.words import Words
from store.digests import Digests
from store.reports import LETTER, Reports

ATTACHED = (".pdf", ".xlsx")
LETTER_FILE = "letter.txt"
"""The subject, an empty line, and the letter that goes with the files; written last."""


class Reporting:
    """The activities that make and send reports."""

    def __init__(
        self, maker: ReportMaker, reports: Reports, digests: Digests, routes: Routes, folder: Path
    ) -> None:
        """``folder`` is where the files of months are kept."""
        self._maker = maker
        self._reports = reports
        self._digests = digests
        self._routes = routes
        self._folder = folder

    @activity.defn(name=MAKE_REPORT)
    async def make_report(self, period: Period) -> MadeReport:
        """Makes the files of a month; letters about a day or a week are written as they are sent."""
        if period.kind is not PeriodKind.MONTH:
            return MadeReport(recipients=tuple(self._maker.coordinators()), digest="")
        report = await self._maker.monthly(period)
        await self._reports.note(period.name, report.digest)
        folder = self._folder / period.name
        subject, body = cover(report, str(folder))
        letter = {LETTER_FILE: f"{subject}\n\n{body}".encode()}
        files = await asyncio.to_thread(monthly_files, report, Words("id"))
        await asyncio.to_thread(_write, folder, {**files, **letter})
        return MadeReport(recipients=self._maker.recipients, digest=report.digest)

    @activity.defn(name=SEND_REPORT)
    async def send_report(self, what: SendReport) -> None:
        """Sends it to one recipient, once. Raises to be tried again, or to be shown to a human."""
        identity = _identity(what)
        state = await self._digests.begin(identity, what.recipient, LETTER)
        if state == "sent":
            return
        if state in {"failed", "unconfirmed"}:
            raise _for_good("it is not known whether the letter went out")
        route = self._routes.to("supervisor", what.recipient, None)
        letter, attached = await self._letter(what)
        if route.name == MAILBOX:
            await self._digests.put_in_mailbox(identity, *letter, 0)
            return
        if not await self._digests.claim(identity, *letter, 0, route.name):
            raise _for_good("an attempt to send it broke off; it is not known whether it was sent")
        try:
            await send(route, letter, attached)
        except NotNow as trouble:
            await self._digests.mark_pending(identity, str(trouble))
            raise ApplicationError(str(trouble), type=NOT_NOW) from None
        except (Undeliverable, Unconfirmed) as trouble:
            state = "failed" if isinstance(trouble, Undeliverable) else "unconfirmed"
            await self._digests.settle(identity, state, route.name, str(trouble))
            raise _for_good(str(trouble)) from None
        await self._digests.settle(identity, "sent", route.name)

    @activity.defn(name=GIVE_REPORT_UP)
    async def give_report_up(self, what: SendReport) -> None:
        """The letter will not go out; ``starter.py reports deliveries`` and the files remain."""
        reason = f"the letter to {what.recipient} could not be delivered"
        await self._digests.settle(_identity(what), "failed", "none", reason)

    async def _letter(self, what: SendReport) -> tuple[Letter, list[Path]]:
        if what.period.kind is not PeriodKind.MONTH:
            return Letter(*await self._maker.scope_letter(what.period, what.recipient)), []
        folder = self._folder / what.period.name
        if not (folder / LETTER_FILE).is_file():  # made by a worker on another machine
            await self.make_report(what.period)
        return await asyncio.to_thread(_read, folder)


def _identity(what: SendReport) -> str:
    return f"report-{what.period.name}/{what.recipient}"


def _for_good(reason: str) -> ApplicationError:
    return ApplicationError(reason, type=UNDELIVERABLE, non_retryable=True)


def _read(folder: Path) -> tuple[Letter, list[Path]]:
    subject, _, body = (folder / LETTER_FILE).read_text(encoding="utf-8").partition("\n\n")
    return Letter(subject, body), sorted(file for file in folder.iterdir() if file.suffix in ATTACHED)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Each file appears whole: a reader, or an attempt that comes after, never sees half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        beside = folder / f".{name}"
        beside.write_bytes(content)
        beside.replace(folder / name)
