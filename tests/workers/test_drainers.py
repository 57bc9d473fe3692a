"""Threads that drain links: one at a time for each, and no knock that is lost."""

import threading

import pytest

from gateway.usecases.deliver import deliver
from tests.world import World
from workers.drainers import Drainers
from workers.tasks import ails


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


class Silence:
    """Systems that keep a thread until they are let go, and others that answer at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: set[str] = set()
        self.most = 0
        self.done: list[str] = []
        self.end = threading.Event()
        self.changed = threading.Condition(self.lock)

    def __call__(self, link: str) -> int:
        with self.changed:
            if link.startswith("silent"):
                self.waiting.add(link)
                self.most = max(self.most, len(self.waiting))
                self.changed.notify_all()
        if link.startswith("silent"):
            assert self.end.wait(10)
        with self.changed:
            self.waiting.discard(link)
            self.done.append(link)
            self.changed.notify_all()
        return 0

    def until(self, true) -> None:
        with self.changed:
            assert self.changed.wait_for(true, 10)


def silent(link: str) -> bool:
    return link.startswith("silent")


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (2, 1), (5, 2), (16, 8)])
def test_links_that_ail_leave_half_of_the_threads_to_the_others(threads, most):
    silence = Silence()
    ailing = [f"silent {n}" for n in range(2 * threads)]
    with Drainers(silence, threads, silent) as drainers:
        drainers.begin(ailing)
        silence.until(lambda: len(silence.waiting) == most)
        if threads > 1:
            drainers.knock(["well"])
            silence.until(
                lambda: silence.done == ["well"]
            )  # though more ail than there are threads
        silence.end.set()
        silence.until(lambda: set(ailing) <= set(silence.done))
    assert silence.most == most
    assert sorted(silence.done) == sorted([*ailing, *["well"][: threads - 1]])


def test_a_link_that_waits_because_it_ails_is_drained_like_any_once_it_is_well():
    silence, well = Silence(), set()
    with Drainers(silence, 2, lambda link: silent(link) and link not in well) as drainers:
        drainers.begin(["silent 1", "silent 2", "silent 3"])
        silence.until(lambda: len(silence.waiting) == 1)
        well.update(["silent 2", "silent 3"])
        silence.end.set()
        silence.until(lambda: len(silence.done) == 3)


def test_leaving_does_not_begin_what_ails_and_waits():
    silence = Silence()
    with Drainers(silence, 2, silent) as drainers:
        drainers.begin(["silent 1", "silent 2"])
        silence.until(lambda: len(silence.waiting) == 1)
        threading.Timer(0.05, silence.end.set).start()
    assert len(silence.done) == 1


def test_a_link_of_which_nobody_knows_how_it_fares_is_drained(draining, caplog):
    def ails(_: str) -> bool:
        raise OSError("no database")

    drainers = Drainers(draining, 2, ails)
    drainers.knock(["a"])
    settled(drainers)
    assert draining.drained == ["a"]
    assert "no database" in caplog.text


def test_a_link_ails_from_its_first_failure_until_its_system_answers(tmp_path):
    world = World(tmp_path)
    world.submit(world.declaration())
    (link, *_) = (one.link for one in world.store.messages_in_state("due"))
    told = [ails(world.ports, link)]
    for away in ({link}, set()):
        world.town.away = away
        deliver(world.ports, link, "worker")
        told.append(ails(world.ports, link))
        world.clock.forward(minutes=1)
    assert told == [False, True, False]
    assert not ails(world.ports, "lnk_of_nobody")
    world.close()
