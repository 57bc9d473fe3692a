"""Programs that die at one named crash point after another, while movements are under way.

Each program has a chain: it is started armed with the first point, and whenever it died there it
is started again, armed with the next. All chains run side by side over the same movements; whoever
is alive goes on. In the end everybody runs unarmed, and the checker judges.
"""

import random
import re
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from gateway.cli.client import Problem
from gateway.domain.errors import Unavailable
from tests.faults.checker import Breach
from tests.faults.city import City

API = (
    *("accept.before-commit", "accept.before-knock", "accept.after-knock"),
    *("answer.before-commit", "answer.after-commit"),
    *("report.before-commit", "report.after-commit"),
    *("group.before-commit", "group.after-commit"),
)
WORKER = (
    *("lease.after", "send.before", "send.after-reply", "receipt.before-commit"),
    *("receipt.after-commit", "lease.before-release", "lease.after-release"),
    *("sequence.before", "sequence.log-only", "sequence.uncounted", "sequence.after"),
    "sweep.before-knock",
)
COLLECTING = (
    *("folder.before-rename", "collect.before-taking", "answer.before-commit"),
    *("answer.after-commit", "collect.before-settling", "collect.after-settling"),
    "send.after-reply",  # with an output in hand
)
"""Points of a worker with folders and outputs to collect."""

UNDER_WAY = 3
PASSINGS_MAX = 3
REACHED_SECONDS = 60
DRIVE_SECONDS = 120


def armed(point: str, passing: int = 1) -> dict[str, str]:
    """Return what a program finds in its environment that is to die there."""
    return {"FULLROUTE_TESTING": "1", "FULLROUTE_CRASH_POINT": f"{point}:{passing}"}


def _passing(seed: int, program: str, point: str) -> int:
    """Draw at which passing a program dies; the same alone as in a chain of many points."""
    return random.Random(f"points/{seed}/{program}/{point}").randint(1, PASSINGS_MAX)


def _last_fallen_at(log: str) -> str | None:
    """Return the point a program's log told last; its other threads may write a little after it."""
    told = re.findall(r"crash point (\S+)\n", log)
    return told[-1] if told else None


class Chains:
    """The points each program still has to die at; ``died`` are those it did."""

    def __init__(self, chains: Mapping[str, Sequence[str]], seed: int) -> None:
        self._left = {
            name: [(point, _passing(seed, name, point)) for point in points]
            for name, points in chains.items()
        }
        self.died: list[str] = []

    def first(self) -> dict[str, dict[str, str]]:
        return {name: armed(*points[0]) for name, points in self._left.items() if points}

    def waiting_for(self) -> dict[str, str]:
        return {name: points[0][0] for name, points in self._left.items() if points}

    def look(self, city: City) -> None:
        """Start again whoever died where it should, armed with what comes next."""
        for name, point in self.waiting_for().items():
            process = city.running[name]
            if process.poll() is None:
                continue
            log = city.log(name).read_text("utf-8", "replace")
            assert process.returncode == -signal.SIGKILL, f"{name}: {process.returncode}\n{log}"
            assert _last_fallen_at(log) == point, f"{name} died elsewhere\n{log[-2000:]}"
            city.kill(name)  # its group: what it leaves behind
            self._left[name].pop(0)
            self.died.append(f"{name} {point}")
            following = self._left[name]
            city.start(name, **(armed(*following[0]) if following else {}))


class Traffic:
    """Movements under way, each in a thread of its own that submits it and drives it home."""

    def __init__(self, city: City) -> None:
        self._city = city
        self.threads: list[threading.Thread] = []

    @property
    def under_way(self) -> int:
        return sum(thread.is_alive() for thread in self.threads)

    def keep(self, many: int) -> None:
        """See to it that so many are under way."""
        for _ in range(many - self.under_way):
            thread = threading.Thread(target=self._travel)
            thread.start()
            self.threads.append(thread)

    def _travel(self) -> None:
        with suppress(Unavailable, Problem):  # the checker says what is missing
            self._city.drive(self._city.submit(DRIVE_SECONDS), DRIVE_SECONDS)

    def arrive(self) -> None:
        """Wait until every movement has arrived, or given up."""
        for thread in self.threads:
            thread.join()


def run(city: City, chains: Chains) -> list[Breach]:
    """Let every program die at every point of its chain, then judge.

    ``city`` was opened with ``beside=chains.first()``.
    """
    traffic = Traffic(city)
    reached = time.monotonic()
    while waiting := chains.waiting_for():
        before = len(chains.died)
        traffic.keep(UNDER_WAY)
        chains.look(city)
        if len(chains.died) > before:
            reached = time.monotonic()
        assert time.monotonic() - reached < REACHED_SECONDS, f"not reached: {waiting}"
        time.sleep(0.05)
    traffic.arrive()
    return [*city.untaken(len(traffic.threads)), *city.breaches()]
