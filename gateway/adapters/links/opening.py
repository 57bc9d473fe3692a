"""One driver for every kind of link that needs one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.adapters.links.folder import FolderCourier
from gateway.adapters.links.push import HttpCourier
from gateway.adapters.links.request import RequestCourier
from gateway.domain.delivery import LinkKind
from gateway.domain.finding import Catalogue
from gateway.ports import Clock, Collector, Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDrivers:
    """The drivers by kind of link, and how to end them."""

    couriers: Mapping[LinkKind, Courier]
    collectors: Mapping[LinkKind, Collector]
    close: Callable[[], None]


def open_links(
    clock: Clock,
    connect_seconds: float,
    total_seconds: float,
    concurrency: int,
    *,
    password: Callable[[str], bytes],
    catalogue: Callable[[], Catalogue],
) -> LinkDrivers:
    """Open them all; threads and connections are made when something is first carried.

    ``password`` returns what is kept for a link's id; ``catalogue`` has the texts of
    findings.
    """
    push = HttpCourier(
        clock=clock,
        connect_seconds=connect_seconds,
        total_seconds=total_seconds,
        concurrency=concurrency,
    )
    request = RequestCourier(
        clock=clock,
        connect_seconds=connect_seconds,
        total_seconds=total_seconds,
        concurrency=concurrency,
        password=password,
    )
    folder = FolderCourier(clock=clock, catalogue=catalogue)

    def close() -> None:
        push.close()
        request.close()

    return LinkDrivers(
        couriers={LinkKind.PUSH: push, LinkKind.FOLDER: folder, LinkKind.REQUEST: request},
        collectors={LinkKind.FOLDER: folder, LinkKind.REQUEST: request},
        close=close,
    )
