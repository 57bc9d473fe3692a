"""Copy as new: a movement's declaration as the beginning of the next one, to be signed."""

from datetime import datetime

from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.records import Principal
from gateway.markup import safe
from gateway.pipeline.renewal import renewed
from gateway.ports import Ports


def copy_as_new(
    ports: Ports, caller: Principal, movement: str, lrn: str, depart: datetime | None = None
) -> bytes:
    """Return an unsigned declaration like that of ``movement``, under its own reference number.

    Nothing is stored. ``depart`` (aware) moves the expected times; without it they are left out.

    Raises:
        NotFound: no such movement for this tenant, or its declaration was erased.
        Refused: ``copy.same-reference``.
    """
    record = ports.store.movement(movement)
    if record is None or record.tenant != caller.tenant:
        raise NotFound(Finding(code="movement.unknown", value=movement))
    body = None if record.erased else ports.store.body(record.declaration)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=movement))
    if lrn == record.lrn:
        raise Refused(Finding(code="copy.same-reference", value=lrn))
    return renewed(safe.parse(body.content), lrn, ports.clock.now(), depart)
