"""The data folder: what lies where in it."""

import os
from dataclasses import dataclass
from pathlib import Path

from runtime.start_failed import StartFailed


@dataclass(frozen=True)
class Home:
    """The files of one data folder (``TUNTAS_HOME``)."""

    root: Path

    @property
    def stack_file(self) -> Path:
        """Addresses and processes of what runs here."""
        return self.root / "stack.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that runs the stack."""
        return self.root / "up.lock"

    @property
    def worker_ready_file(self) -> Path:
        """Written by the worker once it polls."""
        return self.root / "worker.ready"

    @property
    def temporal_database(self) -> Path:
        """The embedded Temporal's SQLite file."""
        return self.root / "temporal.db"

    @property
    def keys_file(self) -> Path:
        """The key ring, unless a setting says that it is elsewhere."""
        return self.root / "keys.toml"

    @property
    def kept(self) -> tuple[Path, ...]:
        """What a backup copies as it is: pictures, lists of rejected rows, reports, imported boundaries.

        The key ring is not among them on purpose: with it, whoever finds the backup can read it.
        """
        return tuple(self.root / name for name in ("files", "imports", "reports", "boundaries.geojson"))

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL's data directory."""
        return self.root / "postgres"

    @property
    def files(self) -> Path:
        """Pictures and documents, unless a setting says that they are elsewhere."""
        return self.root / "files"

    @property
    def reports(self) -> Path:
        """The files of monthly reports, a folder for each month."""
        return self.root / "reports"

    def log(self, name: str) -> Path:
        """The log file of one service."""
        return self.root / "logs" / f"{name}.log"

    def create(self) -> None:
        """Make the folder if it is missing; raises :class:`StartFailed` when it cannot be written to."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.root / "logs").mkdir(exist_ok=True)
        except OSError as error:
            raise StartFailed(
                f"The data folder {self.root} cannot be made ({error.strerror}); "
                f"choose another with TUNTAS_HOME."
            ) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise StartFailed(
                f"The data folder {self.root} cannot be written to; choose another with TUNTAS_HOME."
            )
