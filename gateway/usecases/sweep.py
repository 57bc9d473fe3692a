"""The safety net behind the knock: deadlines, numbers for what was committed, links to wake."""

from gateway import register
from gateway.ports import Ports


def sweep(ports: Ports, owner: str = "sweep") -> tuple[str, ...]:
    """Fire deadlines, number what was committed, wake links with something due; return those.

    Any number of sweepers at once is harmless: a deadline fires under its movement's version,
    numbering is leased in the database and a knock is only a hint.
    """
    register.fire_deadlines(ports)
    ports.store.sequence(owner)
    links = ports.store.links_with_due(ports.clock.now())
    if links:
        ports.wakeup.knock(links)
    return links
