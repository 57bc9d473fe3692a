"""Twenty links, five of them dead in five ways: what the other fifteen feel of it, in one run.

All stand for one office, each at an address of its own; messages are one real message under other
ids and in other streams. First everybody is alive, then five are dead, then they are back. The
latency of a message is from its commit to its receipt, read from the rows.
"""

import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway import bootstrap
from gateway.cli.demo.loopback import free_ports
from gateway.domain.delivery import Link
from gateway.domain.message import Message
from gateway.domain.records import Change, Insert
from gateway.pipeline.sign import seal_message
from gateway.ports import Ports
from gateway.usecases.submit import submit
from tests.bench.figures import Figure, middle, share
from tests.faults import proxy
from tests.faults.city import City

LINKS = 20
WAYS = ("drop", "silent", "reset", "cut", "trickle")
TURN_SECONDS = 0.5
"""How often every link is owed one more message."""

PATIENCE_SECONDS = 120.0
PART = f"{len(WAYS)} of {LINKS} links dead in {len(WAYS)} ways"


class Street(City):
    """A city with twenty more links, a proxy before each of the first five."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        path = self.setting.folder / "sandbox" / "spec.json"
        spec = json.loads(path.read_text("utf-8"))
        with bootstrap.open_gateway(self.setting.settings, wakeup=False) as gateway:
            store = gateway.ports.store
            tenant = self.setting.operator.tenant
            caller = next(one for one in store.principals(tenant) if one.party)
            raw = self.declaration()[1]
            movement = submit(gateway.ports, raw, caller, idempotency_key="dead").movement
            self.sent = next(one for one in store.messages(movement) if one.type == "MT2401")
            body = store.body(self.sent.wire or "")
            link = store.link(self.sent.link)
            if body is None or link is None:
                raise LookupError(self.sent.id)
            self.content = body.content
            told = next(one for one in spec["links"] if one["id"] == link.id)
            own = free_ports(LINKS)
            proxied = dict(enumerate(free_ports(len(WAYS))))
            self.links = [
                replace(
                    link,
                    id=f"{link.id}-{number:02d}",
                    endpoint=link.endpoint.replace(
                        f":{told['port']}", f":{proxied.get(number, port)}"
                    ),
                )
                for number, port in enumerate(own)
            ]
            store.commit(Change(tuple(Insert(one) for one in self.links)))
        spec["links"] += [
            {**told, "id": one.id, "port": port} for one, port in zip(self.links, own, strict=True)
        ]
        path.write_text(json.dumps(spec), "utf-8")
        self.proxies = {
            self.links[number].id: proxy.Proxy(port, own[number], f"dead/{number}")
            for number, port in proxied.items()
        }

    def owe(self, ports: Ports, seconds: float, phase: str) -> None:
        """Owe every link a message each turn, for so long."""
        end, number = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            number += 1
            for link in self.links:
                message = self._made(ports, link, f"{phase}-{number}")
                ports.store.commit(Change((Insert(message),)))
                ports.wakeup.knock((link.id,))
                time.sleep(TURN_SECONDS / LINKS)

    def _made(self, ports: Ports, link: Link, name: str) -> Message:
        now = ports.clock.now()
        other = replace(
            self.sent,
            id=f"bench-{name}-{link.id}",
            link=link.id,
            stream=f"{name}/{link.id}",
            place=1,
            created_at=now,
            next_at=None,
        )
        return seal_message(other, self.content, self.sent.media_type, ports.keys.seal, now)

    def told(
        self, phase: str, links: set[str], patience_seconds: float = PATIENCE_SECONDS
    ) -> tuple[list[float], list[str]]:
        """Wait for the receipts of what those links were owed in a phase.

        Return the seconds from commit to receipt, and the links of messages still without one.
        """
        end = time.monotonic() + patience_seconds
        while True:
            ours = [row for row in self._rows(f"bench-{phase}-%") if row[0] in links]
            open_ = [link for link, _, done in ours if not done]
            if not open_ or time.monotonic() > end:
                break
            time.sleep(0.1)
        return [(_at(done) - _at(born)).total_seconds() for _, born, done in ours if done], open_

    def first_since(self, moment: datetime) -> Mapping[str, float]:
        """Return by dead link after how many seconds it acknowledged something again."""
        wait = time.monotonic() + PATIENCE_SECONDS
        while True:
            rows = self._rows("bench-dead-%")
            found: dict[str, float] = {}
            for link, _, done in rows:
                after = (_at(done) - moment).total_seconds() if done else -1.0
                if link in self.proxies and after > 0:
                    found[link] = min(found.get(link, after), after)
            if len(found) == len(self.proxies) or time.monotonic() > wait:
                return found
            time.sleep(0.1)

    def _rows(self, like: str) -> list[tuple[str, str, str | None]]:
        path = self.setting.folder / "fullroute.db"
        asked = "SELECT link, created_at, acknowledged_at FROM messages WHERE id LIKE ?"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(asked, (like,)).fetchall()


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def measure(seconds: float) -> list[Figure]:
    """Measure each phase for so long."""
    with TemporaryDirectory() as folder:
        street = Street(Path(folder))
        settings = street.setting.settings
        with proxy.Weather(street.proxies) as weather, street:
            street.hold_answers("MT2401")
            with bootstrap.open_gateway(settings) as gateway:
                ports = gateway.ports
                alive = {one.id for one in street.links} - street.proxies.keys()
                street.owe(ports, seconds / 2, "warm")
                street.owe(ports, seconds, "well")
                before, _ = street.told("well", alive)
                for one, way in zip(street.proxies.values(), WAYS, strict=True):
                    one.weather = proxy.only(way)
                street.owe(ports, seconds, "dead")
                beside, _ = street.told("dead", alive)
                back = ports.clock.now()
                weather.clear()
                again = street.first_since(back)
    told = [_figure(f"all alive, {name}", before, part) for name, part in _PARTS.items()]
    told += [_figure(f"beside the dead, {name}", beside, part) for name, part in _PARTS.items()]
    ratio = share(beside, 0.99) / share(before, 0.99)
    told.append(
        Figure(part=PART, what="p99 against all alive", value=ratio, unit="x", beside="1.5")
    )
    for way, link in zip(WAYS, street.proxies, strict=True):
        value = again.get(link, PATIENCE_SECONDS)
        what = f"first delivery after recovery: {way}"
        told.append(Figure(part=PART, what=what, value=value, unit="s", beside="5"))
    return told


_PARTS = {"p50": 0.5, "p99": 0.99}


def _figure(what: str, seconds: list[float], part: float) -> Figure:
    value = (middle(seconds) if part == _PARTS["p50"] else share(seconds, part)) * 1000
    return Figure(part=PART, what=what, value=value, unit="ms")
