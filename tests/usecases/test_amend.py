"""A declaration is replaced before release; who holds it is told, and what was said is kept."""

from base64 import b64decode, b64encode
from contextlib import closing, nullcontext

import pytest

from gateway.domain.errors import InConflict, Refused
from gateway.domain.event import EventKind
from gateway.domain.message import MessageState
from gateway.markup import signature
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.export import export_movement
from tests.markup.keys import signed_exclusively
from tests.world import ROUTE, TENANT, World

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


@pytest.mark.parametrize(
    ("version", "goods"),
    [
        pytest.param(0, "片式固定电阻器", id="another stands by now"),
        pytest.param(1, "片式精密电阻器", id="it still stands"),
    ],
)
def test_only_the_declaration_that_it_was_made_from_is_replaced(world, version, goods):
    reference = world.submit(world.declaration()).movement
    made_from = [world.store.movement(reference).declaration]
    replace(world, reference, OTHER_VEHICLE)
    made_from.append(world.store.movement(reference).declaration)
    new = Amendment(
        raw=world.declaration(texts=OTHER_GOODS), reason=Reason(), replacing=made_from[version]
    )
    stood = world.store.movement(reference)
    with pytest.raises(InConflict) if version == 0 else nullcontext() as conflict:
        amend(world.ports, world.exporter, reference, new, idempotency_key="a2")
    if conflict is not None:
        assert [one.code for one in conflict.value.findings] == ["movement.busy"]
        assert world.store.movement(reference) == stood
    text = world.store.body(world.store.movement(reference).declaration).content.decode()
    assert goods in text


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
    signed_afresh = replace(world, reference, OTHER_GOODS, key="a1")
    assert (signed_afresh.movement, signed_afresh.repeated) == (reference, True)
    assert len(amendments(world, reference)) == 1
    with pytest.raises(InConflict) as conflict:
        replace(world, reference, {}, key="a1")
    assert conflict.value.findings[0].code == "idempotency.other-body"


def test_the_amended_content_is_a_known_declaration(world):
    reference = world.submit(world.declaration()).movement
    replace(world, reference, OTHER_GOODS)
    again = world.submit(world.declaration(texts=OTHER_GOODS), key="k2")
    assert (again.movement, again.repeated) == (reference, True)


def _with_other_s(raw):
    """The same ECDSA signature as whoever holds no key can write it: (r, n - s)."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, _, rest = raw.partition(b"<ds:SignatureValue>")
    value, _, tail = rest.partition(b"</ds:SignatureValue>")
    pair = b64decode(value)
    other = pair[:32] + (order - int.from_bytes(pair[32:])).to_bytes(32)
    return b"".join((head, b"<ds:SignatureValue>", b64encode(other), b"</ds:SignatureValue>", tail))


REPLAYED = {
    "byte for byte": lambda raw: raw,
    "with white space behind it": lambda raw: raw + b"\n",
    "with white space in the value": lambda raw: raw.replace(
        b"</ds:SignatureValue>", b"\n</ds:SignatureValue>"
    ),
    "with s written the other way": _with_other_s,
}


@pytest.mark.parametrize("again", REPLAYED.values(), ids=REPLAYED)
def test_a_version_that_was_replaced_needs_a_new_signature(world, again):
    raw = world.declaration()
    reference = world.submit(raw).movement
    replace(world, reference, OTHER_GOODS)
    new = Amendment(raw=again(raw), reason=Reason())
    with pytest.raises(Refused) as refused:
        amend(world.ports, world.exporter, reference, new, idempotency_key="a2")
    assert [one.code for one in refused.value.findings] == ["amend.signature-used"]
    assert len(amendments(world, reference)) == 1
    assert not replace(world, reference, {}, key="a3").repeated
    assert len(amendments(world, reference)) == 2


def test_a_namespace_that_nobody_signed_is_no_amendment(world):
    signer, at = world.keys.signer("exporter"), world.clock.now()
    raw = signed_exclusively(world.shipped.read_bytes(), signer, at)
    reference = world.submit(raw).movement
    passed_on = raw.replace(b" xmlns", b' xmlns:more="urn:more" xmlns', 1)
    new = Amendment(raw=passed_on, reason=Reason())
    assert amend(world.ports, world.exporter, reference, new, idempotency_key="a1").repeated
    assert amendments(world, reference) == []


def test_two_new_versions_before_the_first_is_taken_bring_one_correction(world):
    reference = world.submit(world.declaration()).movement
    replace(world, reference, OTHER_GOODS)
    last = {"Fixed chip resistors": "Precision chip resistors", **OTHER_GOODS}
    replace(world, reference, last, key="a2")
    world.town.held.clear()
    world.run()
    changes = [one for one in world.store.messages(reference) if one.type == "MT2401-5"]
    assert [one.state for one in changes] == [MessageState.ACKNOWLEDGED]
    assert "片式精密电阻器" in text_of(world, changes[0])


def test_what_was_taken_back_is_not_corrected_any_more(world):
    """The acceptance for which the correction waits comes after the withdrawal was granted."""
    world.town.held = {"DecMessage"}
    reference = world.submit(world.declaration()).movement
    world.run()
    replace(world, reference, OTHER_GOODS)
    world.report(reference, "invalidation-asked", "CN008001", reason="003", text="buyer left")
    world.run()
    world.town.held.clear()
    world.run()
    notice = world.messages(reference)["CN008001", "AmendmentNotice"]
    assert (notice.state, notice.place) == (MessageState.DROPPED, None)


REFUSED = {
    "another reference": ({"CQ-2026-000117": "CQ-2026-000118"}, "amend.other-reference"),
    "another declarant": (
        {"91500000MA5U7K2X1Q": "91500105MA60AB3C4H"},
        "signature.not-the-declarant",
    ),
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


def test_nobody_else_declares_anew_what_a_declarant_declared(world):
    """Another enterprise of the same forwarder, who signs for itself as it may."""
    reference = world.submit(world.declaration()).movement
    text = world.shipped.read_text("utf-8").replace("91500000MA5U7K2X1Q", "91500105MA60AB3C4H")
    raw = signature.sign(text.encode(), world.keys.signer("broker"), world.clock.now())
    with pytest.raises(Refused) as refused:
        amend(
            world.ports,
            world.exporter,
            reference,
            Amendment(raw=raw, reason=Reason(code="001")),
            idempotency_key="a1",
        )
    assert "amend.other-declarant" in [one.code for one in refused.value.findings]
    assert amendments(world, reference) == []


def test_what_an_amendment_leaves_unsaid_keeps_nobody_waiting(tmp_path):
    """Nothing is amended after release, so nothing declares what such an amendment registered."""
    with closing(World(tmp_path)) as world:
        reference = world.submit(world.declaration()).movement
        replace(world, reference, OTHER_GOODS)
        world.run()
        world.report(reference, "departed", "CN008001", seal="CQ8801172")
        world.run()
        world.report(reference, "arrived", "VN0003PJ")
        world.run()
        assert world.store.movement(reference).state == "completed"
        ends = {one.type: one.state.value for one in world.store.messages(reference)}
        assert (ends["AMA"], ends["AMC"]) == ("dropped", "dropped")
        assert set(ends.values()) == {"acknowledged", "dropped"}


def test_nothing_is_replaced_after_release(world):
    world.town.held.clear()
    reference = world.submit(world.declaration()).movement
    world.run()
    with pytest.raises(Refused) as refused:
        replace(world, reference, OTHER_GOODS)
    assert [finding.code for finding in refused.value.findings] == ["amend.already-released"]


# ------------------------------------------------------------------ another vehicle, another way

OTHER_VEHICLE = {"桂A8D217": "桂A8D218", "12H-01734": "12H-01735", "CQ8801172": "CQ8801190"}
OTHER_GATES = {"CN00X001": "CN007208", "VN0015BB": "VN00X002"}


@pytest.fixture
def wide(tmp_path):
    """A world with links to a second pair of gates; goods released at departure."""
    more = {
        country: (*ROUTE[country], new)
        for country, new in zip(ROUTE, OTHER_GATES.values(), strict=True)
    }
    world = World(tmp_path, more=more)
    world.reference = world.submit(world.declaration()).movement
    world.run()
    yield world
    world.close()


def kinds(world):
    return [event.kind for event in world.store.events(world.reference)]


def test_another_tractor_after_release_is_a_substitution(wide):
    replace(wide, wide.reference, OTHER_VEHICLE)
    assert EventKind.SUBSTITUTED in kinds(wide)
    assert EventKind.AMENDED not in kinds(wide)
    (trip,) = wide.store.trips_of(wide.reference)
    assert ("CN", "桂A8D218") in trip.plates
    assert "CQ8801190" in trip.seals
    found = {
        plate: [one.reference for one in wide.store.movements(TENANT, plate=plate)]
        for plate in ("桂A8D217", "桂A8D218")
    }
    assert found == {"桂A8D217": [], "桂A8D218": [wide.reference]}
    wide.report(wide.reference, "departed", "CN008001")
    wide.run()
    assert "桂A8D218" in text_of(wide, wide.messages(wide.reference)["CN00X001", "MT4402"])
    assert "桂A8D218" in text_of(wide, wide.messages(wide.reference)["VN0015BB", "TIR"])


def test_offices_of_another_way_get_everything_and_those_left_out_nothing_more(wide):
    wide.town.held.add("MT4402")
    wide.report(wide.reference, "departed", "CN008001")
    wide.run()
    replace(wide, wide.reference, OTHER_GATES)
    assert EventKind.DIVERTED in kinds(wide)
    messages = wide.messages(wide.reference)
    assert messages["VN0015BB", "TIR"].state is MessageState.DROPPED
    assert messages["VN00X002", "TIR"].state is MessageState.WAITING
    wide.run()
    journal = [line["type"] for line in wide.town.systems["lnk_cn007208"].requests()]
    assert journal == ["MT2401", "MT4402"]
    wide.town.held.clear()
    wide.town.answers = [a for a in wide.town.answers if a.taken.envelope.office != "CN00X001"]
    wide.run()
    wide.report(wide.reference, "arrived", "VN0003PJ")
    wide.run()
    assert wide.procedures(wide.reference) == dict.fromkeys(
        ("cn-export", "cn-exit", "vn-transport", "vn-import"), "closed"
    )
    assert wide.store.movement(wide.reference).state == "completed"
    assert verify_log(wide.ports).findings == ()


def test_what_the_goods_have_passed_stays_on_the_way(wide):
    wide.report(wide.reference, "departed", "CN008001")
    wide.run()
    with pytest.raises(Refused) as refused:
        replace(wide, wide.reference, OTHER_GATES)
    found = {(one.code, one.value) for one in refused.value.findings}
    assert {("amend.passed-office", office) for office in OTHER_GATES} <= found


def test_nothing_is_replaced_after_arrival(wide):
    wide.report(wide.reference, "departed", "CN008001")
    wide.run()
    wide.report(wide.reference, "arrived", "VN0003PJ")
    with pytest.raises(Refused) as refused:
        replace(wide, wide.reference, OTHER_VEHICLE)
    assert [one.code for one in refused.value.findings] == ["amend.already-arrived"]


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
