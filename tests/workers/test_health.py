"""Which backlog means that nobody is working."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.backlog import LinkLoad
from gateway.domain.delivery import Breaker, Link, LinkKind
from workers.health import judge

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def link(**changes: object) -> Link:
    given: dict[str, object] = {
        "id": "lnk_hq", "tenant": "acme", "administration": "CN", "kind": LinkKind.PUSH,
        "endpoint": "http://office", "key": bytes(32), "offices": ("CN008001",), **changes,
    }  # fmt: skip
    return Link(**given)


def load(seconds: float | None) -> LinkLoad:
    since = None if seconds is None else NOW - timedelta(seconds=seconds)
    return LinkLoad(
        link="lnk_hq", due=0 if since is None else 3, waiting=2, awaiting_signature=1, parked=4,
        oldest_due_at=since,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "which", "stuck"),
    [
        pytest.param(None, link(), (), id="nothing due"),
        pytest.param(30, link(), (), id="due for as long as patience lasts"),
        pytest.param(31, link(), ("lnk_hq",), id="due for too long"),
        pytest.param(31, link(paused=True), (), id="paused by a person"),
        pytest.param(31, link(kind=LinkKind.FEED), (), id="fetches by itself"),
        pytest.param(31, link(breaker=Breaker(failures=1)), (), id="the office does not answer"),
        pytest.param(31, None, (), id="a link nobody knows"),
    ],
)
def test_stuck_links(seconds, which, stuck):
    links = {} if which is None else {which.id: which}
    backlog = judge([load(seconds)], links, NOW, 30)
    assert backlog.stuck == stuck
    assert backlog.healthy == (not stuck)


def test_the_sums():
    backlog = judge([load(1), load(2)], {}, NOW, 30)
    assert (backlog.due, backlog.waiting, backlog.awaiting_signature, backlog.parked) == (
        6, 4, 2, 8,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ready", "stuck"),
    [
        pytest.param(("lnk_hq",), ("lnk_hq",), id="it could be tried, and nobody does"),
        pytest.param((), (), id="handed over: the office has not answered"),
    ],
)
def test_what_waits_for_the_offices_answer_is_nobodys_fault(ready, stuck):
    which = link(kind=LinkKind.FOLDER)
    assert judge([load(31)], {which.id: which}, NOW, 30, ready).stuck == stuck


@pytest.mark.parametrize(
    ("neglected", "stuck"),
    [
        pytest.param((), (), id="it is tried, in vain"),
        pytest.param(("lnk_hq",), ("lnk_hq",), id="nobody has tried it for minutes"),
    ],
)
def test_an_office_that_does_not_answer_excuses_no_worker_that_does_not_ask(neglected, stuck):
    """Every worker ended while an office was away: nothing would tell so when it is back."""
    opened = Breaker(failures=5, opened_at=NOW, probe_at=NOW)
    for breaker in (Breaker(failures=1), opened):
        which = link(breaker=breaker)
        told = judge([load(900)], {which.id: which}, NOW, 30, ("lnk_hq",), neglected)
        assert told.stuck == stuck
