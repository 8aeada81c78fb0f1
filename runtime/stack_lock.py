"""One running stack for each data folder."""

import fcntl
import os
from typing import IO

from runtime.home import Home
from runtime.stack_record import read_stack
from runtime.start_failed import AlreadyUp


class StackLock:
    """Held by the process that runs the stack; the kernel frees it when that process dies."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take it. Raises :class:`AlreadyUp` naming the process that has it and its addresses."""
        file = self._home.lock_file.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise AlreadyUp(self._refusal(holder)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give it back. The file stays: if it were removed, two processes could hold two different files."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _refusal(self, holder: str) -> str:
        record = read_stack(self._home.root)
        known = record is not None and record.up is not None and str(record.up.pid) == holder
        where = f" ({record.addresses()})" if record is not None and known else ""
        return (
            f"Tuntas already runs on the data in {self._home.root}, as process {holder}{where}; "
            f"stop that one with Ctrl-C, or choose another data folder with TUNTAS_HOME."
        )
