"""One deployment on PostgreSQL and a Redis, every wire of it in our hands, and what befalls it.

Each distress lasts some seconds while movements travel, and ends. Afterwards everything must come
to rest without repair, and the checker judges. A name and a seed play one again:
``python -m tests.faults --distress NAME --seed N``.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from gateway.adapters.embedded_broker import find_server
from gateway.cli.demo.loopback import free_ports
from tests.faults import points, proxy, storm
from tests.faults.checker import Breach
from tests.faults.city import City
from tests.faults.evidence import read_rows
from tests.faults.nursery import CLOCK
from tests.faults.wires import State, Wire, to_port, to_socket
from tests.postgres import Postgres, own_postgres

ROLE = "fullroute"
WIRED = ("api", "worker")
FEW = 3
HOME_SECONDS = 120
LASTING_SECONDS = 2.0
FLAPS = 6
CONNECTIONS_FEW = 2
BURST = 30
"""Ten times what is under way otherwise, at one moment."""

BACKLOG_SECONDS = 1
MEMORY_MEGABYTES = 96
"""What a program may grow by in a burst, whatever its length: everything waits in the database."""

WRONG_CLOCKS = {"worker": "7200:1", "worker.2": "-7200:1", "api": "0:1.5"}
"""By program: seconds ahead, and the speed at which its clock goes."""

STAMPED_WITHIN = timedelta(seconds=5)


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[redis.Redis, int]]:
    """A server of somebody else's: on a TCP port, and not started by us."""
    folder.mkdir()
    (port,) = free_ports(1)
    command = [str(find_server()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            with redis.Redis(port=port) as client:
                while not _answers(client):
                    assert server.poll() is None
                    time.sleep(0.02)
                yield client, port
        finally:
            server.kill()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@dataclass
class Deployment:
    """The programs, and what they stand on; ``wires`` by ``PROGRAM/database``, ``/broker``."""

    city: City
    postgres: Postgres
    database: str
    broker: redis.Redis
    wires: Mapping[str, Wire]
    offices: proxy.Weather
    over_at: float = 0.0

    def over(self) -> None:
        """What befell it is over: from here on it has to come to rest by itself."""
        self.over_at = time.monotonic()

    def beside(self, name: str) -> dict[str, str]:
        return _ways(name.partition(".")[0], self.wires, self.database)

    def again(self, name: str, **beside: str) -> None:
        """Tell a program to stop, and start it with that beside its ways."""
        if name in self.city.running:
            self.city.kill(name, signal.SIGTERM)
        self.city.start(name, **self.beside(name), **beside)

    def submit(self, many: int = FEW) -> list[str]:
        return [self.city.submit(HOME_SECONDS) for _ in range(many)]

    def home(self, movements: list[str]) -> None:
        self.city.drive_all(movements, HOME_SECONDS)

    def set(self, state: State, *names: str) -> None:
        for name in names:
            self.wires[name].become(state)


def _ways(program: str, wires: Mapping[str, Wire], database: str) -> dict[str, str]:
    """Return what tells a program the ways it goes."""
    host = "127.0.0.1"
    return {
        "FULLROUTE_DATABASE__URL": (
            f"postgresql://{ROLE}@{host}:{wires[f'{program}/database'].port}/{database}"
        ),
        "FULLROUTE_BROKER__URL": f"redis://{host}:{wires[f'{program}/broker'].port}/0",
    }


@contextmanager
def deployment(folder: Path, seed: int) -> Iterator[Deployment]:
    """Raise one, in an empty folder."""
    with ExitStack() as stack:
        postgres = stack.enter_context(own_postgres())
        broker, port = stack.enter_context(redis_server(folder / "redis"))
        database = postgres.database().partition("@/")[2].partition("?")[0]
        postgres.execute(f"CREATE ROLE {ROLE} LOGIN")
        postgres.execute(f"ALTER DATABASE {database} OWNER TO {ROLE}")
        ways = {"database": to_socket(postgres.folder / ".s.PGSQL.5432"), "broker": to_port(port)}
        named = [(program, to) for program in WIRED for to in ways]
        wires = {
            f"{program}/{to}": Wire(own, ways[to])
            for (program, to), own in zip(named, free_ports(len(named)), strict=True)
        }
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv(
            "FULLROUTE_DATABASE__URL", postgres.url(database).replace("postgres@", f"{ROLE}@")
        )
        patch.setenv("FULLROUTE_BROKER__URL", f"redis://127.0.0.1:{port}/0")
        patch.setenv("FULLROUTE_DELIVERY__TOTAL_SECONDS", "2")
        (folder / "city").mkdir()
        city = City(folder / "city", beside={one: _ways(one, wires, database) for one in WIRED})
        offices = stack.enter_context(storm.proxied(city, seed))
        stack.enter_context(proxy.Weather(wires))
        stack.enter_context(city)
        yield Deployment(city, postgres, database, broker, wires, offices)


# ------------------------------------------------------------------ what befalls it


def broker_full(held: Deployment, _chance: random.Random) -> None:
    """The broker has no memory left, and evicts nothing: not one knock is heard."""
    held.broker.config_set("maxmemory", 1)
    held.home(held.submit())
    refused = held.broker.info("errorstats").get("errorstat_OOM", {"count": 0})
    held.broker.config_set("maxmemory", 0)
    held.over()
    assert refused["count"], "no knock was refused"


def commits_unheard(held: Deployment, chance: random.Random) -> None:
    """The database commits and the connection ends before it has said so."""
    ways = [held.wires[f"{program}/database"] for program in WIRED]
    before = [way.lost for way in ways]
    for way in ways:
        way.losing = chance.randint(2, 5)
    held.home(held.submit())
    lost = [way.lost - earlier for way, earlier in zip(ways, before, strict=True)]
    for way in ways:
        way.losing = 0
    held.over()
    assert all(lost), f"no reply was lost: {lost}"


def wrong_clocks(held: Deployment, _chance: random.Random) -> None:
    """One worker's clock is two hours ahead, one's two hours behind, the gateway's runs fast."""
    began = datetime.now(UTC)
    for name, told in WRONG_CLOCKS.items():
        held.again(name, **{CLOCK: told})
    held.city.wait_ready()
    for one in held.offices.proxies.values():
        one.weather = proxy.ROUGH  # so that much is tried again, at times that somebody decides
    movements = held.submit()
    time.sleep(LASTING_SECONDS)
    held.offices.clear()
    held.home(movements)
    rows, ended = read_rows(held.postgres.url(held.database)), datetime.now(UTC)
    stamps = [
        datetime.fromisoformat(row["at"]) for row in rows["log"] if row["movement"] in movements
    ]
    wrong = [at for at in stamps if not began - STAMPED_WITHIN < at < ended + STAMPED_WITHIN]
    assert not wrong, f"stamped at {wrong}, between {began} and {ended}"
    held.city.kill("worker.2", signal.SIGTERM)
    for name in WIRED:
        held.again(name)
    held.city.wait_ready()
    held.over()


def partition(held: Deployment, chance: random.Random) -> None:
    """In turn the gateway, the workers and the offices are on the other side."""
    traffic = points.Traffic(held.city)
    for flap in range(FLAPS):
        traffic.keep(FEW)
        if flap % 3 == 2:
            for one in held.offices.proxies.values():
                one.weather = proxy.only(chance.choice(proxy.AT_CONNECTING))
        else:
            name = WIRED[flap % 3]
            state = chance.choice((State.SILENT, State.CUT))
            held.set(state, f"{name}/database", f"{name}/broker")
        time.sleep(LASTING_SECONDS)
        held.offices.clear()
        held.set(State.OPEN, *held.wires)
    held.over()
    traffic.arrive()


def burst(held: Deployment, _chance: random.Random) -> None:
    """Ten times as much at one moment, while what came before lies there longer than it may."""
    held.again("api", FULLROUTE_INTAKE__BACKLOG_SECONDS=str(BACKLOG_SECONDS))
    held.city.wait_ready()
    worker, api = held.city.running["worker"].pid, held.city.running["api"].pid
    before = {pid: _megabytes(pid) for pid in (worker, api)}
    os.kill(worker, signal.SIGSTOP)
    movements = held.submit(1)
    time.sleep(2 * BACKLOG_SECONDS)
    held.city.answered.clear()
    threads = [
        threading.Thread(target=lambda: movements.extend(held.submit(1))) for _ in range(BURST)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + HOME_SECONDS
    while held.city.answered[503] < BURST and time.monotonic() < end:
        time.sleep(0.1)
    os.kill(worker, signal.SIGCONT)
    for thread in threads:
        thread.join()
    held.over()
    held.home(movements)
    grown = {pid: _megabytes(pid) - earlier for pid, earlier in before.items()}
    said: Counter[int] = held.city.answered
    held.again("api")
    held.city.wait_ready()
    assert said[503] >= BURST, f"not everybody was asked for patience: {said}"
    assert not [status for status in said if status >= 500 and status != 503], said
    assert len(movements) == BURST + 1
    assert max(grown.values()) < MEMORY_MEGABYTES, grown


def connections_short(held: Deployment, _chance: random.Random) -> None:
    """The database lets nobody in any more, and has thrown out whoever was."""
    held.postgres.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT {CONNECTIONS_FEW}")
    throw_out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
    held.postgres.execute(f"{throw_out}'{ROLE}'")
    traffic = points.Traffic(held.city)
    traffic.keep(BURST // 10 * 2)
    time.sleep(LASTING_SECONDS * 2)
    held.postgres.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")
    held.over()
    traffic.arrive()
    assert "too many connections for role" in (held.postgres.folder / "log").read_text("utf-8")


def _megabytes(pid: int) -> float:
    """Return what a program holds of the machine's memory."""
    told = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(told.partition("VmRSS:")[2].split()[0]) / 1024


DISTRESSES: Mapping[str, Callable[[Deployment, random.Random], None]] = {
    "broker-full": broker_full,
    "commits-unheard": commits_unheard,
    "wrong-clocks": wrong_clocks,
    "partition": partition,
    "burst": burst,
    "connections-short": connections_short,
}


def befall(held: Deployment, name: str, seed: int) -> list[Breach]:
    """Let one distress befall a deployment, let it come to rest, and return every breach."""
    began, before = time.monotonic(), len(held.city.history)
    DISTRESSES[name](held, random.Random(f"{name}/{seed}"))
    held.city.rest(storm.REST_SECONDS)
    rested = time.monotonic() - held.over_at
    breaches = [*held.city.untaken(FEW, before), *held.city.breaches(0.0)]
    if rested > storm.REST_SECONDS:
        breaches.append(Breach("F", f"at rest only {rested:.0f} s after {name}"))
    print(
        f"{name}, seed {seed}: {time.monotonic() - began:.0f} s, at rest {rested:.0f} s after it, "
        f"{len(breaches)} breaches"
    )
    return breaches
