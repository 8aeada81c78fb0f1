"""Moments as people read them, in their language."""

from datetime import UTC, datetime

from notify.times import when

MOMENT = datetime(2026, 10, 31, 18, 5, tzinfo=UTC)


def test_a_moment_is_jakartas_and_in_the_language_of_who_reads_it() -> None:
    assert when(MOMENT) == "1 November 2026 01.05 WIB"
    assert when(MOMENT.replace(month=5), "en") == "1 June 2026 01:05 WIB"
    assert when(MOMENT.replace(month=5)) == "1 Juni 2026 01.05 WIB"
    assert when(None, "en") == "-"
