"""End to end with real processes: API programs, worker, broker, four offices over HTTP, the load.

Everything runs on this machine, the load's own program too. Offices give signed receipts and hold
their answers back: a movement is done when the last of its four receipts is stored. Latencies are
read from the rows: from a movement's commit to the last receipt.
"""

import http.client
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory

import psycopg

from gateway import bootstrap
from gateway.domain.message import Message
from gateway.domain.records import Change, Insert, Update
from gateway.pipeline.sign import seal_message
from gateway.ports import Ports
from gateway.usecases.submit import submit
from tests.bench.figures import Figure, middle, share
from tests.bench.load import OFFICES
from tests.bench.servers import servers
from tests.faults.city import City

APIS = 2
CALLERS = 8
PATIENCE_SECONDS = 120.0
WARM_UP = 20
CHANGE = 500
BATCH = 16
WAITING = "MT2401"
"""What waits for the gate, ten thousand times over."""

_TICKS = os.sysconf("SC_CLK_TCK")
_SWITCH = "\n[packs.cn]\nmanifest-first = false\n"


class Town(City):
    """A city whose offices only give receipts, with more than one API program.

    ``servers`` are the process ids of what it stands on, where that is not embedded.
    """

    def __init__(self, folder: Path, servers: Mapping[str, int]) -> None:
        super().__init__(folder)
        self.servers = servers
        with (folder / "fullroute.toml").open("a", encoding="utf-8") as file:
            file.write(_SWITCH)
        self.ports = [self.setting.port]

    def open(self) -> None:
        """Start the other API programs and tell the offices to hold their answers."""
        for number in range(2, APIS + 1):
            self._another(number)
        self.hold_answers("MT2401", "DecMessage", "OLA", "IDA")

    def _another(self, number: int) -> None:
        command = [sys.executable, "-m", "gateway.api", "--port", "0"]
        command += ["--data", str(self.setting.folder)]
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        self.running[f"api.{number}"] = started
        line = started.stdout.readline() if started.stdout else ""
        self.ports.append(int(line.rpartition(":")[2]))

    def rows(self, statement: str) -> list[tuple[str, ...]]:
        """Ask the database."""
        if "postgres" in self.servers:
            with psycopg.connect(self.setting.settings.database_url) as database:
                return database.execute(statement.encode()).fetchall()
        path = self.setting.folder / "fullroute.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return database.execute(statement).fetchall()

    def wait_acknowledged(self, many: int) -> None:
        """Wait until so many messages have their receipts."""
        end = time.monotonic() + PATIENCE_SECONDS
        asked = "SELECT count(*) FROM messages WHERE state = 'acknowledged'"
        while int(self.rows(asked)[0][0]) < many:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.rows(asked)[0][0]} of {many}\n{self.last_words()}")
            time.sleep(0.02)


def spent(running: City) -> dict[str, float]:
    """Return the CPU seconds of each program so far, with those it has started itself."""
    pids = {name: one.pid for name, one in running.running.items()}
    pids |= getattr(running, "servers", None) or {"broker": running.broker.pid}
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            parent = int(entry.read_text("ascii", "replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    own = os.times()
    found = {name: sum(map(_cpu, (pid, *children.get(pid, [])))) for name, pid in pids.items()}
    return {**found, "load": own.user + own.system}


class Backlog(City):
    """A city whose gate has thousands of messages waiting before anything is started.

    They are one real message under other ids, each in a stream of its own, sealed for itself.
    """

    def __init__(self, folder: Path, many: int, batch: int) -> None:
        super().__init__(folder)
        with bootstrap.open_gateway(self.setting.settings, wakeup=False) as gateway:
            ports = gateway.ports
            tenant = self.setting.operator.tenant
            caller = next(one for one in ports.store.principals(tenant) if one.party)
            movement = submit(ports, self.declaration()[1], caller, idempotency_key="b").movement
            sent = next(one for one in ports.store.messages(movement) if one.type == WAITING)
            limit = Update(table="links", key=sent.link, values={"batch": batch})
            ports.store.commit(Change((limit,)))
            self.link = sent.link
            for first in range(0, many - 1, CHANGE):
                numbers = range(first, min(first + CHANGE, many - 1))
                copies = tuple(Insert(_copy(ports, sent, number)) for number in numbers)
                ports.store.commit(Change(copies))

    def left(self) -> int:
        """Return how many messages to the gate have no receipt yet."""
        path = self.setting.folder / "fullroute.db"
        asked = "SELECT count(*) FROM messages WHERE state = 'due' AND link = ?"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return int(database.execute(asked, (self.link,)).fetchone()[0])


def _copy(ports: Ports, sent: Message, number: int) -> Message:
    """Return the message under another id and in another stream, sealed anew."""
    body = ports.store.body(sent.wire or "")
    if body is None:
        raise LookupError(sent.id)
    stream = f"{sent.stream}-{number}"
    other = replace(sent, id=f"{sent.id}-{number}", stream=stream, place=1)
    return seal_message(other, body.content, sent.media_type, ports.keys.seal, ports.clock.now())


def drain(many: int) -> list[Figure]:
    """Tell how long a link's backlog takes, one message a request and in batches."""
    told = []
    for batch in (0, BATCH):
        with TemporaryDirectory() as folder:
            waiting = Backlog(Path(folder), many, batch)
            with waiting:
                waiting.hold_answers(WAITING)
                there = waiting.left()
                while waiting.left() == there:  # the worker is still compiling its packs
                    time.sleep(0.02)
                began, left, before = time.monotonic(), waiting.left(), spent(waiting)
                while waiting.left():
                    time.sleep(0.1)
                took, after = time.monotonic() - began, spent(waiting)
        what = f"{many:,} messages, {batch or 1} a request"
        part = "A backlog of one link drains"
        aim = f"under 30 s; {left / took:,.0f} /s"
        told.append(Figure(part=part, what=what, value=took, unit="s", beside=aim))
        for name in ("worker", "sandbox"):
            each = (after[name] - before[name]) / left * 1000
            told.append(Figure(part=part, what=f"CPU: {name}", value=each, unit="ms each"))
    return told


def _cpu(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except FileNotFoundError:  # a server's helper that ended since it was listed
        return 0.0
    return (int(words[11]) + int(words[12])) / _TICKS


@contextmanager
def town(*, embedded: bool = True) -> Iterator[Town]:
    """Run a town that has warmed up, on SQLite and our own broker or on two servers."""
    with (
        nullcontext({}) if embedded else servers() as outside,
        TemporaryDirectory() as folder,
        Town(Path(folder), outside) as running,
    ):
        running.open()
        _submit_all(running, [running.declaration() for _ in range(WARM_UP)], 0.0)
        running.wait_acknowledged(WARM_UP * OFFICES)
        yield running


class _Load:
    """Submits declarations over several connections, in turn and no faster than told."""

    def __init__(self, running: Town, raws: list[tuple[str, bytes]], rate: float) -> None:
        self._running = running
        self._rate = rate
        self._waiting: SimpleQueue[tuple[int, str, bytes]] = SimpleQueue()
        for place, (number, raw) in enumerate(raws):
            self._waiting.put((place, number, raw))
        self.latencies: list[float] = []
        self._began = time.monotonic()

    def call(self, port: int) -> None:
        """Submit what waits until nothing does."""
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with suppress(Empty), closing(connection):
            while True:
                place, number, raw = self._waiting.get_nowait()
                if self._rate:
                    time.sleep(max(self._began + place / self._rate - time.monotonic(), 0))
                at = time.monotonic()
                self._submit(connection, number, raw)
                self.latencies.append(time.monotonic() - at)

    def _submit(self, connection: http.client.HTTPConnection, number: str, raw: bytes) -> None:
        head = {
            "Authorization": f"Bearer {self._running.actors.exporter_key}",
            "Idempotency-Key": number,
            "Content-Type": "application/xml",
        }
        connection.request("POST", "/v1/declarations", raw, head)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.client.ACCEPTED:
            raise RuntimeError(f"{answer.status} {content[:300]!r}")


def _submit_all(running: Town, raws: list[tuple[str, bytes]], rate: float) -> list[float]:
    """Submit all, ``rate`` a second (0: as fast as they are taken); return the latencies."""
    load = _Load(running, raws, rate)
    ports = [running.ports[one % len(running.ports)] for one in range(CALLERS)]
    threads = [threading.Thread(target=load.call, args=(port,)) for port in ports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(load.latencies) != len(raws):
        raise RuntimeError(f"{len(load.latencies)} of {len(raws)} were accepted")
    return load.latencies


def throughput(many: int, *, embedded: bool = True) -> list[Figure]:
    """Submit as fast as declarations are taken; tell the rate and every program's CPU."""
    where, aim = ("SQLite", 100) if embedded else ("PostgreSQL and Valkey", 80)
    part = f"End to end, as fast as it goes ({where}, 4 offices)"
    with town(embedded=embedded) as running:
        raws = [running.declaration() for _ in range(many)]
        before, began = spent(running), time.monotonic()
        _submit_all(running, raws, 0.0)
        accepted = time.monotonic() - began
        running.wait_acknowledged((WARM_UP + many) * OFFICES)
        took, after = time.monotonic() - began, spent(running)
    told = [
        Figure(part=part, what="accepted", value=many / accepted, unit="decl/s"),
        Figure(part=part, what="declarations", value=many / took, unit="decl/s", beside=f"{aim}"),
        Figure(
            part=part,
            what="deliveries",
            value=many * OFFICES / took,
            unit="/s",
            beside=f"{aim * OFFICES}",
        ),
    ]
    for name in after:
        each = (after[name] - before[name]) / many * 1000
        told.append(Figure(part=part, what=f"CPU: {name}", value=each, unit="ms/decl"))
    whole = sum(after.values()) - sum(before.values())
    return [*told, Figure(part=part, what="CPU, all", value=whole / many * 1000, unit="ms/decl")]


def latency(rate: float, seconds: float) -> list[Figure]:
    """Submit at a steady rate; tell how long acceptance and the last receipt take."""
    part = f"End to end at {rate:g} declarations/s (SQLite, 4 offices)"
    many = int(rate * seconds)
    with town() as running:
        accepted = _submit_all(running, [running.declaration() for _ in range(many)], rate)
        running.wait_acknowledged((WARM_UP + many) * OFFICES)
        rows = running.rows(
            "SELECT v.created_at, max(m.acknowledged_at) FROM movements v JOIN messages m"
            " ON m.movement = v.reference WHERE m.acknowledged_at IS NOT NULL"
            " GROUP BY v.reference ORDER BY v.created_at"
        )[WARM_UP:]
    done = [
        (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
        for first, last in rows
    ]

    def figure(what: str, seconds: float, beside: str) -> Figure:
        return Figure(part=part, what=what, value=seconds * 1000, unit="ms", beside=beside)

    return [
        figure("accept, p50", middle(accepted), ""),
        figure("accept, p99", share(accepted, 0.99), "60"),
        figure("accepted to last receipt, p50", middle(done), "30"),
        figure("accepted to last receipt, p99", share(done, 0.99), "120"),
    ]
