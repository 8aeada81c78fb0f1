"""What is striking about a picture: each finding by name, and what is not one."""

from datetime import timedelta

import pytest

from domain.evidence import Attachment, Case, Finding, FindingCode, Purpose, Use, findings, metres_between
from domain.place import Point
from tests.city import MONDAY

HERE = Point(latitude=-6.1754, longitude=106.8272)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CASE = Case(number="JK1", point=HERE, opened_at=MONDAY)
PICTURE = Attachment(sha256="a", media_type="image/jpeg", size_bytes=1, has_camera=True)
PROOF = Use(number="JK1", purpose=Purpose.COMPLETED, unit="KEL", at=MONDAY + 2 * DAY)
REPORT = Use(number="JK1", purpose=Purpose.REPORTED, unit=None, at=MONDAY)


def found(
    use: Use = PROOF, *, same: tuple[Use, ...] = (), similar: tuple[Use, ...] = (), **facts: object
) -> list[Finding]:
    return findings(PICTURE.model_copy(update=facts), use, CASE, same, similar)


def codes(*args: object, **facts: object) -> list[FindingCode]:
    return [finding.code for finding in found(*args, **facts)]  # type: ignore[arg-type]


def test_an_ordinary_picture_is_not_striking() -> None:
    near = Point(latitude=-6.1755, longitude=106.8273)
    assert found(PROOF, same=(PROOF,), taken_at=MONDAY + DAY, point=near) == []
    assert found(REPORT, same=(REPORT,), taken_at=MONDAY - HOUR) == []


@pytest.mark.parametrize("kind", ["same", "similar"])
def test_a_picture_used_elsewhere_is_named_with_its_complaint(kind: str) -> None:
    elsewhere = PROOF.model_copy(update={"number": "JK7"})
    (finding,) = found(PROOF, **{kind: (elsewhere, elsewhere, PROOF)})
    assert finding.code is FindingCode[f"{kind.upper()}_PICTURE"]
    assert finding.numbers == ("JK7",)
    assert finding.uses == (elsewhere,), "each complaint once, with the first use there"
    assert "JK7 (2026-11-04 09:00 WIB)" in finding.en
    assert "JK7 (2026-11-04 09:00 WIB)" in finding.id


def test_a_re_used_video_or_document_is_found_too() -> None:
    elsewhere = PROOF.model_copy(update={"number": "JK7"})
    (finding,) = found(PROOF, media_type="video/mp4", has_camera=False, same=(elsewhere, PROOF))
    assert (finding.code, finding.numbers) == (FindingCode.SAME_PICTURE, ("JK7",))
    assert finding.en.startswith("The same file")


def test_the_reporters_own_picture_as_proof_is_striking() -> None:
    assert codes(PROOF, same=(REPORT, PROOF)) == [FindingCode.SAME_PICTURE]
    assert codes(REPORT, same=(REPORT, PROOF)) == []


@pytest.mark.parametrize(("metres", "said"), [(299.0, []), (301.0, [FindingCode.TAKEN_ELSEWHERE])])
def test_a_picture_taken_far_away(metres: float, said: list[FindingCode]) -> None:
    point = Point(latitude=HERE.latitude + metres / 111_320, longitude=HERE.longitude)
    assert codes(PROOF, point=point) == said
    assert [finding.metres for finding in found(PROOF, point=point)] == [
        pytest.approx(metres, abs=0.1)
    ] * len(said)
    assert round(metres_between(HERE, point)) == round(metres)


def test_without_a_point_nothing_is_elsewhere() -> None:
    far = PICTURE.model_copy(update={"point": Point(latitude=-6.9, longitude=107.6)})
    assert findings(far, PROOF, CASE.model_copy(update={"point": None}), (), ()) == []


@pytest.mark.parametrize(
    ("use", "taken_at", "words"),
    [
        (PROOF, MONDAY - timedelta(minutes=11), "before the complaint came in"),
        (PROOF, PROOF.at + HOUR + timedelta(minutes=1), "after it was handed in"),
        (REPORT, MONDAY - 30 * DAY - HOUR, "more than 30 days before"),
    ],
)
def test_a_picture_taken_at_another_time(use: Use, taken_at: object, words: str) -> None:
    (finding,) = found(use, taken_at=taken_at)
    assert finding.code is FindingCode.TAKEN_AT_ANOTHER_TIME
    assert words in finding.en
    assert finding.taken_at == taken_at


def test_times_are_told_as_jakartas_clocks_do() -> None:
    (finding,) = found(PROOF, taken_at=MONDAY - timedelta(minutes=11))
    assert "on 2026-11-02 08:49 WIB, before" in finding.en
    assert "pada 2026-11-02 08:49 WIB, sebelum" in finding.id


@pytest.mark.parametrize(
    ("use", "taken_at"), [(PROOF, MONDAY), (PROOF, PROOF.at + HOUR), (REPORT, MONDAY - 30 * DAY)]
)
def test_a_picture_taken_at_a_likely_time(use: Use, taken_at: object) -> None:
    assert found(use, taken_at=taken_at) == []


def test_marks_and_missing_camera_data() -> None:
    assert codes(PROOF, marks=("software gimp",)) == [FindingCode.EDITED_OR_GENERATED]
    assert codes(PROOF, has_camera=False) == [FindingCode.NO_CAMERA_DATA]


def test_only_pictures_are_looked_at() -> None:
    assert found(PROOF, media_type="application/pdf", has_camera=False) == []
