"""Threads that drain links: one at a time for each, and no knock that is lost."""

import threading

import pytest

from workers.drainers import Drainers


class Draining:
    """Remembers what was drained; link ``slow`` takes until ``gate`` opens."""

    def __init__(self) -> None:
        self.drained: list[str] = []
        self.gate = threading.Event()
        self.under_way = threading.Event()

    def __call__(self, link: str) -> int:
        self.drained.append(link)
        if link == "bad":
            raise OSError("no space left")
        if link == "slow":
            self.under_way.set()
            assert self.gate.wait(10)
        return 1


@pytest.fixture
def draining() -> Draining:
    return Draining()


def settled(drainers: Drainers) -> None:
    """Wait until nothing is under way, and give the threads back."""
    drainers._pool.shutdown()


def test_a_knock_drains_every_link_it_names(draining):
    drainers = Drainers(draining, 2)
    drainers.knock(["a", "b", "c"])
    settled(drainers)
    assert sorted(draining.drained) == ["a", "b", "c"]


def test_a_knock_at_a_link_under_way_has_it_drained_once_more(draining):
    drainers = Drainers(draining, 2)
    drainers.knock(["slow"])
    assert draining.under_way.wait(10)
    for _ in range(3):
        drainers.knock(["slow"])
    assert draining.drained == ["slow"]  # never twice at a time
    draining.gate.set()
    settled(drainers)
    assert draining.drained == ["slow", "slow"]


def test_beginning_leaves_a_link_under_way_alone(draining):
    drainers = Drainers(draining, 2)
    drainers.begin(["slow"])
    assert draining.under_way.wait(10)
    drainers.begin(["slow", "b"])
    draining.gate.set()
    settled(drainers)
    assert sorted(draining.drained) == ["b", "slow"]


def test_one_link_s_trouble_is_not_another_s(draining, caplog):
    drainers = Drainers(draining, 1)
    drainers.knock(["bad", "b"])
    settled(drainers)
    assert draining.drained == ["bad", "b"]
    assert "draining link bad failed" in caplog.text


def test_leaving_waits_for_what_is_under_way_and_begins_nothing_more(draining):
    with Drainers(draining, 1) as drainers:
        drainers.knock(["slow", "b"])
        assert draining.under_way.wait(10)
        drainers.knock(["slow"])
        threading.Timer(0.05, draining.gate.set).start()
    assert draining.drained == ["slow"]
