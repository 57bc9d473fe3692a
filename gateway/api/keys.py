"""Public: the gateway's seal keys, by which anybody checks envelopes and acknowledgements."""

import base64

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from gateway.api.request import Reach, require_accept

router = APIRouter(tags=["keys"])


class SealKeyShape(BaseModel):
    """One public seal key."""

    id: str
    algorithm: str = "Ed25519"
    public_key: str = Field(description="Raw 32 bytes, base64.")


class SealKeysShape(BaseModel):
    """Every seal key that ever was, newest first."""

    data: tuple[SealKeyShape, ...]


@router.get("/keys")
def show_keys(request: Request, ports: Reach) -> SealKeysShape:
    """List the gateway's public seal keys."""
    require_accept(request, "application/json")
    keys = ports.keys.seal_keys()
    return SealKeysShape(
        data=tuple(
            SealKeyShape(id=name, public_key=base64.b64encode(raw).decode("ascii"))
            for name, raw in keys.items()
        )
    )
