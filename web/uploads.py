"""Files that come with a form: handed to the attachments one by one, whatever browser sent them."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile

from domain.commands import Evidence
from domain.refusal import Refused
from web.site import Site

CHUNK = 1 << 20


class Uploaded(NamedTuple):
    """What was taken, and how many files could not be used."""

    taken: tuple[Evidence, ...]
    refused: int


async def uploaded(site: Site, files: Sequence[UploadFile], by: str) -> Uploaded:
    """Takes the files of a form in; ``by`` is a channel or an officer."""
    taken: dict[str, Evidence] = {}
    refused = 0
    for file in files:
        try:
            evidence = await take(site, file, by)
            taken[evidence.uri] = evidence
        except Refused:
            refused += 1
    return Uploaded(tuple(taken.values()), refused)


async def take(site: Site, file: UploadFile, by: str) -> Evidence:
    """Takes one file in. Raises ``Refused`` for one that cannot be used."""
    return await site.files.take(_content(file), by, site.clock())


def files_in(form: FormData, name: str) -> list[UploadFile]:
    """The files of a field; a field without a file is sent by browsers all the same, as an empty one."""
    found = [one for one in form.getlist(name) if isinstance(one, UploadFile)]
    return [one for one in found if one.filename or one.size]


async def known(site: Site, digests: Sequence[str]) -> tuple[Evidence, ...]:
    """Files that were handed in before, by the digest of their content; others are left out."""
    missing = set(await site.files.missing(digests)) if digests else set()
    return tuple(
        Evidence(uri=f"sha256:{one}", sha256=one) for one in dict.fromkeys(digests) if one not in missing
    )


async def _content(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(CHUNK):
        yield chunk
