"""What is done about one link, and the one task: a knock at links."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable

from celery import Celery

from gateway.domain.delivery import CLOSED
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.ports import Ports
from gateway.usecases.collect import collect
from gateway.usecases.deliver import Try, deliver
from workers.app import DELIVER_TASK

_logger = logging.getLogger(__name__)
_troubles: dict[str, tuple[Finding, ...]] = {}


def owner() -> str:
    """Name this thread: no two threads anywhere may hold a lease under one name."""
    return f"{socket.gethostname()}/{os.getpid()}/{threading.get_ident()}"


def _tell(tried: Try) -> None:
    """Log one try: names for whoever looks one up, never goods, parties or plates."""
    _logger.info(
        "event=attempt movement=%s office=%s message=%s attempt=%d outcome=%s duration_ms=%d",
        tried.movement,
        tried.office,
        tried.message,
        tried.attempt,
        tried.outcome.value,
        tried.milliseconds,
    )


def drain(ports: Ports, link: str) -> int:
    """Send what is due at ``link`` and return how many messages were acknowledged.

    A courier that was closed under way (this worker is stopping) is no failure: whatever it
    carried goes again, byte for byte, and the office knows the repeat by its id.
    """
    try:
        acknowledged = deliver(ports, link, owner(), _tell)
    except Unavailable as stopping:
        _logger.info("link %s is left to others: %s", link, stopping)
        return 0
    if acknowledged:
        _logger.info("link %s acknowledged %d", link, acknowledged)
    return acknowledged


def gather(ports: Ports, link: str) -> int:
    """Fetch what lies ready at ``link`` and return how many answers were taken in."""
    found = collect(ports, link)
    if found.taken or found.refused:
        _logger.info("link %s: %d answers, %d refused", link, found.taken, found.refused)
    if found.findings != _troubles.get(link, ()):  # told when it begins, changes and ends
        _troubles[link] = found.findings
        told = [f"{finding.code} {dict(finding.args)}" for finding in found.findings]
        _logger.warning("link %s is visited: %s", link, "; ".join(told) or "well again")
    return found.taken


def ails(ports: Ports, link: str) -> bool:
    """Tell whether a link's system failed lately: trying it may take long, and in vain."""
    found = ports.store.link(link)
    return found is not None and found.breaker != CLOSED


def unvisitable(link: str) -> bool:
    """Tell whether the last visit to a link was in vain."""
    return bool(_troubles.get(link))


def add_tasks(app: Celery, knock: Callable[[Iterable[str]], None]) -> None:
    """Make the application know its task; it passes a knock on and is done."""

    @app.task(name=DELIVER_TASK, ignore_result=True)
    def _deliver(*links: str) -> None:
        knock(links)
