"""k-anonymity, on any complaints: no group is smaller, and what is told is true."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from domain.anonymity import Told, Traits, anonymous

WARDS = [f"31.7{city}.0{kecamatan}.100{ward}" for city in (1, 2) for kecamatan in (1, 2) for ward in (1, 2)]
traits = st.builds(
    Traits,
    ward=st.sampled_from(["", *WARDS]),
    category=st.sampled_from(["a1", "a2", "b1"]),
    group=st.just(""),
    channel=st.sampled_from(["jaki", "email"]),
).map(lambda one: one._replace(group=one.category[0]))


@given(st.lists(traits, max_size=120), st.integers(2, 6))
def test_every_group_is_large_enough_and_tells_the_truth(complaints: list[Traits], smallest: int) -> None:
    told = anonymous(complaints, smallest)
    assert len(told) == len(complaints)
    if len(complaints) >= smallest:
        assert min(Counter(told).values()) >= smallest
    else:
        assert set(told) <= {Told("", "", "", "")}
    for one, published in zip(complaints, told, strict=True):
        assert one.ward.startswith(published.place)
        assert published.category in {"", one.category}
        assert published.group in {"", one.group}
        assert published.channel in {"", one.channel}


def test_a_large_group_is_told_as_it_is() -> None:
    many = [Traits(WARDS[0], "a1", "a", "jaki")] * 5
    assert set(anonymous(many, 5)) == {Told(WARDS[0], "a1", "a", "jaki")}


def test_few_of_a_kind_are_told_with_their_neighbours() -> None:
    pair = [Traits(ward, "a1", "a", "jaki") for ward in WARDS[:2] for _ in range(3)]
    assert set(anonymous(pair, 5)) == {Told("31.71.01", "a1", "a", "jaki")}
