"""What a complaint was opened with, as its row keeps it: compressed, then sealed."""

import zlib

from domain.intake import Opening
from store.vault import Vault

OPENING = "opening"
"""What these bytes are, to the vault."""


async def sealed_opening(vault: Vault, complaint_id: str, opening: Opening) -> bytes:
    """The bytes to keep."""
    return await vault.seal(complaint_id, OPENING, zlib.compress(opening.model_dump_json().encode()))


async def opened_opening(vault: Vault, kept: bytes | None) -> Opening | None:
    """What was kept; None when it was not, or was erased."""
    opened = await vault.open_one(OPENING, kept)
    return Opening.model_validate_json(zlib.decompress(opened)) if opened else None
