"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from gateway.api.request import Reach
from gateway.domain.errors import GatewayError

router = APIRouter(tags=["health"])


class LiveShape(BaseModel):
    """Answers whenever the process does."""

    live: bool = True


class ReadyShape(BaseModel):
    """What the process depends on, one by one."""

    ready: bool
    database: bool
    keys: bool


@router.get("/livez")
async def live() -> LiveShape:
    """Say that the process lives."""
    return LiveShape()


@router.get("/readyz", responses={503: {"model": ReadyShape, "description": "not ready"}})
def ready(ports: Reach, response: Response) -> ReadyShape:
    """Say whether database and keys can be reached."""
    try:
        ports.store.log_size()
        database = True
    except (GatewayError, OSError, RuntimeError):
        database = False
    keys = bool(ports.keys.seal_keys())
    shape = ReadyShape(ready=database and keys, database=database, keys=keys)
    if not shape.ready:
        response.status_code = 503
    return shape
