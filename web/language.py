"""The language of a page: Indonesian, or English for whoever chooses it. Indonesian words are the keys."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

COOKIE = "tuntas_language"
WORDS = Path(__file__).parent / "words"


class Language(StrEnum):
    """A language that pages speak."""

    INDONESIAN = "id"
    ENGLISH = "en"


def language_of(request: Request) -> Language:
    """The language that was chosen on this browser; Indonesian if none was."""
    chosen = request.cookies.get(COOKIE)
    return Language.ENGLISH if chosen == Language.ENGLISH else Language.INDONESIAN


@cache
def translations(language: Language) -> NullTranslations:
    """What turns Indonesian words into those of a language."""
    if language is Language.INDONESIAN:
        return NullTranslations()
    whole = Catalog(locale=language.value)
    for catalog in catalogs(language).values():
        for message in catalog:
            if message.id:
                whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def catalogs(language: Language) -> Mapping[str, Catalog]:
    """The words of a language, a file for each part of the pages."""
    found = {}
    for file in sorted((WORDS / language.value).glob("*.po")):
        with file.open("rb") as source:
            found[file.stem] = read_po(source, locale=language.value)
    return found
