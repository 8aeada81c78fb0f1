"""Signing in to the web server, and reading sealed payloads: by Temporal's screens and its command line."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from runtime.stack_record import StackRecord, read_stack
from runtime.temporal_server import temporal_binary
from tests.commandline.test_commands import submit
from tests.program import Program

SAID = "Rahasia di kampung"
PASSWORD = "payung hijau tujuh bukit"

pytestmark = pytest.mark.xdist_group("sign-in")  # one stack for all of them


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("sign-in"))
    program.up("dki-2025")
    submit(program, "--place", SAID)
    yield program
    status = program.down()
    assert status == 0, f"ended with {status}: {(program.home / 'up.out').read_text()[-4000:]}"


@pytest.fixture(scope="module")
def record(program: Program) -> StackRecord:
    record = read_stack(program.home)
    assert record is not None
    return record


def browser(record: StackRecord, site: str = "same-origin") -> httpx.Client:
    return httpx.Client(base_url=str(record.web), headers={"Sec-Fetch-Site": site}, timeout=20)


@contextmanager
def signed_in(program: Program, record: StackRecord, name: str, *words: str) -> Iterator[httpx.Client]:
    """Somebody new, who has changed the first password."""
    first = program.run("accounts", "add", name, *words).out.strip()
    with browser(record) as caller:
        _sign_in(caller, name, first)
        yield caller


def _sign_in(caller: httpx.Client, name: str, first: str) -> None:
    assert caller.post("/sign-in", data={"name": name, "password": first}).headers["location"] == "/password"
    assert caller.get("/account").headers["location"] == "/sign-in?then=/account", "nobody yet"
    changed = caller.post("/password", data={"before": first, "after": PASSWORD})
    assert changed.headers["location"] == "/sign-in"
    answered = caller.post("/sign-in", data={"name": name, "password": PASSWORD})
    cookie = answered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert name in caller.get("/account").text


@pytest.fixture(scope="module")
def operator(program: Program, record: StackRecord) -> Iterator[httpx.Client]:
    with signed_in(program, record, "s.rahayu", "--role", "operator") as caller:
        yield caller


def shown(record: StackRecord, *words: str) -> subprocess.CompletedProcess[str]:
    command = [temporal_binary(), "workflow", "list", "--address", record.temporal, "--output", "json"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    (identity,) = [
        one["execution"]["workflowId"]
        for one in json.loads(found.stdout)
        if one["type"]["name"] == "Complaint"
    ]
    show = [temporal_binary(), "workflow", "show", "--address", record.temporal, "-w", identity]
    return subprocess.run([*show, "--output", "json", *words], capture_output=True, text=True, check=False)


def payloads(record: StackRecord) -> dict[str, Any]:
    """The input of a complaint as Temporal's screens would send it."""
    history = json.loads(shown(record).stdout)
    given: dict[str, Any] = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]
    return given


def test_the_command_line_of_temporal_reads_with_a_token(record: StackRecord, operator: httpx.Client) -> None:
    assert SAID not in shown(record).stdout
    endpoint = ("--codec-endpoint", f"{record.web}/codec", "--codec-auth")
    read = shown(record, *endpoint, f"Bearer {operator.cookies['tuntas_session']}")
    (given,) = json.loads(read.stdout)["events"][0]["workflowExecutionStartedEventAttributes"]["input"][
        "payloads"
    ]
    assert SAID in b64decode(given["data"]).decode()
    refused = shown(record, *endpoint, "Bearer nothing")
    assert SAID not in refused.stdout


def test_the_screens_read_with_a_cookie_and_only_from_their_origin(
    record: StackRecord, operator: httpx.Client
) -> None:
    origin = str(record.temporal_ui)
    asked = operator.options("/codec/decode", headers={"Origin": origin})
    assert asked.headers["access-control-allow-origin"] == origin
    assert asked.headers["access-control-allow-credentials"] == "true"
    read = operator.post("/codec/decode", json=payloads(record), headers={"Origin": origin})
    assert read.status_code == 200
    assert read.headers["access-control-allow-origin"] == origin
    told = json.loads(b64decode(read.json()["payloads"][0]["data"]))
    assert told["opening"]["intake"]["place"] == SAID
    elsewhere = operator.options("/codec/decode", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in elsewhere.headers


def test_who_is_not_signed_in_or_no_operator_reads_nothing(program: Program, record: StackRecord) -> None:
    with browser(record) as nobody:
        assert nobody.post("/codec/decode", json=payloads(record)).status_code == 401
    with signed_in(program, record, "o.lurah", "--role", "officer") as officer:
        assert officer.post("/codec/decode", json=payloads(record)).status_code == 401
        assert officer.post("/sign-out").headers["location"] == "/sign-in"
        assert "Masuk</button>" in officer.get("/sign-in").text


def test_what_cannot_be_read_hides_nothing_else(record: StackRecord, operator: httpx.Client) -> None:
    good = payloads(record)["payloads"][0]
    changed = {**good, "data": good["data"][:-8] + "AAAAAAA="}
    plain = {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}
    sent = {"payloads": [changed, good, plain]}
    read = operator.post("/codec/decode", json=sent).json()["payloads"]
    assert b64decode(read[0]["data"]) == b'"this was changed after it was sealed"'
    assert read[1]["data"] != good["data"]
    assert read[2] == plain
    assert operator.post("/codec/decode", content=b"nonsense").status_code == 400


def test_forms_of_other_sites_and_wrong_words_are_refused(record: StackRecord) -> None:
    with browser(record, "cross-site") as elsewhere:
        answered = elsewhere.post("/sign-in", data={"name": "s.rahayu", "password": PASSWORD})
        assert answered.status_code == 403
        assert "set-cookie" not in answered.headers
    with browser(record) as somebody:
        for name in ("s.rahayu", "nobody"):
            answered = somebody.post("/sign-in", data={"name": name, "password": "salah"})
            assert answered.status_code == 401
            assert "salah, atau akun sedang terkunci" in answered.text
            assert "default-src 'none'" in answered.headers["content-security-policy"]


def test_accounts_are_listed_reset_and_closed(program: Program) -> None:
    words = ("accounts", "add", "t.utami", "--role", "officer")
    first = program.run(*words).out.strip()
    assert "t.utami" in [one["name"] for one in program.run("accounts", "list", "--json").json]
    again = program.run(*words)
    assert again.status == 1, again.err
    assert "t.utami already" in again.err
    anew = program.run("accounts", "reset", "t.utami")
    assert anew.status == 0, anew.err
    assert anew.out.strip() not in {"", first}
    closed = program.run("accounts", "close", "t.utami")
    assert closed.status == 0, closed.err
    assert "no open account" in program.run("accounts", "close", "t.utami").err
