"""Styles, scripts and pictures: ours and those of the npm packages, served by ourselves and never changed.

The address holds a digest of them all, so that a browser may keep them for ever.
"""

import mimetypes
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

HERE = Path(__file__).parent
OURS = HERE / "static"
PACKAGES = HERE / "node_modules"
TAKEN = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    **{
        f"leaflet/images/{name}.png": f"leaflet/dist/images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    },
}
"""What is taken from packages, by the name under which it is served."""

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


class Assets:
    """The files that pages need. Raises ``FileNotFoundError`` when the npm packages are not installed."""

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """Every file by the name under which it is served."""
        ours = {str(file.relative_to(OURS)): file for file in sorted(OURS.rglob("*")) if file.is_file()}
        taken = {name: PACKAGES / source for name, source in TAKEN.items()}
        for name, file in taken.items():
            if not file.is_file():
                raise FileNotFoundError(f"{name} is not installed; run: make setup")
        return {**ours, **taken}

    @cached_property
    def digest(self) -> str:
        """Of all files together."""
        said = sha256()
        for name, file in sorted(self.files.items()):
            said.update(name.encode() + b"\0" + file.read_bytes())
        return said.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a file is served. Raises ``KeyError`` for one that is not there."""
        if name not in self.files:
            raise KeyError(name)
        return f"/assets/{self.digest}/{name}"


def asset_routes(assets: Assets) -> APIRouter:
    """Serves the files."""
    router = APIRouter()

    @router.get("/assets/{digest}/{name:path}")
    async def asset(digest: str, name: str) -> Response:
        file = assets.files.get(name)
        if file is None:
            raise HTTPException(404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Somebody with a page of another version gets today's file, but must not keep it under that name.
        headers = FOR_EVER if digest == assets.digest else {"Cache-Control": "no-cache"}
        return FileResponse(file, media_type=kind, headers=headers)

    return router
