"""The safety net behind the knock: sequence what was committed, wake links with something due."""

from gateway.ports import Ports


def sweep(ports: Ports, owner: str = "sweep") -> tuple[str, ...]:
    """Give numbers to what was committed, wake links with something due, and return those.

    Any number of sweepers at once is harmless: numbering is leased in the database and a knock is
    only a hint.
    """
    ports.store.sequence(owner)
    links = ports.store.links_with_due(ports.clock.now())
    if links:
        ports.wakeup.knock(links)
    return links
