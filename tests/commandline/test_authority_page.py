"""The page of the authority table says what the code does."""

from commandline.authority import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: starter.py authority --write"
