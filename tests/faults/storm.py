"""Run R: everything at once, from a seed. Movements travel while blow after blow falls.

The deck holds every kind of blow; it is shuffled by the seed and dealt again when it is empty, so
even a short run sees each kind. A blow that lasts ends by itself. After the storm everybody is
alive and the weather calm; then everything must be at its end within a minute, and the checker
judges. The same seed deals the same blows at the same moments.
"""

import json
import os
import random
import resource
import signal
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.adapters.crash_points import POINTS
from gateway.cli.client import JSON, Client, Problem
from gateway.cli.demo.loopback import free_ports
from gateway.domain.errors import Unavailable
from tests.faults import points, proxy
from tests.faults.checker import Breach
from tests.faults.city import City
from tests.postgres import Postgres

UNDER_WAY = 224
"""So many that programs have work left whoever was struck: two cores finish 600 in four minutes."""

PAUSE_SECONDS = (0.6, 2.4)
FROZEN_SECONDS = 6.0
"""Longer than a lease: whoever wakes up finds that others went on."""

WEATHER_SECONDS = 2.0
HANDLES_FEW = 8
REST_SECONDS = 60
UNHURRIED_SECONDS = 4.0
"""How often somebody looks where one of so many movements stands."""

WORKERS = ("worker", "worker.2")


def proxied(city: City, seed: int, kind: type[proxy.Proxy] = proxy.Proxy) -> proxy.Weather:
    """Put a proxy before every office that is pushed to; do it before the city wakes up."""
    path = city.setting.folder / "sandbox" / "spec.json"
    spec = json.loads(path.read_text("utf-8"))
    pushed = [link for link in spec["links"] if link["kind"] == "push"]
    proxies = {}
    for link, port in zip(pushed, free_ports(len(pushed)), strict=True):
        proxies[link["id"]] = kind(link["port"], port, f"{seed}/{link['id']}")
        link["port"] = port
    path.write_text(json.dumps(spec), "utf-8")
    return proxy.Weather(proxies)


@dataclass
class Storm:
    """One run: what is struck, by which chance, and what was done so far."""

    city: City
    weather: proxy.Weather
    seed: int
    database: Postgres | None = None
    blows: Counter = field(default_factory=Counter)
    _lasting: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"storm/{self.seed}")
        self._worker_point = ""

    def rage(self, seconds: float, movements: int) -> list[Breach]:
        """Let blows fall for so long while ``movements`` travel; then rest and judge."""
        traffic = points.Traffic(self.city)
        began, deck = time.monotonic(), []
        while (now := time.monotonic() - began) < seconds:
            soon = min(now + PAUSE_SECONDS[1], seconds)  # all have set out when the storm ends
            late = int(movements * soon / seconds) - len(traffic.threads)
            traffic.keep(min(UNDER_WAY, traffic.under_way + max(late, 0)))
            deck = deck or self._dealt()
            self._strike(deck.pop())
            time.sleep(self._chance.uniform(*PAUSE_SECONDS))
        self._calm()
        ended = time.monotonic()
        traffic.arrive()
        self.city.rest(REST_SECONDS)
        rested = time.monotonic() - ended
        breaches = [*self.city.untaken(len(traffic.threads)), *self.city.breaches(0.0)]
        if rested > REST_SECONDS:
            breaches.append(Breach("F", f"at rest only {rested:.0f} s after the storm"))
        print(
            f"\nseed {self.seed}: {len(traffic.threads)} movements, {sum(self.blows.values())} "
            f"blows {dict(self.blows)}, faults on the wire {dict(self.weather.done)}, "
            f"at rest {rested:.0f} s after the storm"
        )
        return breaches

    # ------------------------------------------------------------------ blows

    def _dealt(self) -> list:
        deck = [
            *(self.kill_worker, self.kill_worker, self.kill_api, self.wipe_broker),
            *(self.freeze_worker, self.freeze_broker, self.arm_worker, self.roll_worker),
            *(self.starve_worker, self.rough_weather, self.office_dark, self.lose_receipts),
            *(self.kill_offices, self.one_link_dead),
        ]
        if self.database is not None:
            deck.append(self.kill_database)
        self._chance.shuffle(deck)
        return deck

    def _strike(self, blow) -> None:
        self.blows[blow.__name__] += 1
        blow()

    def _later(self, seconds: float, undo) -> None:
        timer = threading.Timer(seconds, undo)
        timer.start()
        self._lasting.append(timer)

    def _again(self, name: str, how: signal.Signals = signal.SIGKILL, **beside: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.city.running[name].pid, signal.SIGCONT)
        self.city.kill(name, how)
        self.city.start(name, **beside)

    def _worker(self) -> str:
        return self._chance.choice(WORKERS)

    def kill_worker(self) -> None:
        self._again(self._worker())

    def kill_api(self) -> None:
        self._again("api")

    def kill_offices(self) -> None:
        self._again("sandbox")

    def wipe_broker(self) -> None:
        self.city.strike("broker")

    def roll_worker(self) -> None:
        """As an upgrade does: told to stop, then the next one."""
        self._again(self._worker(), signal.SIGTERM)

    def arm_worker(self) -> None:
        """Start a worker that will die where it hurts; the next blow to it starts it again."""
        names = [name for name in sorted(POINTS) if name in points.WORKER]
        self._again(self._worker(), **points.armed(self._chance.choice(names)))

    def freeze_worker(self) -> None:
        self._freeze(self.city.running[self._worker()].pid, FROZEN_SECONDS)

    def freeze_broker(self) -> None:
        self._freeze(self.city.broker._child.pid, WEATHER_SECONDS)

    def _freeze(self, pid: int, seconds: float) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
        self._later(seconds, lambda: _thaw(pid))

    def starve_worker(self) -> None:
        """No more file handles than a few, for a while: no connection can be made."""
        pid = self.city.running[self._worker()].pid
        with suppress(ProcessLookupError):
            before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (HANDLES_FEW, before[1]))
            self._later(WEATHER_SECONDS, lambda: _limit(pid, before))

    def kill_database(self) -> None:
        self.database.kill()
        self.database.start()

    def rough_weather(self) -> None:
        for one in self.weather.proxies.values():
            one.weather = proxy.ROUGH
        self._later(WEATHER_SECONDS * 2, self.weather.clear)

    def one_link_dead(self) -> None:
        """One office is dead in one way; the others go on."""
        name = self._chance.choice(sorted(self.weather.proxies))
        fault = self._chance.choice(sorted(proxy.ROUGH))
        self.weather.proxies[name].weather = proxy.only(fault)
        self._later(WEATHER_SECONDS, self.weather.clear)

    def office_dark(self) -> None:
        self._command({"outage_seconds": WEATHER_SECONDS})

    def lose_receipts(self) -> None:
        """Three in a row: the office has it, and we do not know."""
        self._command({"lose_replies": 3})

    def _command(self, words: dict) -> None:
        words |= {"link": self._chance.choice(sorted(self.weather.proxies))}
        url = f"http://127.0.0.1:{self.city.setting.control_port}"
        with suppress(Unavailable, Problem), closing(Client(url, "", seconds=2.0)) as control:
            control.post("/control", json.dumps(words).encode(), JSON)

    def _calm(self) -> None:
        """End what lasts, and start whoever is dead or will die."""
        for lasting in self._lasting:
            lasting.join()
        self.weather.clear()
        for name in ("api", "sandbox", *WORKERS):
            self._again(name)


def _thaw(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def _limit(pid: int, to: tuple[int, int]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, to)


def run(folder: Path, seed: int, seconds: float, movements: int, database: Postgres) -> list:
    """Raise a city on that database, let one storm rage over it, and return the breaches."""
    city = City(folder)
    city.look_seconds = UNHURRIED_SECONDS
    with proxied(city, seed) as weather, city:
        city.start(WORKERS[1])
        breaches = Storm(city, weather, seed, database).rage(seconds, movements)
        if breaches:
            print(city.last_words())
    return breaches
