"""What runs on a data folder, as written in its ``stack.json``."""

import os
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.home import Home
from runtime.process_identity import ProcessIdentity
from runtime.settings import DEFAULT_POLICY, Settings


class StackRecord(BaseModel):
    """Addresses and processes of a stack. It stays after a stop, so that the next start takes the same ports.

    ``temporal`` is host:port, ``temporal_ui`` a URL (None: not ours), ``database`` an SQLAlchemy URL without
    its password, ``web`` the web server's URL (None: there is none). A process that is None is not ours or
    does not run. ``worker_metrics`` and ``web_metrics`` are HOST:PORT.
    """

    model_config = ConfigDict(frozen=True)

    temporal: str
    temporal_ui: str | None
    database: str
    policy: str
    started_at: datetime
    up: ProcessIdentity | None = None
    temporal_process: ProcessIdentity | None = None
    worker_process: ProcessIdentity | None = None
    database_process: ProcessIdentity | None = None
    web: str | None = None
    web_process: ProcessIdentity | None = None
    worker_metrics: str | None = None
    web_metrics: str | None = None

    def is_up(self) -> bool:
        """Whether the process that looks after the stack runs."""
        return self.up is not None and self.up.is_alive()

    def temporal_runs(self) -> bool:
        """Whether the embedded Temporal's process runs."""
        return self.temporal_process is not None and self.temporal_process.is_alive()

    def database_runs(self) -> bool:
        """Whether the embedded PostgreSQL's process runs."""
        return self.database_process is not None and self.database_process.is_alive()

    def worker_runs(self) -> bool:
        """Whether the stack's worker process runs."""
        return self.worker_process is not None and self.worker_process.is_alive()

    def web_runs(self) -> bool:
        """Whether the stack's web server runs."""
        return self.web_process is not None and self.web_process.is_alive()

    def running(self) -> list[str]:
        """The names of the servers and programs of this stack that run now."""
        ours = {
            "Temporal": self.temporal_process,
            "the worker": self.worker_process,
            "the web server": self.web_process,
            "PostgreSQL": self.database_process,
        }
        return [name for name, process in ours.items() if process is not None and process.is_alive()]

    def addresses(self) -> str:
        """The addresses in words, for a message."""
        ui = f", its screens at {self.temporal_ui}" if self.temporal_ui else ""
        return f"Temporal at {self.temporal}{ui}, database at {self.database}"


def read_stack(home: Path) -> StackRecord | None:
    """The record of the data folder; None when no stack ever ran on it or the file is unusable."""
    try:
        return StackRecord.model_validate_json(Home(home).stack_file.read_bytes())
    except (OSError, ValidationError):
        return None


def write_stack(home: Path, record: StackRecord) -> None:
    """Replace the record in one step: a reader sees the old one or the new one."""
    file = Home(home).stack_file
    unfinished = file.with_suffix(".json.new")
    unfinished.write_text(record.model_dump_json(indent=2) + "\n")
    os.replace(unfinished, file)  # noqa: PTH105 - says what it does


def policy_name(settings: Settings) -> str:
    """The policy for new complaints: the setting, else what the stack was started with, else the default."""
    if settings.policy:
        return settings.policy
    record = read_stack(settings.home)
    return record.policy if record else DEFAULT_POLICY
