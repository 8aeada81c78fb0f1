"""Marks of editing or generation: what is one, and what only looks like one."""

import pytest

from channels.attachments.marks import marks_of

MANIFEST = b"\0\0\0\x1ejumb\0\0\0\x16jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\0"
"""The beginning of a C2PA manifest store, as it stands in JPEG, PNG, WebP and HEIC alike."""


@pytest.mark.parametrize(
    ("software", "mark"),
    [
        ("Adobe Photoshop 25.0 (Windows)", ["software photoshop"]),
        ("GIMP 2.10", ["software gimp"]),
        ("DALL-E 3", ["software dall-e"]),
        ("Google Imagen", ["software imagen"]),
        ("Imagenomic Portraiture", []),
        ("Kendall Camera", []),
        ("CANVAS 300", []),
        ("HDR+ 1.0.585", []),
        ("", []),
    ],
)
def test_programs_count_as_whole_words(software: str, mark: list[str]) -> None:
    assert marks_of(software, {}, b"") == mark


@pytest.mark.parametrize(
    "xmp",
    [
        b'<rdf:Description xmp:CreatorTool="Adobe Lightroom 7.1"/>',
        b"<xmp:CreatorTool>Adobe Lightroom 7.1</xmp:CreatorTool>",
        b'<rdf:li stEvt:action="saved" stEvt:softwareAgent="Adobe Lightroom"/>',
    ],
)
def test_programs_that_xmp_names_count(xmp: bytes) -> None:
    assert marks_of("", {}, b"\xff\xd8" + xmp + b"\xff\xd9") == ["software lightroom"]


def test_content_credentials_need_their_whole_identifier() -> None:
    assert marks_of("", {}, b"\xff\xeb" + MANIFEST) == ["C2PA content credentials"]
    assert marks_of("", {}, b"noise c2pa noise jumb jumdc2pa noise") == []


def test_digital_source_types_are_told_apart() -> None:
    kind = b"http://cv.iptc.org/newscodes/digitalsourcetype/"
    assert marks_of("", {}, kind + b"trainedAlgorithmicMedia") == ["IPTC: made by an algorithm"]
    assert marks_of("", {}, kind + b"compositeWithTrainedAlgorithmicMedia") == [
        "IPTC: partly made by an algorithm"
    ]
    assert marks_of("", {}, kind + b"digitalCapture") == []


@pytest.mark.parametrize("field", ["parameters", "prompt", "workflow"])
def test_fields_of_generators_count(field: str) -> None:
    assert marks_of("", {field: "a street, repaired", "dpi": (72, 72)}, b"") == ["parameters of a generator"]


def test_a_program_is_named_once() -> None:
    xmp = b'CreatorTool="GIMP 2.10" softwareAgent="GIMP 2.10"'
    assert marks_of("GIMP", {"Software": "gimp"}, xmp) == ["software gimp"]
