"""Photos over HTTP: handed in, named by a complaint, seen by those who may; what is striking about them."""

from datetime import datetime, timedelta

import httpx
import pytest
from PIL import Image

from channels.attachments.picture_reader import likeness_of
from domain.commands import Accept, Complete, Evidence
from domain.evidence import SIMILAR_BITS, Attachment, FindingCode, Purpose
from durable.complaints import Complaints
from store.attachments import AttachmentCatalogue
from store.complaints import Reads
from store.database import Database
from tests.channels.http.conftest import Served, said
from tests.channels.http.test_submit import URL, problem
from tests.city import instruction, officer
from tests.pictures import jpeg, scene

pytestmark = pytest.mark.servers
FILES = "/api/v1/attachments"
HERE = (-6.1754, 106.8272)


async def hand_in(caller: httpx.AsyncClient, content: bytes) -> str:
    answered = await caller.post(FILES, content=content)
    assert answered.status_code == 201, answered.text
    uri: str = answered.json()["uri"]
    return uri


async def test_a_photo_is_handed_in_named_and_seen_by_its_own_people_only(
    jaki: httpx.AsyncClient, lapor: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    uri = await hand_in(jaki, jpeg(scene(100), point=HERE, make="Kamera") + b"<script>")
    receipt = (await jaki.post(URL, json=said(attachments=[uri]))).json()
    (listed,) = (await jaki.get(f"{URL}/{receipt['number']}/attachments")).json()
    assert (listed["purpose"], listed["media_type"], listed["is_picture"]) == ("reported", "image/jpeg", True)
    path = f"{URL}/{receipt['number']}/attachments/{listed['sha256']}"
    for size in ("shown", "thumbnail"):
        seen = await anybody.get(f"{path}/{size}", headers={"X-Access-Code": receipt["access_code"]})
        assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
        assert seen.headers["x-content-type-options"] == "nosniff"
        assert b"<script>" not in seen.content
    problem(await lapor.get(f"{path}/shown"), 404)
    problem(await anybody.get(f"{path}/shown"), 401)
    problem(await jaki.get(f"{path}/original"), 404)
    problem(await jaki.get(f"{URL}/{receipt['number']}/attachments/{'0' * 64}/shown"), 404, "no such picture")


async def test_what_is_no_photo_is_refused_and_the_server_goes_on(jaki: httpx.AsyncClient) -> None:
    for content, words in ((b"", "empty"), (b"<svg/>", "not taken"), (jpeg()[:500], "cannot be read")):
        problem(await jaki.post(FILES, content=content), 422, words)
    assert await hand_in(jaki, jpeg(scene(101)))


async def test_a_complaint_cannot_name_what_was_not_handed_in(jaki: httpx.AsyncClient) -> None:
    document = problem(await jaki.post(URL, json=said(attachments=[f"sha256:{'0' * 64}"])), 422)
    assert document["errors"][0]["field"] == "attachments"  # type: ignore[index]
    problem(await jaki.post(URL, json=said(attachments=["file:///etc/passwd"])), 422, "attachments")


async def test_a_file_needs_a_key_and_not_too_much_of_it(
    jaki: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    problem(await anybody.post(FILES, content=jpeg()), 401)
    problem(await jaki.post(FILES, content=b"%PDF-" + b"\0" * 21 * 1024 * 1024), 422, "at most 20 MB")


class Worked:
    """A complaint with a photo of the reporter, and a completion with another."""

    def __init__(self, served: Served, jaki: httpx.AsyncClient, engine: Database) -> None:
        self._served = served
        self._jaki = jaki
        self._engine = engine
        self.number = ""

    async def open(self, *photos: bytes) -> None:
        uris = [await hand_in(self._jaki, photo) for photo in photos]
        self.number = (await self._jaki.post(URL, json=said(attachments=uris))).json()["number"]

    async def complete(self, photo: bytes) -> None:
        uri = await hand_in(self._jaki, photo)
        found = await Reads(self._engine).by_number(self.number)
        assert found is not None
        lurah = officer(self._served.service.city.unit(found.unit))
        complaints: Complaints = self._served.service.complaints
        proof = (Evidence(uri=uri, sha256=uri.removeprefix("sha256:")),)
        await complaints.perform(found.id, instruction(Accept(), lurah, "a"))
        await complaints.perform(found.id, instruction(Complete(note="x", evidence=proof), lurah, "c"))

    async def findings(self) -> list[tuple[Purpose, FindingCode, tuple[str, ...]]]:
        return [
            (file.use.purpose, finding.code, finding.numbers)
            for file in await AttachmentCatalogue(self._engine).of(self.number)
            for finding in file.findings
        ]


@pytest.fixture
def worked(served: Served, jaki: httpx.AsyncClient, engine: Database) -> Worked:
    return Worked(served, jaki, engine)


async def test_an_honest_proof_is_not_striking(worked: Worked) -> None:
    now = datetime.now().astimezone()
    await worked.open(jpeg(scene(110), taken=now, point=HERE, make="Kamera"))
    await worked.complete(jpeg(scene(111), taken=now + timedelta(minutes=5), point=HERE, make="Kamera"))
    assert await worked.findings() == []


async def test_a_re_used_picture_is_found_even_when_it_was_changed(
    worked: Worked, served: Served, jaki: httpx.AsyncClient, engine: Database
) -> None:
    picture = scene(120)
    await worked.open()
    await worked.complete(jpeg(picture, make="Kamera"))
    for changed, code in (
        (jpeg(picture, make="Kamera"), FindingCode.SAME_PICTURE),
        (jpeg(picture, quality=40, make="Lain"), FindingCode.SIMILAR_PICTURE),
        (jpeg(picture.resize((320, 240)), make="Lain"), FindingCode.SIMILAR_PICTURE),
        (jpeg(picture.point(lambda value: min(255, value + 12)), make="x"), FindingCode.SIMILAR_PICTURE),
    ):
        again = Worked(served, jaki, engine)
        await again.open()
        await again.complete(changed)
        said_of_it = {finding: numbers for _, finding, numbers in await again.findings()}
        assert worked.number in said_of_it[code]


def test_two_other_pictures_are_not_alike() -> None:
    """Of two hundred different scenes, how many pairs would be called alike: none, of 19,900."""
    hashes = [likeness_of(scene(seed)) or 0 for seed in range(200)]
    pairs = [
        ((one ^ other) & (2**64 - 1)).bit_count() for n, one in enumerate(hashes) for other in hashes[:n]
    ]
    assert len(pairs) == 19_900
    assert min(pairs) > SIMILAR_BITS


async def test_the_reporters_own_photo_as_proof_taken_elsewhere_and_before(worked: Worked) -> None:
    old = datetime.now().astimezone() - timedelta(days=3)
    photo = jpeg(scene(130), taken=old, point=(-6.2, 106.85), software="GIMP 2.10")
    await worked.open(photo)
    await worked.complete(photo)
    assert [code for purpose, code, _ in await worked.findings() if purpose is Purpose.COMPLETED] == [
        FindingCode.SAME_PICTURE,
        FindingCode.TAKEN_ELSEWHERE,
        FindingCode.TAKEN_AT_ANOTHER_TIME,
        FindingCode.EDITED_OR_GENERATED,
        FindingCode.NO_CAMERA_DATA,
    ]


async def test_a_picture_without_features_is_like_no_other(worked: Worked, engine: Database) -> None:
    for shade in (0, 255):
        await worked.open(jpeg(Image.new("RGB", (600, 400), (shade, shade, shade)), make="Kamera"))
        assert await worked.findings() == []
    (file,) = await AttachmentCatalogue(engine).of(worked.number)
    assert isinstance(file.attachment, Attachment)
    assert file.attachment.likeness is None
