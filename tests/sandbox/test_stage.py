"""Simulated systems over real HTTP against the real HTTP face: push, feed, outage, restart."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from gateway import bootstrap
from gateway.adapters.links import HttpCourier
from gateway.cli.demo.loopback import free_ports
from gateway.domain.delivery import LinkKind
from gateway.domain.records import AnswerRecord, Change, Update
from gateway.ports import Ports
from gateway.sandbox.spec import LinkSpec, SandboxSpec
from gateway.sandbox.stage import Stage
from gateway.settings import Settings
from gateway.usecases.deliver import deliver
from tests.serving import served
from tests.world import SIGNATORIES, TENANT, World

GATE, CHONGQING, BORDER, INLAND = "lnk_cn00x001", "lnk_cn008001", "lnk_vn0015bb", "lnk_vn0003pj"
FED = (BORDER, INLAND)
PATIENCE = 400
"""How many times a test looks again, a twentieth of a second apart, before it gives up."""


@dataclass
class Road:
    """The gateway with its HTTP face, and what the systems along the road need to know."""

    world: World
    ports: Ports
    url: str
    spec: SandboxSpec

    def stage(self) -> Stage:
        """Return the systems, not begun yet; a second one is the first after a restart."""
        with self.ports.packs.slot() as compiled:
            return Stage(self.spec, compiled, self.ports.packs.offices(), self.world.clock.now)

    async def until(self, true: Callable[[], bool]) -> None:
        """Deliver, as workers would, until something is so."""
        for _ in range(PATIENCE):
            for link in (GATE, CHONGQING):
                await asyncio.to_thread(deliver, self.ports, link, "test")
            if await asyncio.to_thread(true):
                return
            self.world.clock.forward(seconds=1)
            await asyncio.sleep(0.05)
        pytest.fail("it never came to that")

    def procedures(self, movement: str) -> set[str]:
        """Return the states of the movement's procedures."""
        return set(self.world.procedures(movement).values())

    def exported(self, movement: str) -> bool:
        """Tell whether China released the goods, which the gate's answer is needed for."""
        return self.world.procedures(movement)["cn-export"] == "released"


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    world = World(tmp_path)
    courier = HttpCourier(clock=world.clock, connect_seconds=1, total_seconds=5, concurrency=4)
    ports = replace(world.ports, couriers={LinkKind.PUSH: courier})
    gateway = bootstrap.Gateway(ports=ports, settings=Settings(data=tmp_path))
    with closing(world), closing(courier), served(gateway) as url:
        yield Road(world, ports, url, _spec(world, tmp_path, url))


def _spec(world: World, folder: Path, url: str) -> SandboxSpec:
    return SandboxSpec(
        gateway=url,
        journal=folder / "stage",
        control_port=free_ports(1)[0],
        seed="test",
        gateway_keys={},
        certificates=tuple(world.keys.signer(name).certificate for name in SIGNATORIES),
        links=tuple(_link(world, link) for link in (GATE, CHONGQING, BORDER, INLAND)),
    )


def _link(world: World, link: str) -> LinkSpec:
    """Give a link of the world a port, or make it a feed."""
    kind = LinkKind.FEED if link in FED else LinkKind.PUSH
    port = 0 if link in FED else free_ports(1)[0]
    values = {"kind": kind.value, "endpoint": f"http://127.0.0.1:{port}"}
    world.store.commit(Change((Update(table="links", key=link, values=values),)))
    _, key = bootstrap.new_principal(world.ports, TENANT, link, ("link",), link=link)
    known = world.town.systems[link].spec
    return replace(known, kind=kind, port=port, api_key=key)


async def _told(road: Road, **words: object) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{road.spec.control_port}/control", json=words) as answer,
    ):
        document: dict[str, object] = await answer.json()
        return {"status": answer.status, **document}


def test_a_movement_is_cleared_by_push_and_feed(road: Road) -> None:
    async def play() -> str:
        async with road.stage() as stage:
            movement = road.world.submit(road.world.declaration()).movement
            ready = {"released", "accepted"}
            await road.until(lambda: road.exported(movement) and road.procedures(movement) == ready)
            road.world.report(movement, "departed", "CN008001", seal="CQ8801172")
            await road.until(
                lambda: (
                    road.world.procedures(movement)["vn-transport"] == "released"
                    and road.world.procedures(movement)["cn-exit"] == "closed"
                )
            )
            road.world.report(movement, "arrived", "VN0003PJ")
            await road.until(lambda: road.procedures(movement) == {"closed"})
            effects = [
                (line["id"], line["effect"])
                for actor in stage.actors.values()
                for line in actor.system.effects()
            ]
            assert len(effects) == len(set(effects))
            return movement

    movement = asyncio.run(play())
    assert road.world.store.movement(movement).state == "completed"


def test_a_batch_is_taken_message_by_message(road: Road) -> None:
    """Five streams in one request; the third message is spoilt and holds up its own stream only."""

    async def play() -> list[str]:
        async with road.stage() as stage:
            declared = "<FunctionalReferenceID>CQ-2026-000117<"
            for place in range(5):
                texts = {declared: f"<FunctionalReferenceID>CQ-B-{place}<"}
                road.world.submit(road.world.declaration(texts=texts), f"batch-{place}")
            due = road.world.store.due_heads(GATE, road.world.clock.now(), 9)
            spoilt = Update(table="messages", key=due[2].id, values={"seal": due[1].seal})
            wanted = Update(table="links", key=GATE, values={"batch": 4})
            road.world.store.commit(Change((spoilt, wanted)))
            assert await asyncio.to_thread(deliver, road.ports, GATE, "test") == 4
            came = [line["status"] for line in stage.actors[GATE].system.requests()]
            assert sorted(came) == [200, 200, 200, 200, 401]
            return [road.world.store.message(one.id).state.value for one in due]

    states = asyncio.run(play())
    assert states == ["acknowledged"] * 2 + ["parked"] + ["acknowledged"] * 2


def test_an_outage_is_one_and_nothing_is_lost(road: Road) -> None:
    async def play() -> None:
        async with road.stage() as stage:
            assert await _told(road, outage_seconds=0.5, link=GATE) == {
                "status": 200,
                "outage_seconds": 0.5,
            }
            await asyncio.sleep(0.1)
            port = next(link.port for link in road.spec.links if link.id == GATE)
            with pytest.raises(OSError, match="Connect call failed"):
                await asyncio.open_connection("127.0.0.1", port)
            movement = road.world.submit(road.world.declaration()).movement
            await road.until(lambda: road.exported(movement))
            tried = road.world.messages(movement)["CN00X001", "MT2401"].attempts
            assert tried >= 1
            came = [line["type"] for line in stage.actors[GATE].system.requests()]
            assert came.count("MT2401") == 1

    asyncio.run(play())


def test_withheld_answers_come_after_a_restart(road: Road) -> None:
    async def play() -> None:
        async with road.stage() as stage:
            assert (await _told(road, hold_answers=["MT2401"]))["status"] == 200
            movement = road.world.submit(road.world.declaration()).movement
            await road.until(lambda: len(stage.actors[GATE].system.taken) == 1)
        assert not [one for one in road.world.store.answers(movement) if one.link == GATE]
        async with road.stage():  # the hold is forgotten, the debt is not
            await road.until(lambda: road.exported(movement))

    asyncio.run(play())


def test_withheld_answers_are_released(road: Road) -> None:
    async def play() -> None:
        async with road.stage() as stage:
            await _told(road, hold_answers=["MT2401"], link=GATE)
            movement = road.world.submit(road.world.declaration()).movement
            await road.until(lambda: len(stage.actors[GATE].system.taken) == 1)
            assert (await _told(road, release=["MT2401"], link=GATE))["released"] == 1
            await road.until(lambda: road.exported(movement))

    asyncio.run(play())


def test_an_office_says_on_demand_what_it_is_told_to(road: Road) -> None:
    async def play() -> None:
        async with road.stage():
            movement = road.world.submit(road.world.declaration()).movement
            await road.until(lambda: road.exported(movement))
            word = {"word": "seals-checked", "movement": movement, "seals-state": "broken"}
            told = await _told(road, say=word, link=GATE)
            await road.until(lambda: told["answer"] in {one.id for one in _answers(road, movement)})
            unheard = {"word": "hello", "movement": movement}
            assert "sandbox.cannot-say" in (await _told(road, say=unheard, link=GATE))["reason"]

    asyncio.run(play())


def _answers(road: Road, movement: str) -> tuple[AnswerRecord, ...]:
    return tuple(road.world.store.answers(movement))


def test_a_lost_receipt_costs_a_repeat_and_no_second_effect(road: Road) -> None:
    async def play() -> None:
        async with road.stage() as stage:
            assert (await _told(road, lose_replies=2, link=GATE))["losing"] == 2
            assert (await _told(road, fail={"status": 503, "times": 2}, link=GATE))["failing"] == 2
            movement = road.world.submit(road.world.declaration()).movement
            await road.until(lambda: road.exported(movement))
            system = stage.actors[GATE].system
            requests = [line for line in system.requests() if line["type"] == "MT2401"]
            assert [line["repeated"] for line in requests] == [False, True, True]
            assert len({line["id"] for line in requests}) == 1
            stored = [e for e in system.effects() if e["effect"] == "stored"]
            assert len([e for e in stored if e["id"] == requests[0]["id"]]) == 1

    asyncio.run(play())


@pytest.mark.parametrize(
    "words", [{}, {"fly": 1}, {"outage_seconds": "x"}, {"release": 1}, {"link": "no", "x": 1}]
)
def test_a_command_it_does_not_know(road: Road, words: dict[str, object]) -> None:
    async def play() -> None:
        async with road.stage():
            assert (await _told(road, **words))["status"] == 400

    asyncio.run(play())
