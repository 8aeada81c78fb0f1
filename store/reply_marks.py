"""The mark of a complaint's letters to its reporter: made from a key, and kept nowhere."""

from domain.reply_mark import ABOUT, written
from store.vault import Vault


async def reply_mark(vault: Vault, complaint_id: str) -> str:
    """The mark that letters to the complaint's reporter carry."""
    return written(await vault.index(ABOUT, complaint_id))
