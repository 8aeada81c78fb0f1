"""The words of messages: those that come with Tuntas, and a city's own in a file of the same form."""

import tomllib
from pathlib import Path
from string import Template
from typing import NamedTuple

BUILT_IN = Path(__file__).parent / "templates.toml"
PARTS = ("subject", "id", "en")
FACTS = frozenset(
    {"number", "category", "unit", "clock", "due", "answer_by", "reply_by", "step", "late_unit", "detail"}
    | {"access_code", "parent"}
)
"""What a template may name with a dollar sign."""


class BadTemplates(ValueError):
    """A file of templates cannot be used; the message says where and why."""


class Words(NamedTuple):
    """The subject, and the text in Indonesian and in English."""

    subject: Template
    indonesian: Template
    english: Template


class Templates:
    """The words for each event and audience. A city's own file may change any part of any of them."""

    def __init__(self, own: Path | None = None) -> None:
        """Raises ``BadTemplates``."""
        self._texts = _read(BUILT_IN)
        if own is not None:
            for event, audiences in _read(own).items():
                for audience, texts in audiences.items():
                    self._override(own, event, audience, texts)

    def words(self, event: str, audience: str) -> Words:
        """The words for an event. Raises ``KeyError`` when there are none."""
        texts = self._texts[event][audience]
        return Words(*(Template(texts[part]) for part in PARTS))

    def known(self) -> set[tuple[str, str]]:
        """Every event and audience that there are words for."""
        return {(event, audience) for event, audiences in self._texts.items() for audience in audiences}

    def _override(self, file: Path, event: str, audience: str, texts: dict[str, str]) -> None:
        where = f"{file}: [{event}.{audience}]"
        if (event, audience) not in self.known():
            raise BadTemplates(f"{where} is not a message that is ever sent; see {BUILT_IN.name} in notify.")
        for part, text in texts.items():
            if part not in PARTS or not isinstance(text, str) or not text.strip():
                raise BadTemplates(f"{where} {part} must be one of {', '.join(PARTS)}, with a text.")
            template = Template(text)
            unknown = set(template.get_identifiers()) - FACTS
            if not template.is_valid() or unknown:
                said = ", ".join(sorted(unknown)) or "a dollar sign alone; write $$ for it"
                raise BadTemplates(f"{where} {part} names what is not known: {said}.")
        self._texts[event][audience] |= texts


def _read(file: Path) -> dict[str, dict[str, dict[str, str]]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadTemplates(f"The templates in {file} cannot be read: {error}.") from error
    for event, audiences in tables.items():
        if not isinstance(audiences, dict) or not all(isinstance(one, dict) for one in audiences.values()):
            raise BadTemplates(f"{file}: [{event}] must be a table of audiences: [{event}.reporter] …")
    return tables
