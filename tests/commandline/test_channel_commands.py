"""The commands of the channels as people type them, on a stack that they started."""

import csv
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from channels.messaging.telegram import HEADER
from commandline.messengers import hooks
from commandline.wiring import Wiring
from domain.refusal import Refused
from runtime.free_port import free_port
from tests.imap_server import USER, ImapServer
from tests.program import ROOT, Program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("channels"), TUNTAS_WEBHOOKS_ALLOW_PRIVATE="true")
    program.up("dki-2025")
    yield program
    assert program.down() == 0


def submit(program: Program, channel: str, text: str) -> str:
    number: str = program.run(
        "submit", "--channel", channel, "--reference", uuid4().hex, "--category", "jalan-rusak",
        "--text", text, "--name", "=Budi", "--contact", "+62812", "--lat", "-6.1754", "--lon", "106.8272",
        "--json",
    ).json["number"]  # fmt: skip
    return number


class Running:
    """A command that runs until it is stopped."""

    def __init__(self, program: Program, *words: str, **environment: str) -> None:
        self.out = program.home / f"{uuid4().hex}.out"
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "starter.py"), *words],
            env={**os.environ, "TUNTAS_HOME": str(program.home), **environment},
            stdout=self.out.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def wait_for(self, words: str) -> None:
        end = time.monotonic() + 30
        while words not in self.out.read_text():
            assert time.monotonic() < end, self.out.read_text()
            assert self._process.poll() is None, self.out.read_text()
            time.sleep(0.1)

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)


def test_export_writes_what_import_reads(program: Program, tmp_path: Path) -> None:
    number = submit(program, "media", "@lubang besar")
    plain = json.loads(program.run("export", "--format", "json").out)
    (told,) = [one for one in plain["complaints"] if one["number"] == number]
    assert {"text", "name", "contact", "latitude", "place", "reference"}.isdisjoint(told)
    assert told["status"] == "WAITING"
    file = tmp_path / "laporan.json"
    words = ("export", "--format", "json", "--channel", "media", "--personal", "--output", str(file))
    assert program.run(*words).status == 0
    (told,) = json.loads(file.read_text())["complaints"]
    assert (told["name"], told["contact"], told["text"]) == ("=Budi", "+62812", "@lubang besar")
    for known in (0, 1):
        counts = program.run("import", str(file), "--channel", "lapor", "--json").json
        assert (counts["rows"], counts["new"], counts["known"]) == (1, 1 - known, known)


@pytest.mark.parametrize("text", ["-1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)"])
def test_csv_computes_nothing_and_dates_filter(program: Program, text: str) -> None:
    number = submit(program, "pendopo", text)
    rows = csv.DictReader(
        program.run("export", "--format", "csv", "--channel", "pendopo", "--personal").out.splitlines()
    )
    (row,) = [one for one in rows if one["number"] == number]
    assert (row["text"], row["name"], row["contact"]) == (f"'{text}", "'=Budi", "'+62812")
    assert float(row["latitude"]) == -6.1754
    none = program.run("export", "--format", "csv", "--since", "2099-01-01").out.splitlines()
    assert len(none) == 1
    assert program.run("export", "--format", "xml").status == 2
    assert program.run("export", "--format", "csv", "--channel", "tidak-ada").status == 1


def test_mail_is_taken_from_both_doors_and_listed(program: Program) -> None:
    imap, port = ImapServer(), free_port()
    url = f"imap://{USER}:rahasia%2F%3F%40@127.0.0.1:{imap.port}"
    running = Running(program, "mail-in", "--smtp", f"127.0.0.1:{port}", TUNTAS_IMAP_URL=url)
    try:
        running.wait_for("Taking mail")
        mail = EmailMessage()
        mail["From"], mail["Subject"], mail["Message-ID"] = (
            "budi@contoh.example",
            "Lampu",
            "<satu@contoh.example>",
        )
        mail.set_content("Lampu jalan mati.")
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(mail, to_addrs=["lapor@kota.example"])
        running.wait_for("mail_settled")
        (entry,) = program.run("mail-in", "list", "--json").json
        assert (entry["state"], entry["came_by"]) == ("taken", "smtp")
        assert program.run("show", entry["number"], "--json").json["channel"] == "email"
        assert "Lampu jalan mati." in program.run("mail-in", "show", str(entry["id"])).out
        handled_at_the_desk(program, mail, port, entry["number"])
        log = running.out.read_text()
        assert "budi" not in log
        assert "rahasia" not in log
    finally:
        assert running.stop() == 0
        imap.stop()


def handled_at_the_desk(program: Program, mail: EmailMessage, port: int, number: str) -> None:
    """A mail about a number that there is not waits for a human, who says which it belongs to."""
    mail.replace_header("Subject", "JK0001010001")
    mail.replace_header("Message-ID", "<dua@contoh.example>")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail, to_addrs=["lapor@kota.example"])
    limit = time.monotonic() + 30
    while not (waiting := program.run("mail-in", "list", "--state", "for_desk", "--json").json):
        assert time.monotonic() < limit
    words = ("mail-in", "handle", str(waiting[0]["id"]), "--as", "o-skpd-kominfotik", "--number", number)
    assert program.run(*words[:5], "--number", "JK0001010001").status == 1
    assert program.run(*words).status == 0
    (entry,) = program.run("mail-in", "list", "--state", "handled", "--json").json
    assert entry["number"] == number
    assert entry["why"] == "no complaint has this number; handled by o-skpd-kominfotik"
    assert "waits at the desk" in program.run(*words).err


def test_mail_in_says_what_is_wrong(program: Program) -> None:
    assert "Say where mail comes from" in program.run("mail-in").err
    assert "imaps://" in program.run("mail-in", "--imap", "http://x").err
    for wrong in ("x", "x:", "127.0.0.1:99999", "127.0.0.1:-1"):
        assert "TUNTAS_SMTP_LISTEN is not HOST:PORT" in program.run("mail-in", "--smtp", wrong).err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "cannot listen" in program.run("mail-in", "--smtp", f"127.0.0.1:{port}").err
    assert "no such state" in program.run("mail-in", "list", "--state", "x").err
    assert "There is no mail 99" in program.run("mail-in", "show", "99").err


def test_webhooks_are_added_run_logged_and_removed(program: Program) -> None:
    heard: list[str] = []

    class Subscriber(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Subscriber)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    added = program.run("webhooks", "add", "--channel", "twitter", "--url", url, "--json").json
    assert len(added["secret"]) >= 32
    assert "secret" not in program.run("webhooks", "list", "--json").json[0]
    running = Running(program, "webhooks", "run", TUNTAS_WEBHOOKS_ALLOW_PRIVATE="true")
    try:
        running.wait_for("Telling subscribers")
        number = submit(program, "twitter", "Macet")
        end = time.monotonic() + 60
        while program.run("webhooks", "log", number, "--json").json[:1] == [] or not heard:
            assert time.monotonic() < end, "neither this process nor the web server told it"
            time.sleep(0.2)
    finally:
        assert running.stop() == 0
        server.shutdown()
    assert number in heard[0]
    log = program.run("webhooks", "log", number, "--json").json
    assert (log[0]["state"], log[0]["last_status"]) == ("delivered", 204)
    assert number in program.run("webhooks", "log").out
    assert program.run("webhooks", "remove", str(added["id"])).status == 0
    assert program.run("webhooks", "remove", str(added["id"])).status == 1
    assert program.run("webhooks", "add", "--channel", "twitter", "--url", "ftp://x").status == 1
    assert program.run("webhooks", "add", "--channel", "twitter", "--url", url, "--secret", "x").status == 1


async def test_the_hooks_of_the_settings_are_put_together(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "hooks.toml"
    keys.write_text("[telegram]\nsecret_token = 'rahasia-yang-cukup-panjang'\n")
    monkeypatch.setenv("TUNTAS_HOME", str(program.home))
    monkeypatch.setenv("TUNTAS_HOOKS", str(keys))
    body = b'{"update_id": 5, "message": {"chat": {"id": 77, "type": "private"}, "photo": []}}'
    async with Wiring() as tuntas:
        put_together = await hooks(tuntas)
        said = await put_together.post("telegram", {HEADER: "rahasia-yang-cukup-panjang"}, body)
        assert said.status == 200
        keys.write_text("[generic]\ntidak-ada = ['rahasia-yang-cukup-panjang']\n")
        with pytest.raises(Refused, match="tidak-ada"):
            await hooks(tuntas)
    (entry,) = program.run("messengers", "desk", "--json").json
    assert (entry["source"], entry["why"]) == ("telegram", "it has no words")
    assert "it has no words" in program.run("messengers", "desk").out
