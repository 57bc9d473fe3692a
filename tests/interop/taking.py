"""A foreign declaration, unsigned, through the whole intake, with nothing connected."""

from datetime import UTC, datetime
from itertools import count

from gateway.domain.route_offices import RouteOffices
from gateway.domain.trust import Trust
from gateway.pipeline.intake import Accepted, Basis, Refused, intake
from gateway.ports import Packs

AT = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)


def taken(driver: Packs, raw: bytes, route: RouteOffices | None = None) -> Accepted | Refused:
    """Take a declaration in; ids are numbers in their order, so that it comes out the same."""
    numbers = count(1)
    with driver.slot() as packs:
        basis = Basis(
            at=AT,
            tenant="tnt_test",
            trust=Trust(),
            packs=packs,
            offices=driver.offices(),
            links=None,
            new_id=lambda prefix: f"{prefix}_{next(numbers):032x}",
            random="4F7KQ2M9XTBN",
            accepts_unsigned_foreign=True,
            route=route,
        )
        return intake(raw, basis)
