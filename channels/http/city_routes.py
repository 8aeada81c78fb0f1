"""What there is in the city: categories, units and channels, with their codes."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from channels.http.caller import Used, needs
from channels.http.problem import documented
from domain.organisation import UnitKind

router = APIRouter(tags=["city"], dependencies=[Depends(needs())], responses=documented(401, 403, 429, 503))


class CategoryAnswer(BaseModel):
    """A kind of complaint; ``duty`` is the unit whose duty it is by function, where that is known."""

    code: str
    name: str
    name_en: str
    group: str
    duty: str | None


class UnitAnswer(BaseModel):
    """A body that holds, checks or supervises complaints."""

    code: str
    name: str
    kind: UnitKind
    parent: str | None
    ward: str | None


class ChannelAnswer(BaseModel):
    """An official channel that is in force today."""

    code: str
    name: str


@router.get("/categories")
async def categories(service: Used) -> list[CategoryAnswer]:
    """All kinds of complaint."""
    return [CategoryAnswer.model_validate(one.model_dump()) for one in service.city.categories()]


@router.get("/units")
async def units(service: Used) -> list[UnitAnswer]:
    """All units and supervisors."""
    return [UnitAnswer.model_validate(one.model_dump()) for one in service.city.units()]


@router.get("/channels")
async def channels(service: Used) -> list[ChannelAnswer]:
    """All official channels."""
    return [ChannelAnswer.model_validate(one.model_dump()) for one in service.city.channels()]
