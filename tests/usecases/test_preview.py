"""Preview: the bytes that will be sent, what assigned-at-sending means, and what is withheld."""

import re
from hashlib import sha256

import pytest

from gateway.domain.errors import NotFound, Refused
from gateway.domain.message import MessageState
from gateway.pipeline.convert import fill_placeholders
from gateway.pipeline.fields import fields
from gateway.usecases.preview import preview
from tests.packs.journeys import OVER_RAIL, RAIL_FIRST
from tests.schemas import mandatory_fields
from tests.usecases import influence
from tests.world import NORTHBOUND, ROUTE, SHIPPED, TENANT, World

# ------------------------------------------------------------------ preview and what is sent


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    worlds = {
        shipped: World(
            tmp_path_factory.mktemp("world"),
            shipped=shipped,
            more={"VN": (*ROUTE["VN"], "VN00X001", "VN0001SI")},
        )
        for shipped in (SHIPPED, NORTHBOUND)
    }
    yield worlds
    for world in worlds.values():
        world.close()


def previewed(world, raw, offices):
    """Return the previews by message type and office, as they stand before submission."""
    found = {}
    for office in offices:
        for one in preview(world.ports, raw, office, tenant=TENANT).messages:
            found[one.message.type, office] = one
    return found


def road(shipped, offices, seal, *texts):
    def walk(worlds):
        world = worlds[shipped]
        raw = world.declaration(texts=dict(texts))
        before = previewed(world, raw, offices)
        world.clock.forward(hours=5)
        reference = world.submit(raw, sha256(raw).hexdigest()).movement
        world.run()
        world.clock.forward(hours=30)
        world.report(reference, "departed", offices[0], seal=seal)
        world.run()
        world.clock.forward(hours=20)
        world.report(reference, "arrived", offices[-1])
        world.run()
        return world, before, reference

    return walk


def transit(name, offices, *replaced):
    def walk(worlds):
        world = worlds[SHIPPED]
        raw = (influence.OWN / f"{name}.xml").read_bytes()
        raw = fill_placeholders(raw, world.clock.now())
        for old, new in replaced:
            raw = raw.replace(old, new)
        before = previewed(world, raw, offices)
        world.clock.forward(hours=20)
        reference = world.submit(raw, sha256(raw).hexdigest()).movement
        world.run()
        if world.store.movement(reference).state == "pre-lodged":
            world.report(reference, "presented", offices[0])
            world.run()
        return world, before, reference

    return walk


SOUTH = ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ")
WALKS = {
    "Chongqing to Hai Duong": road(SHIPPED, SOUTH, "CQ8801172"),
    "Hai Duong to Chongqing": road(NORTHBOUND, SOUTH[::-1], "HD5512034 ES20261124B3"),
    "on by rail to Yen Vien": road(
        SHIPPED,
        ("CN008001", "CN00X001", "VN00X001", "VN0001SI"),
        "CQ8801172",
        ("CQ-2026-000117", "CQ-2026-000118"),
        *OVER_RAIL,
    ),
    "by rail to the border": road(
        NORTHBOUND,
        ("VN0003PJ", "VN00X001", "CN00X001", "CN008001"),
        "HD5512034 ES20261124B3",
        ("HD-2026-000451", "HD-2026-000452"),
        *RAIL_FIRST,
    ),
    "transit, every element": transit("rich", ("XI000081", "XI000142", "GB000246")),
    "transit, pre-lodged": transit("plain", ("GB000246", "XI000081"), (b"Type>A<", b"Type>D<")),
    "transit there and back": transit(
        "plain", ("GB000246", "XI000142", "GB000060"), (b"XI000081", b"GB000060")
    ),
}


@pytest.fixture(scope="module")
def played(worlds):
    """Return a function that plays a walk, once however often it is asked for."""
    done = {}

    def play(name):
        if name not in done:
            done[name] = WALKS[name](worlds)
        return done[name]

    return play


@pytest.mark.parametrize("walk", WALKS)
def test_what_is_sent_is_what_was_previewed_save_what_the_pack_lists(played, walk):
    world, before, reference = played(walk)
    with world.ports.packs.slot() as packs:
        sent = planned(world, packs, reference)
        assert {(one.type, one.office) for one in sent} == set(before)
        for message in sent:
            pack = packs.by_digest(message.pack)
            spec = pack.message(message.type)
            if message.state is MessageState.DROPPED:  # of another mode: nothing was previewed
                assert before[message.type, message.office].parts == ()
                continue
            content = world.store.body(message.unsigned).content
            (part,) = before[message.type, message.office].parts
            assert told(fields(content, pack, spec)) == told(part.fields), message.type
            if not spec.assigned_at_sending:
                assert content == part.content


def planned(world, packs, reference):
    """Return what was owed from the start; what only may happen is told when it did."""
    return [
        one
        for one in world.store.messages(reference)
        if not packs.by_digest(one.pack).message(one.type).occasional
    ]


def told(found):
    return [(one.pointer, one.value) for one in found if not one.assigned]


def test_every_type_of_message_is_held_to_it(worlds, played):
    """The walks above reach every type of the packs on their way that is owed from the start."""
    walked, known = set(), set()
    for name in WALKS:
        played(name)
    for world in worlds.values():
        with world.ports.packs.slot() as packs:
            for record in world.store.movements(TENANT, limit=50):
                walked |= {(one.pack, one.type) for one in planned(world, packs, record.reference)}
                on_the_way = [packs.by_digest(digest) for _, digest in record.packs]
                known |= {
                    (p.digest, spec.type)
                    for p in on_the_way
                    for spec in p.messages
                    if not spec.occasional  # these are projected when their occasion comes
                }
    assert walked == known


# ------------------------------------------------------------------ the view


def test_a_field_says_where_it_comes_from():
    found = preview(influence.ports(), SHIPPED.read_bytes(), "CN00X001", message="MT2401")
    (message,) = found.messages
    by_pointer = {one.pointer: one for one in message.parts[0].fields}
    carrier = by_pointer["/Manifest/Declaration/Carrier/ID"]
    assert (carrier.value, carrier.source) == ("91450000MA5N8P7Q65", "Party/ID (carrier, USCC)")
    assert by_pointer["/Manifest/Head/MessageID"].assigned
    assert not carrier.assigned


def test_a_job_is_shown_by_its_field_names():
    found = preview(influence.ports(), SHIPPED.read_bytes(), "VN0003PJ", message="IDA")
    pointers = {one.pointer: one for one in found.messages[0].parts[0].fields}
    assert pointers["/Job/Field[@name='CHC']"].source == "Itinerary/Office/ID (destination)"
    assert any(re.match(r"/Job/Group\[@name='\w+'\]\[12\]/", one) for one in pointers)


def test_an_invalid_declaration_has_no_preview():
    raw = SHIPPED.read_bytes().replace(b"0800901187", b"0800901188")
    with pytest.raises(Refused) as refused:
        preview(influence.ports(), raw, "VN0003PJ")
    assert [one.code for one in refused.value.findings] == ["declaration.mst-invalid"]


MISSING = {
    "an office that is not on the way": (("GB000060", ""), "preview.not-on-route"),
    "a message of another office": (("CN008001", "IDA"), "preview.not-owed"),
    "a message nobody knows": (("VN0003PJ", "XYZ"), "preview.not-owed"),
}


@pytest.mark.parametrize(("asked", "code"), MISSING.values(), ids=MISSING.keys())
def test_what_would_not_be_owed_is_not_found(asked, code):
    office, message = asked
    with pytest.raises(NotFound) as missing:
        preview(influence.ports(), SHIPPED.read_bytes(), office, message=message)
    assert [one.code for one in missing.value.findings] == [code]


# ------------------------------------------------------------------ what is withheld


def everything():
    return [
        (name, told)
        for name, raw in influence.declarations().items()
        for told in influence.messages(raw)
    ]


EVERYTHING = everything()
LABELS = [f"{name}: {told.type} to {told.addressee.stop.office.code}" for name, told in EVERYTHING]


@pytest.mark.parametrize("told", [told for _, told in EVERYTHING], ids=LABELS)
def test_nothing_withheld_shows_in_any_form(told):
    before = told.contents()
    root = told.subject.root
    values = influence.told_values(told, before)
    for one in influence.withheld(told):
        places = influence.below(root, one.field)
        spoiled = influence.planted(root, places)
        assert told.contents(spoiled) == before, one.field
        for value in influence.distinctive(root, places):
            assert not [one for one in values if value in one], (one.field, value)


def test_every_clause_meets_a_value_somewhere():
    """A field that no declaration of this suite has would be withheld without a proof."""
    met, listed = set(), set()
    for _, told in EVERYTHING:
        for one in told.addressee.spec.withheld:
            listed.add((told.type, one.field))
            if one in influence.withheld(told) and influence.below(told.subject.root, one.field):
                met.add((told.type, one.field))
    unproved = listed - met
    assert {field for _, field in unproved} <= {field for _, field in met}


def test_a_canary_that_is_told_is_seen():
    told = next(told for _, told in EVERYTHING if told.type == "IDA")
    places = influence.below(told.subject.root, "Party (importer)/Name")
    assert told.contents(influence.planted(told.subject.root, places)) != told.contents()


@pytest.mark.parametrize("told", [told for _, told in EVERYTHING], ids=LABELS)
def test_what_is_withheld_is_an_element_of_our_declaration(told):
    known = mandatory_fields.of_declaration()
    for one in told.addressee.spec.withheld:
        assert re.sub(r" \(\w+\)", "", one.field) in known
        assert one.clause
        assert one.text


def test_outside_the_security_area_more_is_withheld_than_inside():
    clauses = {
        told.addressee.stop.office.code: {one.clause for one in influence.withheld(told)}
        for _, told in EVERYTHING
        if told.type in ("CD001C", "CD050C")
    }
    assert "C0812" in clauses["GB000060"]
    assert "C0812" not in clauses["XI000142"]
