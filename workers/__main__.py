"""Run one worker: ``python -m workers --config fullroute.toml``.

1. open the gateway once: store, couriers, keys, packs
2. tick in the background: sweep, drain what knocking does not move, visit links whose answers
   must be fetched, go on with groups of declarations that were left
3. hear knocks from the broker and drain in threads, until told to stop
4. on SIGTERM: take nothing new, finish what is under way, and after a grace of
   ``GRACE_SECONDS`` drop what an office has not answered; it goes again from elsewhere
"""

import argparse
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning
from celery.signals import worker_shutting_down

from gateway import closures
from gateway.bootstrap import Gateway, open_gateway, settle
from gateway.domain.errors import GatewayError
from gateway.ending import tell
from gateway.groups import go_on
from gateway.ports import Ports
from gateway.settings import Settings, load_settings
from gateway.usecases.collect import collectable
from gateway.usecases.group import resting
from gateway.usecases.sweep import sweep
from workers.app import QUEUE, make_app
from workers.drainers import Drainers
from workers.tasks import add_tasks, ails, drain, gather, owner, unvisitable
from workers.ticker import Ticker

GRACE_SECONDS = 1.5
LISTEN_AGAIN_SECONDS = 5.0
RESTING_SECONDS = 10.0
"""How often a worker looks for groups that whoever took them in has left."""

_logger = logging.getLogger("workers")


@runtime_checkable
class Closable(Protocol):
    """A courier that can be told to drop what it carries."""

    def close(self) -> None:
        """Drop it, for good."""


def _drop(ports: Ports) -> None:
    """Close the couriers, so that no thread waits for an office any longer."""
    for courier in ports.couriers.values():
        if isinstance(courier, Closable):
            courier.close()


@contextmanager
def _alarms(
    ports: Ports, settings: Settings, drainers: Drainers, stop: threading.Event
) -> Iterator[tuple[Ticker, ...]]:
    """Tick in the background: the sweep, and everything that nobody knocks for."""
    visitors = Drainers(lambda link: gather(ports, link), settings.worker.threads, unvisitable)
    groups = Drainers(lambda group: go_on(ports, group, stop.is_set), threads=1)
    diversions = Drainers(lambda one: closures.go_on(ports, one, stop.is_set), threads=1)
    sweeping = Ticker(
        lambda: sweep(ports, owner()),
        drainers.begin,
        every_seconds=settings.worker.ticker_seconds,
    )
    unknocked = [
        (visitors, lambda: collectable(ports), settings.delivery.collect_seconds),
        (groups, lambda: resting(ports, ports.clock.now()), RESTING_SECONDS),
        (diversions, lambda: closures.due(ports), settings.worker.ticker_seconds),
    ]
    with ExitStack() as running:
        tickers = [sweeping]
        for workers, find, seconds in unknocked:
            running.enter_context(workers)
            tickers.append(Ticker(find, workers.begin, every_seconds=seconds, patience_seconds=0.0))
        for one in tickers:
            running.enter_context(one)
        yield tuple(tickers)


def _listen(app: Celery, stop: threading.Event) -> None:
    """Hear knocks until told to stop.

    A broker that is away is waited for inside; one that refuses (it is full) ends a listener. The
    next one tries again, and meanwhile the sweep finds what is due.
    """
    while True:
        app.Worker(
            pool="solo",  # a task only passes a knock on
            queues=[QUEUE],
            hostname=f"{os.getpid()}@{owner().split('/')[0]}",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        ).start()
        if stop.wait(LISTEN_AGAIN_SECONDS):
            return
        _logger.warning("the broker refuses; listening again")


def run(settings: Settings, gateway: Gateway) -> None:
    """Work until a signal says stop."""
    ports, threads = gateway.ports, settings.worker.threads
    drainers = Drainers(lambda link: drain(ports, link), threads, lambda link: ails(ports, link))
    app = make_app(settings.broker_url)
    add_tasks(app, drainers.knock)
    stop = threading.Event()
    patience = threading.Timer(GRACE_SECONDS, _drop, [ports])
    with drainers, _alarms(ports, settings, drainers, stop) as tickers:
        told: list[bool] = []

        def stopping(**_: object) -> None:
            if told:  # a second signal, perhaps while the first is in here: no event bears that
                return
            told.append(True)
            stop.set()
            for one in tickers:
                one.stop()
            patience.start()

        worker_shutting_down.connect(stopping, weak=False)
        _logger.info("working with %d threads", threads)
        _listen(app, stop)
    patience.cancel()


def main(arguments: list[str] | None = None) -> int:
    """Read settings, open the gateway, work; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workers", description="Deliver what is due.")
    parser.add_argument("--config", type=Path, help="fullroute.toml")
    parser.add_argument("--data", type=Path, help="data folder")
    parser.add_argument("--log-level", default="INFO", help="DEBUG, INFO, WARNING or ERROR")
    given = parser.parse_args(arguments)
    logging.basicConfig(
        level=given.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Said at every lost connection, of a setting that is set.
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
    # Said of root, a container's usual user, for serialisers that run code; ours is JSON.
    warnings.filterwarnings("ignore", message=r".*superuser privileges")
    try:
        settings = load_settings(given.config, data=given.data)
        with open_gateway(settings) as gateway:
            gateway.ports.packs.compile()
            settle()
            run(settings, gateway)
    except GatewayError as error:
        return tell(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
