"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from gateway.api.request import Reach
from gateway.bootstrap import Gateway
from gateway.caretaking import broker_answers
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
    broker: bool = Field(
        description="Whether it answers; without one deliveries take seconds longer."
    )
    outbox_lag_seconds: float = Field(
        default=0.0, description="Age of the oldest entry without its number; workers give them."
    )


@router.get("/livez")
async def live() -> LiveShape:
    """Say that the process lives."""
    return LiveShape()


@router.get("/readyz", responses={503: {"model": ReadyShape, "description": "not ready"}})
def ready(request: Request, ports: Reach, response: Response) -> ReadyShape:
    """Say whether database and keys can be reached; a broker that is away makes nothing unready."""
    lag = 0.0
    try:
        oldest = ports.store.oldest_unsequenced()
        database = True
        lag = (ports.clock.now() - oldest).total_seconds() if oldest else 0.0
    except (GatewayError, OSError, RuntimeError):
        database = False
    keys = bool(ports.keys.seal_keys())
    gateway: Gateway = request.app.state.gateway
    shape = ReadyShape(
        ready=database and keys,
        database=database,
        keys=keys,
        broker=broker_answers(gateway.settings),
        outbox_lag_seconds=lag,
    )
    if not shape.ready:
        response.status_code = 503
    return shape
