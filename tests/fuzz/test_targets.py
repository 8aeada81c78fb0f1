"""What fuzzing once found stays mended, and every target runs: without a fuzzer, in a blink."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize(("target", "seed"), [(name, seed) for name in TARGETS for seed in seeds(name)])
def test_what_was_found_stays_mended(target: str, seed: bytes) -> None:
    TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(target: str, data: bytes) -> None:
    TARGETS[target](data)
