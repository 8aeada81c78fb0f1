"""What a mail is read as: letters, quotations, signatures, machines; and that nothing breaks the reader."""

import time
from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.mail import NotUnderstood, fingerprint, read
from channels.email.quotes import own_words

OWN = frozenset({"lapor@kota.example"})


def mail(text: str = "Lampu mati.", html: str | None = None, **headers: str) -> bytes:
    message = EmailMessage()
    told = {"From": "Budi <Budi@Contoh.example>", "Subject": "Lampu", "Message-ID": "<a@contoh.example>"}
    for name, value in {**told, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        if value:
            message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


REPORT = b"""From: MAILER-DAEMON@mx.example
To: lapor@kota.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Budi@contoh.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: lapor@kota.example
Subject: JK2611020001: laporan ditangani

Halo.
--b--
"""


def test_a_letter_is_read() -> None:
    found = read(mail("Lampu mati di Jalan Mawar.\n\n-- \nBudi\nTelp 123\n"))
    assert (found.reference, found.sender, found.name) == (
        "<a@contoh.example>",
        "budi@contoh.example",
        "Budi",
    )
    assert found.said == "Lampu\n\nLampu mati di Jalan Mawar."
    assert (found.bounce, found.automatic, found.numbers) == (None, None, ())


@pytest.mark.parametrize(
    "after",
    [
        "Pada Sen, 2 Nov 2026 pukul 09.00 Meja <lapor@kota.example> menulis:\n> Terima kasih",
        "On Mon, 2 Nov 2026 at 09:00, Meja\n<lapor@kota.example> wrote:\n> Thanks",
        "-----Original Message-----\nFrom: x",
        "________________________________\nFrom: x",
        "-- \nBudi",
        "Dikirim dari iPhone saya",
    ],
)
def test_what_was_quoted_and_signed_is_left_out(after: str) -> None:
    assert own_words(f"Sudah diperbaiki.\n\n{after}\nlagi") == "Sudah diperbaiki."


def test_a_line_of_dashes_or_a_list_ends_nothing_and_a_forward_is_kept() -> None:
    listed = "Tiga hal:\n-----\n- lampu\n-- ganda\n- got"
    assert own_words(listed) == listed
    assert own_words("> semua\n> dikutip") == "> semua\n> dikutip"


def test_a_hostile_text_takes_no_time() -> None:
    before = time.monotonic()
    for piece in ("On ", "Pada ", "- ", "> ", "_", "on on wrote", " \n", "wrote:\n"):
        own_words(piece * (200_000 // len(piece)))
    assert time.monotonic() - before < 5


@pytest.mark.parametrize("name", ["From", "Content-Type", "Content-Disposition", "Subject", "References"])
@pytest.mark.parametrize("piece", [b'"', b"(", b"\\", b"a@b.c,", b"a/b;x=", b"=?utf-8?q?a?= "])
def test_a_hostile_header_takes_no_time(name: str, piece: bytes) -> None:
    before = time.monotonic()
    raw = b"%s: %s\nFrom: a@b.example\n\nhalo" % (name.encode(), piece * (100_000 // len(piece)))
    fingerprint(raw)
    with suppress(NotUnderstood):
        read(raw)
    assert time.monotonic() - before < 2


def test_a_mail_of_endless_parts_is_for_the_desk() -> None:
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    with pytest.raises(NotUnderstood, match="too many parts"):
        read(head + b"--b\n\nx\n" * 200_000)
    nested = b"".join(b"--b\nContent-Type: multipart/mixed; boundary=b%d\n\n" % one for one in range(900))
    with suppress(NotUnderstood):
        read(head + nested)


def test_html_alone_becomes_text() -> None:
    head = b"From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"
    raw = head + b"<style>p{}</style><p>Halo <b>dunia</b>&nbsp;ini<p>Baris"
    assert read(raw).said.split() == ["Halo", "dunia", "ini", "Baris"]


def test_a_number_in_the_subject_or_the_thread_is_found() -> None:
    assert read(mail(Subject="Re: jk2611020001: laporan")).numbers == ("JK2611020001",)
    assert read(mail(In_Reply_To="<JK2611020001.3@kota.example>")).numbers == ("JK2611020001",)
    assert read(mail(References="<x@y> <z@y>")).thread == ("<x@y>", "<z@y>")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"X_Loop": "lapor@kota.example"},
        {"From": "Meja <LAPOR@kota.example>"},
        {"From": "no-reply@bank.example"},
        {"Return_Path": "<>"},
    ],
)
def test_what_no_person_wrote_is_told(headers: dict[str, str]) -> None:
    assert read(mail(**headers), OWN).automatic
    assert read(mail(Auto_Submitted="no"), OWN).automatic is None
    assert read(mail(), OWN, from_nobody=True).automatic


def test_a_bounce_says_what_did_not_arrive() -> None:
    found = read(REPORT).bounce
    assert found == ("JK2611020001", "Budi@contoh.example", "5.1.1", True)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (mail(text="", Subject=""), "has no text"),
        (mail(From=""), "names no sender"),
        (mail(From="bukan alamat"), "names no sender"),
        (b"From: a@b.example\nContent-Type: text/plain; charset=tidak-ada\n\n\xff\xfe\xff", "no encoding"),
        (b"From: a@b.example\n\n" + b"x" * (26 * 1024 * 1024), "larger than 25 MB"),
        (b"", "names no sender"),
    ],
)
def test_what_cannot_be_understood_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(NotUnderstood, match=reason):
        read(raw)


def test_the_same_mail_by_another_way_has_the_same_fingerprint() -> None:
    raw = mail()
    traced = b"Received: from mx.example\r\n" + raw.replace(b"\n", b"\r\n")
    assert fingerprint(raw) == fingerprint(traced)
    assert fingerprint(raw) != fingerprint(mail("Lain."))
    assert fingerprint(mail(Message_ID="")).message_id_hash is None


def test_a_mail_without_an_id_and_one_with_an_endless_id_have_a_reference() -> None:
    for identity in ("", f"<{'x' * 300}@contoh.example>"):
        assert len(read(mail(Message_ID=identity)).reference) == 64


def test_attached_files_are_counted() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("Lihat foto.")
    message.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", filename="foto.jpg")
    assert read(message.as_bytes()).said.endswith("(Lampiran surel: 1 berkas.)")


HEAD = b"From: a@b.example\r\nSubject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (HEAD + b"a:b\r\n" * 4_000_000 + b"\r\nhai", "headers are longer"),
        (MIXED + b"--b\r\n" + b"a:b\r\n" * 490_000, "headers are too many"),
        (
            MIXED + (b"--b\r\nContent-Type: a/b; " + b"a=b;" * 500 + b"\r\n\r\nx\r\n") * 900,
            "headers are too many",
        ),
        (HEAD + b"\r\n" + b"\r" * 20_000_000, "too many lines"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 200, "mails within mails"),
    ],
    ids=["headers", "headers of a part", "headers of parts", "bare returns", "nested"],
)
def test_a_costly_mail_is_for_the_desk_in_seconds(raw: bytes, reason: str) -> None:
    before = time.process_time()
    fingerprint(raw)
    with pytest.raises(NotUnderstood, match=reason):
        read(raw)
    assert time.process_time() - before < 10


@pytest.mark.parametrize("status", [b"5.1.1\x00", b"5.1.1 \xff tidak ada", b"5.1.1 (Budi pindah)"])
def test_a_report_tells_its_code_and_no_prose(status: bytes) -> None:
    found = read(REPORT.replace(b"Status: 5.1.1", b"Status: " + status)).bounce
    assert found is not None
    assert found.status == "5.1.1"


def test_a_report_about_an_address_that_cannot_be_written_down() -> None:
    found = read(REPORT.replace(b"rfc822; Budi", b"rfc822; \x00\xffBudi")).bounce
    assert found is not None
    found.recipient.encode()
    assert "\x00" not in found.recipient


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Message-ID", "References", "Content-Type", "Content-Transfer-Encoding",
     "Auto-Submitted", "Return-Path", "Date", "MIME-Version", "Content-Disposition"]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [b"a@b.example", b"=?utf-8?q?=FF?=", b"multipart/mixed; boundary=x", b"multipart/report; boundary=x",
         b"text/html; charset=utf-16", b"text/plain; charset=\xff", b"base64", b"quoted-printable", b"<>",
         b"<a@b>", b"message/rfc822", b"message/delivery-status",
         b'a <"@b>', b"attachment; filename*=utf-8''%FF"]
    ),
)  # fmt: skip
BODIES = st.lists(
    st.one_of(
        st.binary(max_size=200),
        st.sampled_from(
            [b"--x\n", b"--x--\n", b"Content-Type: text/html\n\n<p>", b"\n\n", b"> a\n", b"=\n=FF"]
        ),
    ),
    max_size=8,
).map(b"".join)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), BODIES)
@settings(max_examples=500, deadline=None)
def test_whatever_comes_is_read_or_refused_cleanly(headers: list[tuple[str, bytes]], body: bytes) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\n" for name, value in headers) + b"\n" + body
    fingerprint(raw)
    with suppress(NotUnderstood):
        found = read(raw, OWN)
        found.said.encode()
        assert len(found.reference) <= 200
        assert len(found.said) <= 10_000
