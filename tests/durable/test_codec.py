"""What Temporal keeps: small, sealed, and still read when it was packed by an earlier build."""

import zlib
from collections.abc import Sequence

import pytest
from temporalio.api.common.v1 import Payload

from durable.codec import ENCODING, SealingCodec
from durable.dictionary import DICTIONARY

VIEW = Payload(
    metadata={"encoding": b"json/plain"},
    data=b'{"kind":"resolution","due_at":"2026-12-04T05:31:36Z","state":"running","paused_seconds":0}',
)
IN_USE = 793796748
"""The checksum by which packed payloads name the dictionary. Another one here, and none of them opens."""


class Glass:
    """Seals nothing, so that what was packed can be seen."""

    async def seal(self, _owner: str, _about: str, plain: bytes) -> bytes:
        """The bytes as they are."""
        return plain

    async def open(self, _about: str, sealed: Sequence[bytes | None]) -> list[bytes | None]:
        """The same."""
        return list(sealed)


def test_the_dictionary_is_the_one_that_payloads_were_packed_with() -> None:
    assert zlib.adler32(DICTIONARY) == IN_USE


async def test_a_payload_comes_back_and_takes_less_than_half() -> None:
    codec = SealingCodec(Glass())
    (packed,) = await codec.encode([VIEW])
    assert await codec.decode([packed]) == [VIEW]
    assert len(packed.data) < len(zlib.compress(VIEW.SerializeToString())) / 2


async def test_what_was_packed_without_the_dictionary_is_still_read() -> None:
    before = Payload(metadata={"encoding": ENCODING}, data=zlib.compress(VIEW.SerializeToString(), level=6))
    assert await SealingCodec(Glass()).decode([before]) == [VIEW]


async def test_what_is_cut_short_is_not_taken_for_whole() -> None:
    (packed,) = await SealingCodec(Glass()).encode([VIEW])
    packed.data = packed.data[:-4]
    with pytest.raises(ValueError, match="cut short"):
        await SealingCodec(Glass()).decode([packed])
