"""Recognising a process again, although process numbers are reused."""

import psutil
from pydantic import BaseModel, ConfigDict

# The kernel counts from the boot, and the boot's wall time moves a little when the clock is corrected.
_CLOCK_TOLERANCE_S = 2.0


class ProcessIdentity(BaseModel):
    """A process by number, start time (seconds since 1970) and a word of its command line."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float
    marker: str = ""

    def is_alive(self) -> bool:
        """Whether exactly this process still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            return (
                abs(process.create_time() - self.created) < _CLOCK_TOLERANCE_S
                and process.status() != psutil.STATUS_ZOMBIE
                and self.marker in " ".join(process.cmdline())
            )
        except psutil.Error:
            return False

    def stop(self, grace_s: float) -> None:
        """End exactly this process: SIGTERM, then SIGKILL after the grace time. Blocks until it is gone."""
        if not self.is_alive():
            return
        process = psutil.Process(self.pid)
        try:
            process.terminate()
            process.wait(grace_s)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
        except psutil.NoSuchProcess:
            return


def identify(pid: int | None, marker: str = "") -> ProcessIdentity | None:
    """The identity of a running process, None when it is gone. ``marker`` must stand in its command line."""
    if pid is None:
        return None
    try:
        return ProcessIdentity(pid=pid, created=psutil.Process(pid).create_time(), marker=marker)
    except psutil.Error:
        return None


def listens(pid: int | None, port: int) -> bool:
    """Whether this process, and not somebody else's, is the server on this port."""
    if pid is None:
        return False
    try:
        sockets = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(s.status == psutil.CONN_LISTEN and s.laddr.port == port for s in sockets)
