"""Honest refusals before the body: what closes the door, what does not, and what is never lost."""

import pytest
from starlette.testclient import TestClient

from gateway import bootstrap
from gateway.api.app import create_app
from gateway.bootstrap import Gateway
from gateway.domain.records import Change, Update
from gateway.pressure import Sluice
from gateway.sections import IntakeSettings
from gateway.settings import Settings
from gateway.usecases.deliver import deliver
from tests.world import TENANT, World

LINK = "lnk_cn00x001"
LIMIT = 600.0


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("pressure"))
    world.submit(world.declaration())
    world.store.sequence("a worker")
    yield world
    world.close()


@pytest.fixture
def world(ready, tmp_path):
    world = ready.copied(tmp_path)
    yield world
    world.close()


def sluice(world, **intake) -> Sluice:
    wanted = IntakeSettings(**{"backlog_seconds": LIMIT, "disk_reserve_megabytes": 0, **intake})
    return Sluice(world.ports, Settings(data=world.folder, intake=wanted))


def verdicts(world, gate, looks=3, seconds=5) -> list[str]:
    """Look several times, some seconds apart."""
    found = []
    for _ in range(looks):
        verdict = gate.closed()
        found.append(verdict.code if verdict else "")
        world.clock.forward(seconds=seconds)
    return found


def test_a_backlog_that_nobody_works_on_closes_it_and_working_on_it_opens(world):
    gate = sluice(world)
    assert verdicts(world, gate) == ["", "", ""]
    world.clock.forward(seconds=LIMIT)
    assert verdicts(world, gate) == ["", "intake.backlog-age", "intake.backlog-age"]
    for link in world.store.links_with_due(world.clock.now()):
        deliver(world.ports, link, "w")
    assert verdicts(world, gate, looks=1) == [""]


@pytest.mark.parametrize("trouble", ["away", "paused"])
def test_an_office_that_takes_nothing_is_no_pressure(world, trouble):
    """A link that is tried in vain, or rests by a person's wish, keeps nobody else out."""
    if trouble == "away":
        world.town.away |= set(world.town.systems)
        for _ in range(6):
            for link in world.town.systems:
                deliver(world.ports, link, "w")
            world.clock.forward(minutes=2)
        gate = sluice(world)
        for _ in range(20):
            for link in world.town.systems:
                deliver(world.ports, link, "w")
            world.store.sequence("a worker")
            assert gate.closed() is None
            world.clock.forward(seconds=59)
        return
    for link in world.store.links():
        world.store.commit(_paused(link.id))
    world.clock.forward(seconds=2 * LIMIT)
    assert verdicts(world, sluice(world)) == ["", "", ""]


def test_a_link_that_has_sent_what_it_agreed_to_is_no_pressure(world):
    """Nine messages at one in ten seconds: each waits for its token, and most are soon old."""
    more(world, 8)
    limit(world, rate=0.1)
    gate = sluice(world, backlog_seconds=20)
    for _ in range(50):
        for link in world.store.links():
            deliver(world.ports, link.id, "w")
        world.store.sequence("a worker")
        assert gate.closed() is None
        world.clock.forward(seconds=1)
    assert world.store.links_with_due(world.clock.now()) == (LINK,)
    assert verdicts(world, gate, seconds=30)[1:] == ["intake.backlog-age"] * 2  # nobody sends now


def test_an_office_that_is_being_sent_to_is_no_pressure(world, monkeypatch):
    """It takes one request at a time and four seconds for each; what waits behind is old."""
    more(world, 3)
    limit(world, concurrency=1)
    for link in world.store.links():
        if link.id != LINK:
            deliver(world.ports, link.id, "w")
    world.clock.forward(seconds=LIMIT + 1)
    gate, carry, seen = sluice(world), world.town.carry, []

    def slowly(link, parcels, *further):
        for _ in range(4):
            world.store.sequence("a worker")
            seen.extend(verdicts(world, gate, looks=1, seconds=1))
        return carry(link, parcels, *further)

    monkeypatch.setattr(world.town, "carry", slowly)
    deliver(world.ports, LINK, "w")
    assert seen
    assert set(seen) == {""}


def more(world, count: int) -> None:
    """Submit as many more declarations."""
    for number in range(count):
        lrn = f"<FunctionalReferenceID>S-{number}<"
        texts = {"<FunctionalReferenceID>CQ-2026-000117<": lrn}
        world.submit(world.declaration(texts=texts), f"more {number}")


def limit(world, **values) -> None:
    world.store.commit(Change((Update(table="links", key=LINK, values=values),)))


def _paused(link):
    return Change((Update(table="links", key=link, values={"paused": True}),))


def test_a_log_without_numbers_closes_it(world):
    world.principal("somebody")
    for link in world.store.links_with_due(world.clock.now()):
        deliver(world.ports, link, "w")
    world.clock.forward(seconds=LIMIT + 1)
    gate = sluice(world)
    assert gate.closed().code == "intake.backlog-age"
    world.store.sequence("a worker")
    world.clock.forward(seconds=2)
    assert gate.closed() is None


def test_a_limit_of_nought_is_none(world):
    world.clock.forward(seconds=10 * LIMIT)
    assert verdicts(world, sluice(world, backlog_seconds=0)) == ["", "", ""]


def test_a_disk_below_its_reserve_closes_it(world):
    verdict = sluice(world, disk_reserve_megabytes=10**9).closed()
    assert verdict.code == "intake.disk-reserve"


def test_the_refusal_comes_before_the_body_and_takes_nothing_away(world):
    """Nothing of the body is read: it never comes, and is no XML."""
    _, key = bootstrap.new_principal(world.ports, TENANT, "all", ("declare", "read"))
    intake = IntakeSettings(disk_reserve_megabytes=10**9, retry_after_seconds=45)
    settings = Settings(data=world.folder, intake=intake)
    before = world.store.movements(TENANT)
    read = []

    def body():
        read.append(1)
        yield b"<never"

    with TestClient(create_app(Gateway(ports=world.ports, settings=settings))) as client:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/xml"}
        answer = client.post(
            "/v1/declarations", content=body(), headers={**headers, "Idempotency-Key": "k"}
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "45")
        assert answer.json()["errors"][0]["code"] == "intake.disk-reserve"
        assert answer.json()["code"] == "closed-for-now"
        reference = before[0].reference
        amended = client.post(f"/v1/movements/{reference}/amendments", headers=headers)
        assert amended.status_code == 503
        assert client.get("/v1/movements", headers=headers).status_code == 200
    assert world.store.movements(TENANT) == before


@pytest.mark.parametrize(("reserve", "told"), [(10**9, ["intake.disk-reserve"]), (0, [])])
def test_that_nothing_is_taken_in_needs_a_person(world, reserve, told):
    _, key = bootstrap.new_principal(world.ports, TENANT, "operator", ("operate",))
    intake = IntakeSettings(disk_reserve_megabytes=reserve)
    settings = Settings(data=world.folder, intake=intake)
    with TestClient(create_app(Gateway(ports=world.ports, settings=settings))) as client:
        shown = client.get("/v1/attention", headers={"Authorization": f"Bearer {key}"}).json()
    codes = [one["finding"]["code"] for one in shown["data"]]
    assert [one for one in codes if one.startswith("intake.")] == told
