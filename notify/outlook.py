"""What happens next, in words, in both languages: the last lines of every message."""

import tomllib
from functools import cache
from pathlib import Path
from string import Template

from domain.outlook import REPORTER, NextAlarm, Outlook
from notify.times import CLOCKS, Language, when

WORDS = Path(__file__).parent / "next.toml"


def next_lines(number: str, coming: Outlook, language: Language) -> str:
    """Who must do what, and what happens otherwise, when and to whom."""
    facts = {"number": number, "who": _person(coming.who, language)}
    said = say("duty", coming.duty, language, facts)
    return f"{said} {_otherwise(coming.next, language)}" if coming.next else said


def say(table: str, key: str, language: Language, facts: dict[str, str]) -> str:
    """The words of one entry of ``next.toml`` with the facts filled in; a sentence starts with a capital."""
    text = Template(_words()[table][key][language]).substitute(facts)
    return text[:1].upper() + text[1:]


def _otherwise(alarm: NextAlarm, language: Language) -> str:
    facts = {
        "to": _person(alarm.to, language),
        "when": when(alarm.at, language),
        "step": str(alarm.step),
        "clock": CLOCKS[alarm.clock],
    }
    return say("alarm", "closing" if alarm.closes else alarm.stage, language, facts)


def _person(name: str, language: Language) -> str:
    return _words()["people"][name][language] if name == REPORTER else name


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
