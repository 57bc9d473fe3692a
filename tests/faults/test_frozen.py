"""A worker is frozen past its lease with replies in hand: the fence refuses what it then records.

Two offices hold their answers back, one a refusal for now and one a receipt, while the worker that
asked is stopped. They answer; its lease ends; another worker sends the same again and is made to
wait as well. So when the first goes on nothing has been recorded yet that could stand in its way:
only the fence does.
"""

import asyncio
import json
import os
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from gateway.cli.client import JSON, Client
from tests.faults import proxy, storm
from tests.faults.city import City

BUSY, TAKEN = "vn0015bb", "vn0003pj"
"""The office that says 503 to the first request, and the one that gives its receipt."""

SECONDS = 30
GOING_ON_SECONDS = 2.0
"""Many times what a worker needs to record what it has in hand."""


class Holding(proxy.Proxy):
    """A proxy that may hold replies back, each connection's until it is let go."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.holding = False
        self.held: list[asyncio.Event] = []

    async def _reply(self, far, back) -> None:
        said = await far.read(proxy.CHUNK)
        if said and self.holding:
            gate = asyncio.Event()
            self.held.append(gate)
            await gate.wait()
        while said:
            back.write(said)
            await back.drain()
            said = await far.read(proxy.CHUNK)


class Offices:
    """The two offices, and what they hold back."""

    def __init__(self, weather: proxy.Weather) -> None:
        self._weather = weather
        self._proxies = [weather.proxies[link] for link in (BUSY, TAKEN)]

    def hold(self) -> None:
        """Hold back what is said from now on."""
        for one in self._proxies:
            one.holding = True

    def wait_until_held(self) -> None:
        """Wait until both hold something back."""
        end = time.monotonic() + SECONDS
        while not all(one.held for one in self._proxies):
            assert time.monotonic() < end, "nobody sends"
            time.sleep(0.02)

    def let_go(self) -> None:
        """Let everything go that is held back now."""
        for one in self._proxies:
            held, one.held = one.held, []
            for gate in held:
                self._weather._loop.call_soon_threadsafe(gate.set)

    def open(self) -> None:
        """Let everything go from now on."""
        for one in self._proxies:
            one.holding = False
        self.let_go()


def _freeze(city: City, pid: int) -> None:
    """Stop a worker, but not in the middle of a write: SQLite would keep everybody waiting."""
    path = city.setting.settings.database_url.removeprefix("sqlite:///")
    for _ in range(100):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.05)
        with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.05)
            else:
                return
    raise AssertionError("it always writes")


def _busy_once(city: City) -> None:
    url = f"http://127.0.0.1:{city.setting.control_port}"
    with closing(Client(url, "", seconds=5.0)) as control:
        words = {"link": BUSY, "fail": {"status": 503, "times": 1}}
        control.post("/control", json.dumps(words).encode(), JSON)


def _recorded(city: City) -> dict[str, tuple[int, int, list[str]]]:
    """Return of each link its fence, its failures, and what was recorded of its first message."""
    rows = city.evidence(verified=False).rows
    first = {row["link"]: row["id"] for row in rows["messages"] if row["place"] == 1}
    return {
        row["id"]: (
            row["fence"],
            row["failures"],
            [one["outcome"] for one in rows["attempts"] if one["message"] == first[row["id"]]],
        )
        for row in rows["links"]
        if row["id"] in (BUSY, TAKEN)
    }


@pytest.mark.full
@pytest.mark.timeout(200)
def test_what_a_frozen_worker_had_in_hand_is_refused(tmp_path):
    city = City(tmp_path)
    with storm.proxied(city, 1, Holding) as weather, city:
        offices = Offices(weather)
        _busy_once(city)
        offices.hold()
        reference = city.submit()
        offices.wait_until_held()
        frozen = city.running["worker"].pid
        _freeze(city, frozen)
        try:
            offices.let_go()
            city.start("worker.2")
            offices.wait_until_held()
        finally:
            os.kill(frozen, signal.SIGCONT)
        time.sleep(GOING_ON_SECONDS)
        assert _recorded(city) == {BUSY: (2, 0, []), TAKEN: (2, 0, [])}
        offices.open()
        assert city.drive(reference, SECONDS).finished, city.last_words()
        assert city.breaches() == []
        ended = {link: outcomes for link, (_, _, outcomes) in _recorded(city).items()}
        assert ended == {BUSY: ["acknowledged"], TAKEN: ["acknowledged"]}
        assert TAKEN in {one["link"] for one in city.journal("requests") if one["repeated"]}
