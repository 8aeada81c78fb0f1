"""The payload codec: what Temporal keeps of a workflow is compressed, and sealed with the workflow's own key.

Not sealed, because Temporal works with them: workflow, update and activity ids, search attributes, types of
errors. None of these carries anything personal.
"""

import zlib
from collections.abc import Sequence
from typing import Protocol, Self

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from durable.dictionary import DICTIONARY

ENCODING = b"binary/tuntas-sealed"
ABOUT = "temporal"
SERVICE = "service"
"""The owner of payloads that belong to no workflow."""


class Sealer(Protocol):
    """What seals bytes for an owner and opens them again: ``store.vault.Vault``."""

    async def seal(self, owner: str, about: str, plain: bytes) -> bytes:
        """The bytes, sealed."""
        ...

    async def open(self, about: str, sealed: Sequence[bytes | None]) -> list[bytes | None]:
        """What was sealed; None where the key is forgotten."""
        ...


class Forgotten(ValueError):
    """The key of a payload was destroyed, because a person asked to be forgotten."""


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals payloads for the workflow that they belong to; opens its own, and leaves others as they are."""

    def __init__(self, sealer: Sealer, owner: str = SERVICE) -> None:
        self._sealer = sealer
        self._owner = owner

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for the payloads of one workflow."""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return type(self)(self._sealer, context.workflow_id or SERVICE)
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Compresses and seals."""
        return [
            Payload(
                metadata={"encoding": ENCODING},
                data=await self._sealer.seal(self._owner, ABOUT, _packed(payload)),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Opens what was sealed. Raises :class:`Forgotten` when its key is no more."""
        sealed = [one.data if one.metadata.get("encoding") == ENCODING else None for one in payloads]
        opened = await self._sealer.open(ABOUT, sealed)
        return [
            payload if before is None else _payload(after)
            for payload, before, after in zip(payloads, sealed, opened, strict=True)
        ]


def _packed(payload: Payload) -> bytes:
    packing = zlib.compressobj(zdict=DICTIONARY)
    return packing.compress(payload.SerializeToString()) + packing.flush()


def _payload(opened: bytes | None) -> Payload:
    if opened is None:
        raise Forgotten("The words of this complaint were erased, because its reporter asked for it.")
    unpacking = zlib.decompressobj(zdict=DICTIONARY)
    plain = unpacking.decompress(opened) + unpacking.flush()
    if not unpacking.eof:
        raise ValueError("A payload of this complaint is cut short; Temporal's database is damaged.")
    return Payload.FromString(plain)
