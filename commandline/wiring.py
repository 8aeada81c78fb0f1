"""What a command needs, put together: city, database, Temporal, each opened when first asked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from domain.commands import Evidence
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from runtime.settings import Settings, load_settings

if TYPE_CHECKING:
    from temporalio.client import Client

    from channels.attachments.taking import Attachments
    from channels.front_door import FrontDoor
    from commandline.show import Others
    from domain.orders import Orders
    from domain.timeline import Entry
    from domain.view import ComplaintView
    from durable.complaints import Complaints
    from durable.persons import PersonRequests
    from jakarta.load import Jakarta
    from store.channel_keys import ChannelKeys
    from store.complaints import Reads
    from store.database import Database
    from store.duplicates import Candidate
    from store.messages import Sent


BOUNDARIES = "boundaries.geojson"
"""Where in the data folder imported ward boundaries lie."""


def city() -> "Jakarta":
    """The jurisdiction, with the exact boundaries if they were imported."""
    from jakarta.load import load_jakarta  # noqa: PLC0415 - reads files

    settings = load_settings()
    return load_jakarta(settings.city_data, boundaries(settings))


def boundaries(settings: Settings) -> Path | None:
    """The file of exact ward boundaries: the setting, else the one imported into the data folder."""
    imported = settings.home / BOUNDARIES
    return settings.boundaries or (imported if imported.is_file() else None)


class Wiring:
    """The connections of one command; closed at its end. ``pool_size``: of those to PostgreSQL.

    ``sdk_metrics`` is where the SDK tells its metrics (HOST:PORT), for a command that serves; ``traced``:
    calls become spans.
    """

    def __init__(self, pool_size: int = 5, sdk_metrics: str | None = None, *, traced: bool = False) -> None:
        self._traced = traced
        self._pool_size = pool_size
        self._sdk_metrics = sdk_metrics
        self._settings = load_settings()
        self._engine: Database | None = None
        self._client: Client | None = None
        self._complaints: Complaints | None = None
        self._city: Jakarta | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine:
            await self._engine.dispose()

    @property
    def home(self) -> Path:
        """The data folder."""
        return self._settings.home

    @property
    def city(self) -> "Jakarta":
        """The jurisdiction."""
        if self._city is None:
            self._city = city()
        return self._city

    @property
    def orders(self) -> "Orders":
        """Builds commands from codes."""
        from domain.orders import Orders  # noqa: PLC0415 - heavy

        return Orders(self.city)

    async def complaints(self) -> "Complaints":
        """The running complaints. Raises ``Unreachable`` when Temporal does not answer."""
        from durable.complaints import Complaints  # noqa: PLC0415 - heavy

        if self._complaints is None:
            self._complaints = Complaints(await self.client(), self._settings.task_queue)
        return self._complaints

    async def client(self) -> "Client":
        """A client of Temporal that seals and opens. Raises ``Unreachable`` when Temporal does not answer."""
        from durable.codec import SealingCodec  # noqa: PLC0415 - heavy
        from durable.plugin import TuntasPlugin  # noqa: PLC0415 - heavy
        from runtime.temporal_client import connect, metered_runtime  # noqa: PLC0415 - heavy

        if self._client is None:
            self._client = await connect(
                self._settings,
                plugins=[TuntasPlugin(SealingCodec(self.engine.vault), traced=self._traced)],
                runtime=metered_runtime(self._sdk_metrics) if self._sdk_metrics else None,
            )
        return self._client

    async def person_requests(self) -> "PersonRequests":
        """The requests of persons."""
        from durable.persons import PersonRequests  # noqa: PLC0415 - heavy

        return PersonRequests(await self.client(), self._settings.task_queue)

    async def check_temporal(self) -> None:
        """Returns when Temporal has answered; raises what its client raises when it does not."""
        if self._client is not None:
            await self._client.service_client.check_health()

    async def front_door(self, policy: str | None = None) -> "FrontDoor":
        """The way in, under a policy: the one given, else that of the stack."""
        from channels.front_door import FrontDoor  # noqa: PLC0415 - heavy
        from runtime.stack_record import policy_name  # noqa: PLC0415

        return FrontDoor(self.city, await self.complaints(), policy or policy_name(self._settings))

    @property
    def reads(self) -> "Reads":
        """What lists and pages read. Raises ``Unreachable`` when PostgreSQL does not run."""
        from store.complaints import Reads  # noqa: PLC0415 - heavy

        return Reads(self.engine)

    @property
    def attachments(self) -> "Attachments":
        """Takes files in and tells of them."""
        from channels.attachments.kind import Sizes  # noqa: PLC0415
        from channels.attachments.taking import Attachments  # noqa: PLC0415 - heavy
        from store.attachments import AttachmentCatalogue  # noqa: PLC0415 - heavy
        from store.contents import Contents  # noqa: PLC0415 - heavy

        said = self._settings
        contents = Contents.at(said.files_url, self.home / "files")
        sizes = Sizes(said.largest_photo_mb, said.largest_video_mb, said.largest_pdf_mb)
        return Attachments(contents, AttachmentCatalogue(self.engine), sizes)

    async def evidence(self, given: Sequence[str] | None, by: str) -> tuple[Evidence, ...]:
        """Pictures and documents: files of this machine are taken in, addresses on the web stay addresses."""
        now = datetime.now(UTC)
        return tuple(
            [
                Evidence(uri=one)
                if one.startswith(("https://", "http://"))
                else await self.attachments.take_file(Path(one), by, now)
                for one in given or ()
            ]
        )

    async def find(self, number: str) -> "ComplaintView":
        """The complaint with this number. Raises ``Refused`` with UNKNOWN_NUMBER."""
        found = await self.reads.by_number(number.strip().upper())
        if found is None:
            raise Refused(
                RefusalCode.UNKNOWN_NUMBER, f"There is no complaint {number[:40]!r}. See: starter.py list"
            )
        return found

    async def timeline(self, number: str) -> list["Entry"]:
        """What happened to the complaint with this number."""
        return await self.reads.timeline((await self.find(number)).id)

    async def sent(self, number: str | None) -> list["Sent"]:
        """The messages that were sent."""
        from store.messages import Messages  # noqa: PLC0415 - heavy

        if number:
            number = (await self.find(number)).number
        return await Messages(self.engine).sent(number)

    async def digests(self, channel: str, references: Iterable[str]) -> Mapping[str, str | None]:
        """Which references of a channel are in already, with the digest of what they said."""
        return await self.reads.digests(channel, references)

    async def others(self, found: "ComplaintView") -> "Others":
        """Those that follow a complaint, and while it is handled those that may be about the same thing."""
        from commandline.show import Others  # noqa: PLC0415

        handled = found.status not in {Status.FOLLOWING, Status.RESOLVED, Status.CLOSED}
        candidates = await self.duplicates(found) if handled else []
        return Others(await self.reads.followers(found.number), [one.number for one in candidates])

    async def duplicates(self, found: "ComplaintView") -> list["Candidate"]:
        """Open complaints that may be about the same thing as this one."""
        from store.duplicates import Duplicates  # noqa: PLC0415 - heavy

        group = self.city.category(found.category).group
        family = {one.code for one in self.city.categories() if one.group == group}
        return await Duplicates(self.engine).of(found.number, family)

    async def check_access_code(self, number: str, access_code: str) -> None:
        """Raises ``Refused`` when this is not the code that the reporter was given."""
        if not await self.reads.is_access_code((await self.find(number)).number, access_code):
            raise Refused(RefusalCode.NOT_YOURS, "The access code is not that of the complaint; check it.")

    @property
    def keys(self) -> "ChannelKeys":
        """The keys of channels."""
        from store.channel_keys import ChannelKeys  # noqa: PLC0415 - heavy

        return ChannelKeys(self.engine)

    @property
    def engine(self) -> "Database":
        """The database. Raises ``Unreachable`` when it does not run, ``WrongKeys`` without a key ring."""
        from store.database import Database  # noqa: PLC0415 - heavy

        if self._engine is None:
            self._engine = Database.of(self._settings, pool_size=self._pool_size)
        return self._engine
