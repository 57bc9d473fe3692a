"""An exporter takes a declaration back before the goods leave; China grants it, or does not."""

import pytest

from gateway import register
from gateway.domain.errors import Refused
from tests.world import World

TAKEN_BACK = {"reason": "003", "text": "buyer cancelled"}
BATCH = "YYG2611240001"
OWN = ("cn-export", "cn-exit")


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def lodged(world, batch=BATCH) -> str:
    raw = world.declaration(texts={BATCH: batch})
    reference = world.submit(raw).movement
    world.run()
    return reference


def states(world, reference) -> dict[str, str]:
    found = world.procedures(reference)
    return {kind: found[kind] for kind in OWN}


def told(world, reference) -> set[str]:
    """Return what the Chinese offices were sent and have acknowledged."""
    return {
        kind
        for (office, kind), message in world.messages(reference).items()
        if office.startswith("CN") and message.state == "acknowledged"
    }


def test_what_is_granted_is_over_in_china(world):
    reference = lodged(world)
    assert states(world, reference) == {"cn-export": "released", "cn-exit": "accepted"}
    world.report(reference, "invalidation-asked", "CN008001", **TAKEN_BACK)
    world.run()
    assert states(world, reference) == dict.fromkeys(OWN, "invalidated")
    assert {"WithdrawalNotice", "MT2401-3"} <= told(world, reference)
    dropped = {
        kind
        for (office, kind), message in world.messages(reference).items()
        if office.startswith("CN") and message.state == "dropped"
    }
    assert dropped == {"MT4402", "CrossingNotice", "ArrivalNotice"}
    assert register.load(world.ports, reference).subject.movement.state == "invalidated"


def test_the_declaration_is_withdrawn_before_its_manifest_is_deleted(world):
    reference = lodged(world)
    world.town.held.add("WithdrawalNotice")
    world.report(reference, "invalidation-asked", "CN008001", **TAKEN_BACK)
    world.run()
    waiting = world.messages(reference)["CN00X001", "MT2401-3"]
    assert waiting.waits_for == "invalidated"
    assert states(world, reference) == {"cn-export": "released", "cn-exit": "accepted"}
    world.town.held.clear()
    world.run()
    assert states(world, reference) == dict.fromkeys(OWN, "invalidated")


def test_a_manifest_alone_is_deleted_when_nothing_was_declared_under_it(world):
    reference = lodged(world, "SILENT-0001")
    assert states(world, reference) == {"cn-export": "planned", "cn-exit": "lodged"}
    world.report(reference, "invalidation-asked", "CN008001", **TAKEN_BACK)
    world.run()
    assert states(world, reference) == {"cn-export": "planned", "cn-exit": "invalidated"}
    assert "WithdrawalNotice" not in told(world, reference)


def test_what_is_refused_goes_on(world):
    reference = lodged(world, "KEEP-0001")
    world.report(reference, "invalidation-asked", "CN008001", **TAKEN_BACK)
    world.run()
    assert states(world, reference) == {"cn-export": "released", "cn-exit": "accepted"}
    assert world.messages(reference)["CN00X001", "MT2401-3"].state == "dropped"
    world.clock.forward(hours=20)
    world.report(reference, "departed", "CN008001", seal="CQ8801172")
    world.run()
    assert states(world, reference) == dict.fromkeys(OWN, "closed")


def test_without_a_reason_nothing_is_asked(world):
    """999 needs words: the request is refused at the door, and may be made again."""
    reference = lodged(world, "SILENT-0001")
    with pytest.raises(Refused, match=r"cn\.change-words"):
        world.report(reference, "invalidation-asked", "CN008001")
    assert states(world, reference) == {"cn-export": "planned", "cn-exit": "lodged"}
    world.report(reference, "invalidation-asked", "CN008001", text="buyer cancelled")
    world.run()
    assert states(world, reference)["cn-exit"] == "invalidated"


def test_goods_that_stand_in_the_yard_are_reported_to_the_office_of_departure(world):
    reference = lodged(world)
    world.report(reference, "yard-reached", "CN008001", place="CQ-YARD-3")
    world.run()
    assert "MT3402" in told(world, reference)
    assert world.messages(reference)["CN008001", "MT3402"].state == "acknowledged"
