"""A vehicle of a scenario stands at a smart lane: what it reads, what it says, what it must say."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gateway.domain.finding import Finding
from gateway.domain.lane import Decision, Lane, Read, Reading
from gateway.domain.records import Principal
from gateway.domain.roles import OfficeRole
from gateway.ports import Ports
from gateway.sandbox.script import Step, differs
from gateway.usecases import setup
from gateway.usecases.lane import pass_lane

TOLERANCE_PERCENT = Decimal(3)
DECLARATION_HOURS = 72


def drive_up(
    ports: Ports,
    caller: Principal,
    read: tuple[Step, str],
    role: OfficeRole,
    named: Mapping[str, str],
) -> Iterator[Finding]:
    """Have the lane of the step's office look at the vehicle; yield what is not as expected.

    ``read`` is the step and the id of the passage, ``named`` the movements by their names.
    """
    step, name = read
    lane = _lane(ports, caller.tenant, step.office, role)
    reading = Reading(
        id=name,
        at=ports.clock.now(),
        direction=lane.direction,
        plates=tuple(map(Read, step.plates)),
        containers=tuple(map(Read, step.containers)),
        seals=tuple(map(Read, step.seals)),
        weight_kg=Decimal(step.weight) if step.weight else None,
    )
    passing = pass_lane(ports, caller, lane.id, reading)
    return iter(()) if passing.decision is None else _unlike(step, passing.decision, named)


def _lane(ports: Ports, tenant: str, office: str, role: OfficeRole) -> Lane:
    name = f"lane-{office.lower()}"
    known = ports.store.lane(name)
    if known is not None:
        return known
    lane = Lane(
        id=name,
        tenant=tenant,
        office=office,
        role=role,
        tolerance_percent=TOLERANCE_PERCENT,
        declaration_hours=DECLARATION_HOURS,
    )
    return setup.add_lane(ports, lane)


def _unlike(step: Step, decision: Decision, named: Mapping[str, str]) -> Iterator[Finding]:
    said = decision.reason
    if step.says and decision.says != step.says:
        yield differs("says", step.says, f"{decision.says} ({said.code} {said.value})")
    if step.reason and said.code != step.reason:
        yield differs("reason", step.reason, f"{said.code} {said.value}")
    if step.names and said.value != named.get(step.names):
        yield differs("names", step.names, said.value)
