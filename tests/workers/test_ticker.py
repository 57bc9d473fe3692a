"""The ticker, with a clock that is the test's: what it begins itself, and what it leaves alone."""

import threading

import pytest

from workers import ticker as ticking
from workers.ticker import Ticker


class Scene:
    """Links with something due, and everything the ticker began."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.due: tuple[str, ...] = ()
        self.begun: list[str] = []
        self.sweeps = 0
        monkeypatch.setattr(ticking.time, "monotonic", lambda: self.now)

    def sweep(self) -> tuple[str, ...]:
        self.sweeps += 1
        return self.due

    def ticker(self) -> Ticker:
        return Ticker(self.sweep, self.begun.extend, every_seconds=3600)

    def tick(self, ticker: Ticker, *, at: float) -> None:
        self.now = at
        ticker.tick()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


def test_a_link_that_knocking_moves_is_left_to_the_tasks(scene):
    ticker = scene.ticker()
    for at, due in ((0.0, ("a",)), (1.0, ("b",)), (2.0, ("a",)), (3.0, ("b",))):
        scene.due = due
        scene.tick(ticker, at=at)
    assert scene.begun == []


def test_a_link_due_for_two_seconds_is_drained_here(scene):
    ticker = scene.ticker()
    scene.due = ("a",)
    for at in (0.0, 1.0, 2.0):
        scene.tick(ticker, at=at)
    assert scene.begun == ["a"]


def test_ticking_goes_on_after_a_failed_tick(caplog):
    ticks: list[int] = []
    enough = threading.Event()

    def sweep() -> tuple[str, ...]:
        ticks.append(1)
        if len(ticks) == 3:
            enough.set()
        raise OSError("the database is away")

    with Ticker(sweep, lambda _: None, every_seconds=0.001):
        assert enough.wait(10)
    assert "a tick failed" in caplog.text


def test_a_stopped_ticker_ticks_no_more(scene):
    with scene.ticker() as ticker:
        ticker.stop()
    before = scene.sweeps
    assert before <= 1
    assert not ticker._thread.is_alive()
