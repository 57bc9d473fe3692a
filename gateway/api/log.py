"""The log, for auditors: every leaf, and the entries of their own tenant."""

import base64
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from gateway.api import problems
from gateway.api.request import Auditor, Cursor, Reach, require_accept
from gateway.domain.records import LogRecord

router = APIRouter(tags=["log"])

LIST_MAX = 500


class LogEntryShape(BaseModel):
    """One leaf. ``entry`` is its canonical JSON in base64; null where it is another tenant's."""

    index: int
    leaf: str = Field(description="RFC 6962 leaf hash, hex.")
    kind: str | None
    movement: str | None
    entry: str | None


class LogShape(BaseModel):
    """Entries after the one asked for, oldest first; ``size`` is how many the log has now."""

    data: tuple[LogEntryShape, ...]
    next: int
    size: int


@router.get("/log", responses=problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED))
def read_log(
    request: Request,
    caller: Auditor,
    ports: Reach,
    after: Annotated[Cursor, Query(ge=-1)] = -1,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 100,
) -> LogShape:
    """Read the log; of other tenants only the leaf hashes, so that the tree still adds up."""
    require_accept(request, "application/json")
    ports.store.sequence(caller.id)
    records = ports.store.log(after=after, limit=limit)
    return LogShape(
        data=tuple(_shape(record, caller.tenant) for record in records),
        next=records[-1].index or 0 if records else after,
        size=ports.store.log_size(),
    )


def _shape(record: LogRecord, tenant: str) -> LogEntryShape:
    own = record.tenant == tenant
    return LogEntryShape(
        index=record.index or 0,
        leaf=record.leaf.hex(),
        kind=record.kind if own else None,
        movement=record.movement if own else None,
        entry=base64.b64encode(record.entry).decode("ascii") if own else None,
    )
