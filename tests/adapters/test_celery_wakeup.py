"""Knocking at a real broker, a dead one and one that never answers."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

from gateway.adapters import celery_wakeup
from gateway.adapters.celery_wakeup import CeleryWakeup, NoWakeup
from gateway.adapters.embedded_broker import EmbeddedBroker


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with TemporaryDirectory(prefix="fr-") as folder, EmbeddedBroker(Path(folder)) as broker:
        yield broker


@pytest.fixture
def queue(broker: EmbeddedBroker) -> Iterator[redis.Redis]:
    with redis.Redis(unix_socket_path=broker.url.removeprefix("redis+socket://")) as client:
        client.flushall()
        yield client


def tasks(queue: redis.Redis) -> list[dict[str, object]]:
    return [json.loads(raw) for raw in reversed(queue.lrange(celery_wakeup.QUEUE, 0, -1))]


def links(queue: redis.Redis) -> list[list[str]]:
    return [json.loads(base64.b64decode(task["body"]))[0] for task in tasks(queue)]


def test_a_knock_is_a_task_that_names_its_links_and_nothing_else(broker, queue):
    wakeup = CeleryWakeup(broker.url)
    wakeup.knock(["lnk_hq", "lnk_gate"])
    wakeup.close()
    (task,) = tasks(queue)
    arguments, keywords, _ = json.loads(base64.b64decode(task["body"]))
    assert task["headers"]["task"] == "fullroute.deliver"
    assert (arguments, keywords) == (["lnk_hq", "lnk_gate"], {})
    assert (task["headers"]["eta"], task["headers"]["retries"]) == (None, 0)


def test_knocks_for_one_link_are_gathered(broker, queue):
    wakeup = CeleryWakeup(broker.url)
    for _ in range(500):
        wakeup.knock(["lnk_a", "lnk_b"])
    wakeup.close()
    assert set(chain.from_iterable(links(queue))) == {"lnk_a", "lnk_b"}
    assert len(links(queue)) < 500


def test_many_threads_may_knock(broker, queue):
    wakeup = CeleryWakeup(broker.url)
    threads = [
        threading.Thread(target=wakeup.knock, args=([f"lnk_{number}"],)) for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wakeup.close()
    assert set(chain.from_iterable(links(queue))) == {f"lnk_{number}" for number in range(20)}


def test_what_does_not_fit_is_left_to_the_sweep(broker, queue, monkeypatch):
    monkeypatch.setattr(celery_wakeup, "PENDING_LINKS_MAX", 3)
    wakeup = CeleryWakeup(broker.url)
    wakeup.knock([f"lnk_{number}" for number in range(10)])
    wakeup.close()
    assert sum(map(len, links(queue))) == 3


def test_a_task_names_only_so_many_links(broker, queue, monkeypatch):
    monkeypatch.setattr(celery_wakeup, "LINKS_PER_TASK", 2)
    wakeup = CeleryWakeup(broker.url)
    wakeup.knock(["lnk_a", "lnk_b", "lnk_c"])
    wakeup.close()
    assert links(queue) == [["lnk_a", "lnk_b"], ["lnk_c"]]


def test_no_links_no_thread(broker, queue):
    wakeup = CeleryWakeup(broker.url)
    wakeup.knock([])
    assert wakeup._thread is None
    wakeup.close()
    assert tasks(queue) == []


def test_a_closed_wakeup_knocks_no_more(broker, queue):
    wakeup = CeleryWakeup(broker.url)
    wakeup.close()
    wakeup.knock(["lnk_hq"])
    assert tasks(queue) == []


def test_a_dead_broker_is_forgotten_and_found_again(caplog):
    with TemporaryDirectory(prefix="fr-") as folder:
        url = f"redis+socket://{folder}/valkey.sock"
        wakeup = CeleryWakeup(url)
        wakeup.knock(["lnk_lost"])
        while "lnk_lost: not knocked" not in caplog.text:
            pass
        with (
            EmbeddedBroker(Path(folder)),
            redis.Redis(unix_socket_path=f"{folder}/valkey.sock") as queue,
        ):
            wakeup.knock(["lnk_found"])
            wakeup.close()
            assert links(queue) == [["lnk_found"]]


def test_a_broker_that_never_answers_holds_up_nobody():
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        wakeup = CeleryWakeup(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        for number in range(1000):
            wakeup.knock([f"lnk_{number}"])
        wakeup.close()


def test_nobody_is_knocked_without_a_wakeup():
    NoWakeup().knock(["lnk_hq"])
