"""Is somebody working? Judged by the backlog, not by processes being there.

``python -m workers.health`` looks into the database and asks one thing: does a link that could take
messages have some that are due for too long? Workers can be up and deaf (after a reconnection, with
a wiped broker); the backlog cannot pretend. Exit code 0 is healthy, 8 is not; the answer is one
line of JSON.
"""

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.bootstrap import open_gateway
from gateway.domain.backlog import NEGLECTED_AFTER, LinkLoad
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.errors import GatewayError
from gateway.settings import load_settings

PATIENCE_SECONDS = 30.0
EXIT_HEALTHY = 0
EXIT_MISCONFIGURED = 2
EXIT_STUCK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is due over all links; ``stuck`` names links where nothing moves though it could."""

    due: int
    waiting: int
    awaiting_signature: int
    parked: int
    stuck: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """Whether no link is stuck. Parked messages need a person, not a worker."""
        return not self.stuck


def judge(
    loads: Iterable[LinkLoad],
    links: Mapping[str, Link],
    now: datetime,
    patience_seconds: float,
    ready: Collection[str] | None = None,
    neglected: Collection[str] = (),
) -> Backlog:
    """Sum the loads up and find the stuck links.

    ``ready`` are the links at which something may be tried now: what was handed over to an office
    that has not answered yet is due, and nobody's fault. Nor are a paused link, one that fetches
    its feed itself, and one whose office does not answer, unless it is ``neglected``: it could have
    been tried for minutes, and is not.
    """
    loads = tuple(loads)
    return Backlog(
        due=sum(load.due for load in loads),
        waiting=sum(load.waiting for load in loads),
        awaiting_signature=sum(load.awaiting_signature for load in loads),
        parked=sum(load.parked for load in loads),
        stuck=tuple(
            load.link
            for load in loads
            if _late(load, now, patience_seconds) and _left(links.get(load.link), ready, neglected)
        ),
    )


def _late(load: LinkLoad, now: datetime, patience_seconds: float) -> bool:
    since = load.oldest_due_at
    return since is not None and (now - since).total_seconds() > patience_seconds


def _left(link: Link | None, ready: Collection[str] | None, neglected: Collection[str]) -> bool:
    """Tell whether something may be tried at a link, and nobody does."""
    if link is None or link.paused or link.kind is LinkKind.FEED:
        return False
    if link.breaker.failures:
        return link.id in neglected
    return ready is None or link.id in ready


def main(arguments: list[str] | None = None) -> int:
    """Print the backlog as JSON and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workers.health", description=__doc__)
    parser.add_argument("--config", type=Path, help="fullroute.toml")
    parser.add_argument("--data", type=Path, help="data folder")
    parser.add_argument("--seconds", type=float, default=PATIENCE_SECONDS, help="patience")
    given = parser.parse_args(arguments)
    try:
        with open_gateway(load_settings(given.config, data=given.data)) as gateway:
            ports = gateway.ports
            links = {link.id: link for link in ports.store.links()}
            now = ports.clock.now()
            ready = ports.store.links_with_due(now)
            neglected = ports.store.links_with_due(now - NEGLECTED_AFTER)
            loads = ports.store.link_loads()
            backlog = judge(loads, links, now, given.seconds, ready, neglected)
    except GatewayError as error:
        codes = [finding.code for finding in error.findings]
        sys.stdout.write(json.dumps({"healthy": False, "findings": codes}) + "\n")
        return EXIT_MISCONFIGURED
    told = {
        "healthy": backlog.healthy,
        "due": backlog.due,
        "waiting": backlog.waiting,
        "awaiting_signature": backlog.awaiting_signature,
        "parked": backlog.parked,
        "stuck": backlog.stuck,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return EXIT_HEALTHY if backlog.healthy else EXIT_STUCK


if __name__ == "__main__":
    sys.exit(main())
