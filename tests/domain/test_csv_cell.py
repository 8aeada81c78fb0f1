"""No text that somebody sent is computed by the spreadsheet that opens an export."""

from hypothesis import given
from hypothesis import strategies as st

from domain.csv_cell import disarmed

BEGINNINGS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(st.one_of(st.text(), st.builds("".join, st.tuples(st.sampled_from(BEGINNINGS), st.text()))))
def test_no_cell_begins_like_a_formula(said: str) -> None:
    cell = str(disarmed(said))
    assert cell in {said, f"'{said}"}
    assert not cell.startswith(tuple(BEGINNINGS))


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()))
def test_numbers_stay_numbers(value: object) -> None:
    assert disarmed(value) is value
