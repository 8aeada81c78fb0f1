"""How a command answers: tables or JSON on stdout, one sentence on stderr when it fails, an exit status.

0: done. 1: refused, or something is wrong with what was given. 2: wrong usage.
3: Temporal, PostgreSQL or a worker did not answer; nothing is lost, ask again.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, ParamSpec

import typer
from pydantic import BaseModel, ValidationError

from domain.refusal import Refused

REFUSED, UNANSWERED = 1, 3

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

P = ParamSpec("P")


def command(body: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Runs an async command; what goes wrong in a way that was foreseen becomes a sentence and a status."""

    @wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            asyncio.run(body(*args, **kwargs))
        except (KeyboardInterrupt, asyncio.CancelledError):
            fail("Interrupted.", 130)
        except Exception as error:
            sentence, status = _explained(error)
            if sentence is None:
                raise
            fail(sentence, status)

    return run


def fail(sentence: str, status: int = REFUSED) -> None:
    """Says why on stderr and ends with a status."""
    sys.stderr.write(f"{sentence}\n")
    raise typer.Exit(status)


def remark(sentence: str) -> None:
    """Says something on stderr without failing."""
    sys.stderr.write(f"{sentence}\n")


def print_json(value: object) -> None:
    """Prints a value as JSON, indented; models and moments as pydantic writes them."""
    sys.stdout.write(json.dumps(_plain(value), indent=2, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Prints rows for people."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.table import Table  # noqa: PLC0415 - heavy
    from rich.text import Text  # noqa: PLC0415 - heavy

    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console().print(table)


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[..., None]]:
    """A bar on stderr while something takes its time; call what it gives after one step, or several."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress  # noqa: PLC0415 - heavy

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps=1: bar.advance(task, steps)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _explained(error: Exception) -> tuple[str | None, int]:
    """The sentence for a foreseen error and its exit status; None for one that is a defect of ours."""
    from channels.bad_input import sentence  # noqa: PLC0415
    from channels.csv_file import UnreadableFile  # noqa: PLC0415
    from channels.messaging.keys import BadKeys  # noqa: PLC0415
    from durable.complaints import NoAnswer  # noqa: PLC0415 - heavy
    from durable.deployment import DeploymentError  # noqa: PLC0415 - heavy
    from jakarta.bad_data import BadData  # noqa: PLC0415
    from runtime.backup_manifest import BadBackup  # noqa: PLC0415
    from runtime.key_ring import WrongKeys  # noqa: PLC0415
    from runtime.settings import WrongSetting  # noqa: PLC0415
    from runtime.start_failed import StartFailed  # noqa: PLC0415
    from runtime.unreachable import Unreachable  # noqa: PLC0415
    from store.contents import BadStorage, StorageUnreachable  # noqa: PLC0415 - heavy
    from store.engine import DatabaseUnreachable  # noqa: PLC0415 - heavy
    from store.migrate import DatabaseTooNew  # noqa: PLC0415

    match error:
        case Refused():
            return f"{error.code}: {error.message}", REFUSED
        case ValidationError():
            return f"BAD_INPUT: {sentence(error)}", REFUSED
        case NoAnswer() | Unreachable() | DatabaseUnreachable() | StorageUnreachable():
            return str(error), UNANSWERED
        case (
            UnreadableFile()
            | WrongSetting()
            | StartFailed()
            | BadData()
            | BadKeys()
            | BadStorage()
            | BadBackup()
            | DatabaseTooNew()
            | WrongKeys()
            | DeploymentError()
        ):
            return str(error), REFUSED
        case _:
            return None, REFUSED
