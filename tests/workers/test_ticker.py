"""The ticker, with a clock that is the test's: what it drains itself, and what it leaves alone."""

import threading
from collections.abc import Callable

import pytest

from workers import ticker as ticking
from workers.ticker import Ticker


class Scene:
    """Links with something due, and everything the ticker drained."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.due: tuple[str, ...] = ()
        self.drained: list[str] = []
        self.hold = threading.Event()
        self.hold.set()
        self.sweeps = 0
        monkeypatch.setattr(ticking.time, "monotonic", lambda: self.now)

    def sweep(self) -> tuple[str, ...]:
        self.sweeps += 1
        return self.due

    def drain(self, link: str) -> int:
        self.drained.append(link)
        self.hold.wait()
        return 1

    def ticker(self, **changes: Callable[..., object]) -> Ticker:
        given = {"sweep": self.sweep, "drain": self.drain, **changes}
        return Ticker(**given, every_seconds=3600, threads=2)

    def tick(self, ticker: Ticker, *, at: float) -> None:
        self.now = at
        ticker.tick()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


def settled(ticker: Ticker) -> None:
    """Wait until nothing is under way, and give the threads back."""
    ticker._pool.shutdown()


def test_a_link_that_knocking_moves_is_left_to_the_tasks(scene):
    ticker = scene.ticker()
    for at, due in ((0.0, ("a",)), (1.0, ("b",)), (2.0, ("a",)), (3.0, ("b",))):
        scene.due = due
        scene.tick(ticker, at=at)
    settled(ticker)
    assert scene.drained == []


def test_a_link_due_for_two_seconds_is_drained_here(scene):
    ticker = scene.ticker()
    scene.due = ("a",)
    for at in (0.0, 1.0, 2.0):
        scene.tick(ticker, at=at)
    settled(ticker)
    assert scene.drained == ["a"]


def test_a_link_is_drained_once_at_a_time(scene):
    ticker = scene.ticker()
    scene.due = ("a", "b")
    scene.hold.clear()
    for at in (0.0, 2.0, 3.0, 4.0):
        scene.tick(ticker, at=at)
    scene.hold.set()
    settled(ticker)
    assert sorted(scene.drained) == ["a", "b"]


def test_one_link_s_trouble_is_not_another_s(scene, caplog):
    def drain(link: str) -> int:
        if link == "a":
            raise OSError("no space left")
        return scene.drain(link)

    ticker = scene.ticker(drain=drain)
    scene.due = ("a", "b")
    scene.tick(ticker, at=0.0)
    scene.tick(ticker, at=2.0)
    settled(ticker)
    assert scene.drained == ["b"]
    assert "draining link a failed" in caplog.text


def test_ticking_goes_on_after_a_failed_tick(caplog):
    ticks: list[int] = []
    enough = threading.Event()

    def sweep() -> tuple[str, ...]:
        ticks.append(1)
        if len(ticks) == 3:
            enough.set()
        raise OSError("the database is away")

    with Ticker(sweep, lambda _: 0, every_seconds=0.001, threads=1):
        assert enough.wait(10)
    assert "a tick failed" in caplog.text


def test_a_stopped_ticker_ticks_no_more(scene):
    with scene.ticker() as ticker:
        ticker.stop()
    before = scene.sweeps
    assert before <= 1
    assert not ticker._thread.is_alive()
