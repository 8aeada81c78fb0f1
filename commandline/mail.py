"""Mail that comes in: the service that takes it, and what became of each."""

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.show import wib
from commandline.verbs import As
from commandline.wiring import Wiring
from domain.refusal import RefusalCode, Refused
from runtime.settings import Settings, load_settings

if TYPE_CHECKING:
    from channels.email.imap import Mailbox
    from channels.email.inbox import Inbox
    from channels.email.smtp import MailListener
    from store.incoming_mail import IncomingMails

app = typer.Typer(
    help="Mail that comes in: take it by SMTP and IMAP; list what became of it.", invoke_without_command=True
)

STATES = ("new", "taken", "reply", "bounce", "automatic", "for_desk", "handled")
CHANNEL = "email"
"""The channel through which mail comes."""


class Service(NamedTuple):
    """The mail service, put together."""

    inbox: "Inbox"
    listener: "MailListener"
    mailbox: "Mailbox | None"


@app.callback()
def mail_in(
    context: typer.Context,
    smtp: Annotated[str | None, typer.Option("--smtp", metavar="HOST:PORT", help="Listen here.")] = None,
    imap: Annotated[
        str | None,
        typer.Option(
            "--imap", metavar="URL", help="Fetch from here; better in TUNTAS_IMAP_URL, unseen by others."
        ),
    ] = None,
) -> None:
    """Takes mail by SMTP and from a mailbox by IMAP, and makes complaints and replies of it. Ctrl-C stops."""
    if context.invoked_subcommand is None:
        _serve(smtp, imap)


@command
async def _serve(smtp: str | None, imap: str | None) -> None:
    """Runs the listener and the rounds until a signal asks to stop."""
    from channels.email.rounds import go_round  # noqa: PLC0415 - heavy
    from runtime.logs import configure_logs  # noqa: PLC0415 - heavy

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Wiring() as tuntas:
        settings = load_settings(smtp_listen=smtp, imap_url=imap)
        if not settings.smtp_listen and not settings.imap_url:
            raise Refused(
                RefusalCode.BAD_INPUT,
                "Say where mail comes from: --smtp or TUNTAS_SMTP_LISTEN, --imap or TUNTAS_IMAP_URL.",
            )
        configure_logs(settings)
        inbox, listener, mailbox = await _service(tuntas, settings)
        if settings.smtp_listen:
            host, _, port = settings.smtp_listen.rpartition(":")
            try:
                taken = await listener.start(host, int(port))
            except OSError as error:
                raise Refused(
                    RefusalCode.BAD_INPUT, f"We cannot listen on {host}:{port}; take another."
                ) from error
            sys.stdout.write(f"Taking mail by SMTP on {host}:{taken}.\n")
            sys.stdout.flush()
        try:
            await go_round(inbox, mailbox, stop)
        finally:
            await listener.stop()


@app.command("list")
@command
async def list_(
    state: Annotated[str | None, typer.Option("--state", help=f"One of: {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 200,
    as_json: Json = False,
) -> None:
    """What became of the mail that came in, the latest first; `for_desk` waits for a human."""
    if state and state not in STATES:
        raise Refused(RefusalCode.BAD_INPUT, f"There is no such state; the states are {', '.join(STATES)}.")
    async with Wiring() as tuntas:
        entries = await _mails(tuntas).listed(state, limit)
    if as_json:
        print_json(entries)
        return
    print_table(
        f"Mail: {len(entries)}",
        ("id", "when", "by", "state", "number", "why", "tries", "last error"),
        (
            (
                one.id,
                wib(one.received_at),
                one.came_by,
                one.state,
                one.number,
                one.why,
                one.attempts,
                one.last_error,
            )
            for one in entries
        ),
    )


@app.command()
@command
async def show(identity: Annotated[int, typer.Argument(metavar="ID", help="From `mail-in list`.")]) -> None:
    """A mail as it came, for the desk. It is personal."""
    async with Wiring() as tuntas:
        raw = await _mails(tuntas).raw(identity)
    if raw is None:
        raise Refused(RefusalCode.BAD_INPUT, f"There is no mail {identity}. See: starter.py mail-in list")
    remark("This is a private letter.")
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


@app.command()
@command
async def handle(
    identity: Annotated[int, typer.Argument(metavar="ID", help="From `mail-in list --state for_desk`.")],
    officer: As,
    number: Annotated[
        str | None, typer.Option("--number", help="The complaint that it belongs to or became.")
    ] = None,
) -> None:
    """A human has read a mail that waited at the desk and done what it asks; the mail stays."""
    async with Wiring() as tuntas:
        who = tuntas.city.officer(officer).code
        complaint = (await tuntas.find(number)).number if number else None
        if not await _mails(tuntas).handle(identity, who, complaint):
            raise Refused(
                RefusalCode.BAD_INPUT,
                f"No mail {identity} waits at the desk. See: starter.py mail-in list --state for_desk",
            )
    remark(f"Mail {identity} is handled.")


async def _service(tuntas: Wiring, settings: Settings) -> Service:
    """The service of these settings. Raises ``Refused`` for an IMAP URL that is none."""
    from channels.email.imap import Mailbox, MailboxUrl  # noqa: PLC0415 - heavy
    from channels.email.inbox import Desk, Inbox  # noqa: PLC0415 - heavy
    from channels.email.smtp import MailListener  # noqa: PLC0415 - heavy
    from channels.reply import Replies  # noqa: PLC0415 - heavy

    try:
        url = MailboxUrl.parse(settings.imap_url.get_secret_value()) if settings.imap_url else None
    except ValueError as error:
        raise Refused(RefusalCode.BAD_INPUT, str(error)) from error
    own = frozenset(one.strip().lower() for one in settings.mail_addresses.split(",") if one.strip())
    desk = Desk(tuntas.city.channel(CHANNEL).code, tuntas.city.category(settings.inbox_category).code, own)
    mails, replies = _mails(tuntas), Replies(await tuntas.complaints(), tuntas.reads)
    return Service(
        Inbox(mails, await tuntas.front_door(), replies, tuntas.attachments, desk),
        MailListener(mails, own),
        Mailbox(url, mails) if url else None,
    )


def _mails(tuntas: Wiring) -> "IncomingMails":
    from store.incoming_mail import IncomingMails  # noqa: PLC0415 - heavy

    return IncomingMails(tuntas.engine)
