"""Signs of editing or generation that programs leave in a picture: found as words, weighed by nobody here.

A mark is shown to people who judge others by it, so each needs more than a few bytes that happen to be alike:
names count as whole words and only where a program names itself, content credentials only with their whole
identifier. (The four letters ``c2pa`` alone stand by chance in about one of 300 photos of 15 MB.)
"""

import re
from collections.abc import Iterable, Iterator, Mapping

PROGRAMS = (
    "photoshop", "lightroom", "gimp", "snapseed", "picsart", "canva", "facetune", "pixelmator", "meitu",
    "remini", "fotor", "vsco", "affinity photo", "paint.net",
    "midjourney", "stable diffusion", "dall-e", "firefly", "comfyui", "invokeai", "novelai", "imagen",
    "gemini", "chatgpt", "openai", "grok",
)  # fmt: skip
"""Editors and generators that name themselves in what they write [O]."""

GENERATOR_FIELDS = frozenset({"parameters", "prompt", "workflow", "invokeai_metadata", "sd-metadata"})
"""Text fields of a PNG into which image generators write what they were asked for [O]."""

SIGNS = {
    b"trainedAlgorithmicMedia": "IPTC: made by an algorithm",
    b"compositeWithTrainedAlgorithmicMedia": "IPTC: partly made by an algorithm",
    b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71": "C2PA content credentials",
}
"""IPTC's digital source types, and the description box of a C2PA manifest store with its whole UUID."""

_PROGRAM = re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in PROGRAMS)})\b")
_XMP_PROGRAM = re.compile(rb"(?:CreatorTool|softwareAgent)(?:=[\"']|>)([^\"'<]{1,200})")


def marks_of(software: str, fields: Mapping[object, object], content: bytes) -> list[str]:
    """The marks of a picture, as words, each once.

    ``software`` is what EXIF names, ``fields`` are the picture's own text fields, ``content`` all its bytes.
    """
    named = [software, str(fields.get("Software", "")), *_xmp_programs(content)]
    found = [f"software {name}" for name in _programs(named)]
    if GENERATOR_FIELDS & set(fields):
        found.append("parameters of a generator")
    return found + [words for sign, words in SIGNS.items() if sign in content]


def _programs(named: Iterable[str]) -> list[str]:
    return sorted({match.group() for text in named for match in _PROGRAM.finditer(text.casefold())})


def _xmp_programs(content: bytes) -> Iterator[str]:
    """The programs that XMP names, as the last one and in the history of editing."""
    return (match.group(1).decode("utf-8", "replace") for match in _XMP_PROGRAM.finditer(content))
