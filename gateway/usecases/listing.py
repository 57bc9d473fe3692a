"""The movements of a tenant as a list, a page at a time."""

from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.identifiers import MovementReference
from gateway.domain.page import Page, page_of
from gateway.domain.records import MovementRecord
from gateway.ports import Ports


def list_movements(
    ports: Ports, tenant: str, *, after: str = "", limit: int, plate: str = "", state: str = ""
) -> Page[MovementRecord]:
    """Return a page of movements, newest first, after the one of that reference.

    Raises:
        Refused: ``reference.malformed``.
        NotFound: ``movement.unknown``.
    """
    if after:
        _check_cursor(ports, tenant, after)
    found = ports.store.movements(tenant, after=after, limit=limit + 1, plate=plate, state=state)
    return page_of(found, limit, lambda one: one.reference)


def _check_cursor(ports: Ports, tenant: str, cursor: str) -> None:
    """Refuse a cursor that no page of ours can have named.

    A movement that an older database put back does not know has no place in the list: an empty
    page would pass for the end of it.
    """
    try:
        MovementReference.parse(cursor)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    record = ports.store.movement(cursor)
    if record is None or record.tenant != tenant:
        raise NotFound(Finding(code="movement.unknown", value=cursor))
