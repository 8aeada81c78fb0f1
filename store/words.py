"""The words of complaints as a blind index: PostgreSQL says what they are, the vault what stands for them.

Texts are sealed with a key of their complaint; words beside them would undo that. So each lexeme of
PostgreSQL's Indonesian configuration is kept as a keyed digest only. Who has the whole database without the
key ring sees which complaints share a word, and how frequent it is, and not which word it is (decision 86).
"""

from collections.abc import Sequence

from sqlalchemy import Row, select, text

from domain.search import bare
from store.database import Database
from store.engine import one_statement, transaction
from store.personal import COMPLAINT, Personal, parsed
from store.tables import ComplaintRow
from store.vault import Unreadable, Vault

WORD = "word"
"""The kind of these blind indexes."""

DIGEST_BYTES = 8
"""Of a digest: among a million different words two have the same one with a chance of one in 37 million."""

PORTION = 500

LEXEMES = text("""
SELECT array(SELECT lexeme FROM unnest(to_tsvector('indonesian', said.words))) AS lexemes
  FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS said (words, place)
 ORDER BY place
""")

FILL = text("""
UPDATE complaint SET words = CAST(said.words AS tsvector)
  FROM unnest(CAST(:ids AS text[]), CAST(:words AS text[])) AS said (id, words)
 WHERE complaint.id = said.id AND complaint.words IS NULL AND complaint.sealed IS NOT NULL
""")
"""Not where a person was erased meanwhile."""


def words_of(personal: Personal) -> str:
    """What of a complaint is found by words: what was said, and where."""
    return f"{personal.text} {personal.place or ''}"


async def blind_words(database: Database, texts: Sequence[str]) -> list[str]:
    """What stands for the words of each text, as ``tsvector`` reads it; one query for all of them."""
    async with one_statement(database) as connection:
        rows = await connection.execute(LEXEMES, {"texts": [bare(one) for one in texts]})
        lexemes: list[list[str]] = list(rows.scalars())
    every = sorted({one for of_text in lexemes for one in of_text})
    digests = await database.vault.indexes(WORD, every)
    blind = {one: digest[:DIGEST_BYTES].hex() for one, digest in zip(every, digests, strict=True)}
    return [" ".join(sorted(blind[one] for one in of_text)) for of_text in lexemes]


async def _or_none(vault: Vault, sealed: bytes | None) -> bytes | None:
    try:
        return await vault.open_one(COMPLAINT, sealed)
    except Unreadable:
        return None


class Words:
    """Makes words that are missing: of complaints that were recorded by code that kept none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fill(self) -> int:
        """Gives such complaints their words; returns how many were looked at.

        One whose key was forgotten cannot be read any more and is left out.
        """
        looked_at, after = 0, ""
        while portion := await self._without(after):
            await self._fill(portion)
            looked_at += len(portion)
            after = portion[-1].id
        return looked_at

    async def _without(self, after: str) -> Sequence[Row[str, bytes | None]]:
        query = (
            select(ComplaintRow.id, ComplaintRow.sealed)
            .where(ComplaintRow.words.is_(None), ComplaintRow.sealed.is_not(None), ComplaintRow.id > after)
            .order_by(ComplaintRow.id)
            .limit(PORTION)
        )
        async with transaction(self._database) as connection:
            return (await connection.execute(query)).all()

    async def _opened(self, sealed: Sequence[bytes | None]) -> list[bytes | None]:
        vault = self._database.vault
        try:
            return await vault.open(COMPLAINT, sealed)
        except Unreadable:  # one was changed; the others are found all the same
            return [await _or_none(vault, one) for one in sealed]

    async def _fill(self, portion: Sequence[Row[str, bytes | None]]) -> None:
        opened = await self._opened([row.sealed for row in portion])
        said = {row.id: words_of(parsed(one)) for row, one in zip(portion, opened, strict=True) if one}
        words = await blind_words(self._database, list(said.values()))
        async with transaction(self._database) as connection:
            await connection.execute(FILL, {"ids": list(said), "words": words})
