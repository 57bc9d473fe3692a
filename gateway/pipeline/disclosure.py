"""What an office may know of a control: what its own administration found, else what a policy says.

A finding of another administration is left out of everything that is made for an office, so that no
stylesheet could tell it; a message whose pack says ``of`` sees those that bring it, with the facts
it names. That a disclosure with a legal basis stands behind it is checked when packs are compiled.
"""

from collections.abc import Iterable
from dataclasses import replace

from gateway.domain.event import FINDINGS, Event
from gateway.domain.itinerary import Itinerary, Stop
from gateway.packs.manifest import MessageSpec


def disclosed(event: Event, spec: MessageSpec, to: Stop, itinerary: Itinerary) -> Event | None:
    """Return what an office may know of an event by a message, None for nothing at all."""
    if event.kind not in FINDINGS:
        return event
    whose = itinerary.administration(event.office)
    if whose == to.office.administration:
        return event
    if whose not in spec.of or event.kind not in spec.on:
        return None
    return replace(event, facts=tuple(pair for pair in event.facts if pair[0] in spec.facts))


def all_disclosed(
    events: Iterable[Event], spec: MessageSpec, to: Stop, itinerary: Itinerary
) -> tuple[Event, ...]:
    """Return what an office may know of all of them."""
    told = (disclosed(event, spec, to, itinerary) for event in events)
    return tuple(event for event in told if event is not None)
