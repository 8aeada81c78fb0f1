"""Reconciling: whether Temporal, the read model and the record agree over all complaints."""

from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, fail, print_json, progress, remark
from commandline.wiring import Wiring
from runtime.settings import load_settings

if TYPE_CHECKING:
    from domain.reconciling import Difference


@command
async def reconcile(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make anew what was lost or damaged, as far as anybody kept it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compares what Temporal, the read model and the record say of every complaint, and names what differs.

    It may run at any time: what differs is looked at again before it is named. Exit status 1 when something
    does not agree, and with --repair when something could not be repaired. The read model is made anew from
    the workflows, a workflow that was lost from the record; messages that went out are not sent again.
    """
    from commandline.reconciler import Reconciler  # noqa: PLC0415 - heavy
    from durable.histories import Histories  # noqa: PLC0415 - heavy
    from runtime.database import owner_url  # noqa: PLC0415 - heavy
    from store.reconciling import Books  # noqa: PLC0415 - heavy

    settings = load_settings()
    found: list[Difference] = []
    left = repaired = 0
    async with Wiring() as tuntas:
        histories = Histories(await tuntas.client(), settings.task_queue)
        books = Books(tuntas.engine)
        reconciler = Reconciler(tuntas, settings, histories, books)
        for table in await books.make_missing_tables(owner_url(settings)) if repair else ():
            remark(f"The table {table} was gone; it is there again, empty.")
        ids = await reconciler.ids()
        with progress("Comparing", len(ids)) as step:
            async for account, wrong in reconciler.compare(ids, step):
                found += wrong
                if repair and await reconciler.repair(account):
                    repaired += 1
                else:
                    left += 1
    if as_json:
        print_json({"complaints": len(ids), "differences": found, "repaired": repaired, "left": left})
    else:
        for one in found:
            remark(f"{one.number or one.id}: {one.what}.")
    if left:
        advice = "could not be repaired" if repair else "do not agree; see: starter.py reconcile --repair"
        fail(f"{left} of {len(ids)} complaints {advice}.")
    if not as_json:
        done = f"{repaired} were repaired; run it again to be sure" if repaired else "all agree"
        remark(f"{len(ids)} complaints: {done}.")
