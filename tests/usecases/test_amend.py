"""A declaration is replaced before release; who holds it is told, and what was said is kept."""

import pytest

from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import EventKind
from gateway.domain.message import MessageState
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.export import export_movement
from tests.world import TENANT, World

DECLARATION = ("CN008001", "DecMessage")
COPY = ("VN0003PJ", "IDA")
OTHER_GOODS = {
    "片式固定电阻器": "片式精密电阻器",
    "Điện trở cố định dạng chip": "Điện trở chính xác",
}
PLACE = "/Declaration/Consignment/HouseConsignment/GoodsItem[2]/Commodity/Description[1]"


@pytest.fixture
def world(tmp_path):
    """A world in which the exit office keeps its answer to the manifest: nothing is released."""
    world = World(tmp_path)
    world.town.held.add("MT2401")
    yield world
    world.close()


def replace(world, reference, texts, *, key="a1", code="001"):
    new = Amendment(raw=world.declaration(texts=texts), reason=Reason(code=code, text="mistaken"))
    return amend(world.ports, world.exporter, reference, new, idempotency_key=key)


def text_of(world, message):
    return world.store.body(message.unsigned).content.decode()


def amendments(world, reference):
    events = world.store.events(reference)
    return [event for event in events if event.kind is EventKind.AMENDED]


def test_what_waits_is_made_from_the_new_declaration(world):
    reference = world.submit(world.declaration()).movement
    world.run()
    done = replace(world, reference, OTHER_GOODS)
    assert (done.movement, done.repeated) == (reference, False)
    world.town.held.clear()
    world.run()
    told = text_of(world, world.messages(reference)[DECLARATION])
    assert "片式精密电阻器" in told
    assert "片式固定电阻器" not in told


def test_the_event_says_which_version_why_and_where(world):
    reference = world.submit(world.declaration()).movement
    replace(world, reference, OTHER_GOODS)
    (event,) = amendments(world, reference)
    assert event.fact("version") == "2"
    assert event.fact("reason") == "001"
    assert event.office == "CN008001"
    assert event.fact("changed").split()[0] == PLACE


def test_both_versions_are_kept_and_the_log_holds(world):
    reference = world.submit(world.declaration()).movement
    replace(world, reference, OTHER_GOODS)
    world.town.held.clear()
    world.run()
    files = dict(export_movement(world.ports, TENANT, reference))
    assert "片式固定电阻器" in files["declaration/replaced-1/declaration.xml"].decode()
    assert "片式精密电阻器" in files["declaration/declaration.xml"].decode()
    report = verify_log(world.ports)
    assert report.findings == ()


def test_the_same_again_changes_nothing(world):
    reference = world.submit(world.declaration()).movement
    replace(world, reference, OTHER_GOODS)
    assert replace(world, reference, OTHER_GOODS, key="a2").repeated
    assert len(amendments(world, reference)) == 1


def test_the_same_request_again_gets_the_same_answer(world):
    reference = world.submit(world.declaration()).movement
    raw = world.declaration(texts=OTHER_GOODS)
    new = Amendment(raw=raw, reason=Reason())
    first, again = (
        amend(world.ports, world.exporter, reference, new, idempotency_key="a1") for _ in range(2)
    )
    assert (first.repeated, again.repeated) == (False, True)
    with pytest.raises(InConflict) as conflict:
        replace(world, reference, OTHER_GOODS, key="a1")
    assert conflict.value.findings[0].code == "idempotency.other-body"


def test_the_amended_content_is_a_known_declaration(world):
    reference = world.submit(world.declaration()).movement
    replace(world, reference, OTHER_GOODS)
    again = world.submit(world.declaration(texts=OTHER_GOODS), key="k2")
    assert (again.movement, again.repeated) == (reference, True)


REFUSED = {
    "another reference": ({"CQ-2026-000117": "CQ-2026-000118"}, "amend.other-reference"),
    "another plate": ({"桂A8D217": "桂A8D218"}, "amend.other-vehicle"),
    "what an office refuses": (
        {'<NationalCode country="VN">85322400</NationalCode>': ""},
        "vn.tariff-code",
    ),
}


@pytest.mark.parametrize(("texts", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_amendments_change_nothing(world, texts, code):
    reference = world.submit(world.declaration()).movement
    before = world.store.movement(reference)
    with pytest.raises(Refused) as refused:
        replace(world, reference, texts)
    assert code in [finding.code for finding in refused.value.findings]
    assert world.store.movement(reference) == before
    assert amendments(world, reference) == []


def test_nothing_is_replaced_after_release(world):
    world.town.held.clear()
    reference = world.submit(world.declaration()).movement
    world.run()
    with pytest.raises(Refused) as refused:
        replace(world, reference, OTHER_GOODS)
    assert [finding.code for finding in refused.value.findings] == ["amend.already-released"]


def test_what_awaits_a_signature_awaits_it_anew(tmp_path):
    world = World(tmp_path, mandates=("exporter", "broker", "carrier"))
    try:
        world.town.held.add("MT2401")
        reference = world.submit(world.declaration()).movement
        world.run()
        before = world.messages(reference)[COPY]
        assert before.state is MessageState.AWAITING_SIGNATURE
        replace(world, reference, OTHER_GOODS)
        after = world.messages(reference)[COPY]
        assert after.state is MessageState.AWAITING_SIGNATURE
        assert "Điện trở chính xác" in text_of(world, after)
        assert verify_log(world.ports).findings == ()
    finally:
        world.close()
