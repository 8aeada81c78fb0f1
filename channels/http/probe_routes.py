"""What operators and the stack ask: does it live, is it ready."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel

from channels.http.caller import Used
from channels.http.problem import RETRY_AFTER_S, FieldError, Problem, documented
from channels.http.service import Probe

PROBE_LIMIT_S = 3.0

router = APIRouter(tags=["probes"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """Everything behind it answers too."""

    status: str = "ready"
    parts: list[str]


@router.get("/healthz")
async def healthz() -> Alive:
    """Whether the process lives; asks nobody else."""
    return Alive()


@router.get("/readyz", responses=documented(503))
async def readyz(service: Used) -> Ready:
    """Whether PostgreSQL and Temporal answer; 503 names those that do not."""
    names = list(service.probes)
    answers = await asyncio.gather(*map(_answers, service.probes.values()))
    silent = [name for name, well in zip(names, answers, strict=True) if not well]
    if silent:
        raise Problem(
            503,
            f"{' and '.join(silent)} {'do' if len(silent) > 1 else 'does'} not answer.",
            [FieldError(field=name, message="does not answer") for name in silent],
            retry_after=RETRY_AFTER_S,
        )
    return Ready(parts=names)


async def _answers(probe: Probe) -> bool:
    try:
        await asyncio.wait_for(probe(), PROBE_LIMIT_S)
    except Exception:  # noqa: BLE001 - whatever a driver raises, its server is not ready
        return False
    return True
