"""A real IMAP server for tests: pymap with its backend in memory, in a process of its own."""

import imaplib
import subprocess
import sys
import time
from pathlib import Path

from runtime.free_port import free_port

USER, PASSWORD = "kotak", "rahasia/?@"


class ImapServer:
    """One mailbox on a free port of this machine."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(self.port),
                "--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD,
            ],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()

    def put(self, raw: bytes) -> None:
        """Lays a mail into the mailbox, as its owner's server would."""
        client = self._client()
        assert client.append("INBOX", "", "", raw)[0] == "OK"
        client.logout()

    def count(self, folder: str) -> int:
        client = self._client()
        _, (count,) = client.select(folder, readonly=True)
        client.logout()
        assert count is not None
        return int(count)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=5)
        client.login(USER, PASSWORD)
        return client

    def _wait(self) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                self._client().logout()
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)
            else:
                return
