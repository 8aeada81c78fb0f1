"""The map of the wards, drawn from our own data."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from web.site import Site, site_of

DAY_S = 24 * 3600

router = APIRouter()


@router.get("/wards.json")
async def wards(site: Annotated[Site, Depends(site_of)]) -> Response:
    """The wards as GeoJSON: code and name of each, and its shape."""
    headers = {"Cache-Control": f"public, max-age={DAY_S}"}
    return Response(site.ward_shapes, media_type="application/geo+json", headers=headers)
