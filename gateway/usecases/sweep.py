"""The safety net behind the knock: deadlines, reports of runs, numbers, links to wake."""

from gateway import register
from gateway.ports import Ports


def sweep(ports: Ports, owner: str = "sweep") -> tuple[str, ...]:
    """Fire deadlines, tell runs, number what is new, wake links with something due; return those.

    Any number of sweepers at once is harmless: a deadline fires under its movement's version,
    numbering is leased in the database and a knock is only a hint. What nobody foresaw of one
    movement is raised once the others have had their numbers and knocks.
    """
    try:
        register.fire_deadlines(ports)
        register.tell_owed_runs(ports)
    finally:
        links = _number_and_wake(ports, owner)
    return links


def _number_and_wake(ports: Ports, owner: str) -> tuple[str, ...]:
    ports.store.sequence(owner)
    links = ports.store.links_with_due(ports.clock.now())
    if links:
        ports.wakeup.knock(links)
    return links
