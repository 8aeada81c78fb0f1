"""Atom feeds: well-formed, of the right place, and without anything private."""

from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.channels.http.conftest import said
from tests.channels.http.test_submit import URL, problem

pytestmark = pytest.mark.servers
ATOM = "{http://www.w3.org/2005/Atom}"
THERE = {"latitude": -6.2607, "longitude": 106.7816}


async def entries(caller: httpx.AsyncClient, path: str) -> dict[str, ET.Element]:
    answered = await caller.get(path)
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answered.content)
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    return {str(entry.findtext(f"{ATOM}id")): entry for entry in feed.iter(f"{ATOM}entry")}


async def test_a_ward_and_a_place_have_a_feed(jaki: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    body = said(point=THERE, text="Rahasia <b>sekali</b>.")
    private = (await jaki.post(URL, json=body)).json()
    public = (await jaki.post(URL, json=said(point=THERE, public=True, text="Pohon & dahan."))).json()
    ward = await entries(anybody, f"/feeds/ward/{public['ward']}.atom")
    seen = ward[f"urn:tuntas:complaint:{public['number']}"]
    assert "Pohon & dahan." in str(seen.findtext(f"{ATOM}summary"))
    hidden = ET.tostring(ward[f"urn:tuntas:complaint:{private['number']}"], encoding="unicode")
    assert "Rahasia" not in hidden
    assert "Siti" not in hidden
    near = await entries(anybody, f"/feeds/near.atom?lat={THERE['latitude']}&long={THERE['longitude']}")
    assert f"urn:tuntas:complaint:{public['number']}" in near
    assert await entries(anybody, "/feeds/near.atom?lat=-6.9&long=107.6") == {}


async def test_a_point_almost_at_zero_is_no_defect(
    jaki: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    """The square of the smallest float is out of PostgreSQL's range: kept points are rounded."""
    tiny = {"latitude": 1e-200, "longitude": 5e-324}
    number = (await jaki.post(URL, json=said(point=tiny, public=True))).json()["number"]
    assert f"urn:tuntas:complaint:{number}" in await entries(anybody, "/feeds/near.atom?lat=0.0&long=0.0")
    assert await entries(anybody, "/feeds/near.atom?lat=90&long=1e-300") == {}


async def test_what_is_no_ward_or_place_is_a_problem(anybody: httpx.AsyncClient) -> None:
    problem(await anybody.get("/feeds/ward/nowhere.atom"), 404)
    for bad in ("lat=x&long=1", "lat=91&long=1", "lat=nan&long=1", "lat=1", "lat=1&long=1&radius=1000000"):
        problem(await anybody.get(f"/feeds/near.atom?{bad}"), 422)
