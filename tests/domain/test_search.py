"""What a search box understands."""

from datetime import UTC, date, datetime

import pytest

from domain.search import MOST_WORDS, Search, bare, day_of, understood

DAY = date(2026, 10, 5)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Lubang  di Jalan", ("lubang", "jalan")),
        ("lubang-lubang", ("lubang",)),
        ('"lampu mati" gang', ("lampu", "mati", "gang")),
        ("RT.05/RW.02", ("rt", "05", "rw", "02")),
        ("  ", ()),
        ("!?.,'\0\ud800", ()),
        ("di", ("di",)),
        ("\uff2cubang", ("lubang",)),
    ],
)
def test_words_are_letters_and_digits_without_particles(typed: str, words: tuple[str, ...]) -> None:
    assert understood(typed) == Search(words=words)


def test_a_search_that_goes_on_is_cut() -> None:
    assert len(understood(" ".join(f"kata{one}" for one in range(40))).words) == MOST_WORDS
    assert understood("x" * 10_000).words == ("x" * 200,)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("JK2610050001", "JK2610050001"),
        ("jk 261005 0001", "JK2610050001"),
        ("jk-261005/0001", "JK2610050001"),
        ("Jk2610", "JK2610"),
        ("jk 26100500", "JK26100500"),
        ("laporan jk2610050001 lubang", "JK2610050001"),
        ("jk", None),
        ("jkt2610", None),
        ("xjk2610", None),
        ("JK2610050001234567", None),
    ],
)
def test_a_number_or_its_beginning_is_told_from_words(typed: str, number: str | None) -> None:
    found = understood(typed)
    assert found.number == number
    assert "jk" not in found.words or typed == "jk"


@pytest.mark.parametrize(
    "typed", ["2026-10-05", "5 oktober 2026", "5 Okt. 2026", "05/10/2026", "5.10.2026", "5 October 2026"]
)
def test_a_day_in_the_box_narrows_to_it(typed: str) -> None:
    assert understood(f"lubang {typed} jalan") == Search(words=("lubang", "jalan"), first=DAY, last=DAY)


@pytest.mark.parametrize(
    "typed", ["31 februari 2026", "2026-13-01", "5 oktober", "5 kursi 2026", "12026-10-05"]
)
def test_what_is_no_day_is_words(typed: str) -> None:
    found = understood(typed)
    assert not found.has_days
    assert found.words


def test_days_are_of_jakarta_and_inclusive() -> None:
    found = understood("", DAY, DAY)
    assert found.since == datetime(2026, 10, 4, 17, tzinfo=UTC)
    assert found.until == datetime(2026, 10, 5, 16, 59, 59, 999_999, tzinfo=UTC)
    assert understood("2026-10-05", date(2026, 10, 1), date(2026, 10, 31)) == Search(first=DAY, last=DAY)
    outside = understood("2026-10-05", date(2026, 11, 1))
    assert outside.first is not None
    assert outside.last is not None
    assert outside.first > outside.last, "nothing can be so"


def test_whether_anything_is_left_out() -> None:
    assert not Search().narrows
    assert understood("", DAY).narrows
    assert not understood("", DAY).names_something
    assert understood("jk26").names_something


def test_text_and_search_are_bared_alike() -> None:
    assert bare("Jl.Sudirman, lubang-lubang_besar (±1m²)") == "jl sudirman lubang lubang besar 1m2"


@pytest.mark.parametrize("said", ["", "kemarin", "2026-02-30", "05/10/2026", "2026-10-05\0"])
def test_what_a_form_does_not_say_is_none(said: str) -> None:
    assert day_of(said) is None
    assert day_of("2026-10-05") == DAY
