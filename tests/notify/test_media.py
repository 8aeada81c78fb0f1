"""Which medium reaches whom, and a real mail server that takes, defers, refuses or hangs."""

import asyncio
from pathlib import Path

import pytest

from notify.letter import Letter
from notify.media import BadRoutes, NotNow, Route, Routes, Unconfirmed, Undeliverable, send
from runtime.free_port import free_port
from tests.mail_server import MailServer

LETTER = Letter("JK1: eskalasi tingkat 1", "Laporan JK1 terlambat.")


def test_without_settings_everything_goes_to_the_mailbox() -> None:
    assert Routes().to("unit", "KEL", None) == Route("mailbox")
    assert Routes().to("reporter", "reporter", "warga@contoh.id") == Route("mailbox")


def test_who_has_no_address_reads_the_mailbox() -> None:
    routes = Routes("mailto://mail.contoh?to={to}")
    assert routes.to("reporter", "reporter", None) == Route("mailbox")
    assert routes.to("reporter", "reporter", "0812 1111 2222") == Route("mailbox")
    assert routes.to("unit", "KEL", None) == Route("mailbox")
    assert Routes("json://hook").to("unit", "KEL", None).urls == ("json://hook",)
    assert routes.to("reporter", "reporter", "a&b@contoh.id").urls == (
        "mailto://mail.contoh?to=a%26b%40contoh.id",
    )


def test_a_unit_may_have_urls_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text('KEL = ["json://localhost/hook", "mailto://x"]\n')
    route = Routes.load("mailbox://", file, {}).to("unit", "KEL", None)
    assert route.urls == ("json://localhost/hook", "mailto://x")
    assert route.name == "json,mailto", "a URL may hold a password, its scheme may not"


@pytest.mark.parametrize("text", ["KEL = 3", 'KEL = ["no url"]', "KEL = ["])
def test_bad_routes_are_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(text)
    with pytest.raises(BadRoutes, match=r"routes\.toml"):
        Routes.load("mailbox://", file, {})


def test_a_unit_with_an_address_is_written_to() -> None:
    routes = Routes("mailto://mail.contoh?to={to}", addresses={"KEL": "kelurahan@contoh.id"})
    assert routes.to("unit", "KEL", None).urls == ("mailto://mail.contoh?to=kelurahan%40contoh.id",)
    assert routes.to("unit", "KEL2", None) == Route("mailbox")


async def test_a_letter_arrives_by_mail(mail_server: MailServer) -> None:
    await send(mail_server.route("asisten@contoh.id"), LETTER)
    (mail,) = mail_server.mails
    assert mail["subject"] == LETTER.subject
    assert "Laporan JK1 terlambat." in mail.as_string()


async def test_a_subject_cannot_smuggle_headers_in(mail_server: MailServer) -> None:
    await send(mail_server.route("a@contoh.id"), Letter("JK1\nBcc: musuh@contoh.id", "x"))
    (mail,) = mail_server.mails
    assert mail["bcc"] is None


@pytest.mark.parametrize(
    "break_", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r\n\r\n", "=?utf-8?q?=0ABcc?="]
)
async def test_no_words_make_a_second_header(mail_server: MailServer, break_: str) -> None:
    evil = f"x{break_}Bcc: musuh@contoh.id"
    await send(mail_server.route("a@contoh.id"), Letter(evil, f"isi{break_}.\r\nBcc: musuh@contoh.id"))
    (mail,) = mail_server.mails
    assert mail["bcc"] is None
    assert str(mail["to"]) == "a@contoh.id"


@pytest.mark.parametrize("between", [",", ";", " ", "\n", "\r\nBcc: ", "\x0b", "\u2028", "> <", '" "'])
def test_a_contact_is_one_address(between: str) -> None:
    """Whoever names several would have us write to strangers, with the access code."""
    routes = Routes("mailto://mail.contoh?to={to}")
    assert routes.to("reporter", "reporter", f"a@contoh.id{between}musuh@contoh.id") == Route("mailbox")
    assert routes.to("reporter", "reporter", " a@contoh.id ").urls[0].endswith("a%40contoh.id")


async def test_a_server_that_says_later_is_asked_later(mail_server: MailServer) -> None:
    mail_server.answer = "451 later"
    with pytest.raises(NotNow, match="mailto did not take"):
        await send(mail_server.route("a@contoh.id"), LETTER)
    assert mail_server.mails == []


async def test_no_server_is_not_now() -> None:
    url = f"mailto://127.0.0.1:{free_port()}?from=tuntas@contoh.id&to=a@contoh.id"
    with pytest.raises(NotNow):
        await send(Route("mailto", (url,)), LETTER)


async def test_a_server_that_answers_too_late_leaves_it_unconfirmed(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took the mail after we had given up: to send it again would say it twice."""
    monkeypatch.setattr("notify.media.SEND_WITHIN", 0.2)
    mail_server.delay_s = 0.5
    with pytest.raises(Unconfirmed, match="not known whether"):
        await send(mail_server.route("a@contoh.id"), LETTER)
    for _ in range(100):
        if mail_server.mails:
            break
        await asyncio.sleep(0.1)
    assert len(mail_server.mails) == 1


async def test_an_unknown_medium_will_never_do() -> None:
    with pytest.raises(Undeliverable, match="nonsense is not a medium"):
        await send(Route("nonsense", ("nonsense://x",)), LETTER)
