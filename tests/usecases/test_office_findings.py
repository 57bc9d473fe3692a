"""What an office finds wrong is shown where its sender can mend it."""

from hashlib import sha256

import pytest

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.audit.exchange import AnswerHeader, make_answer
from gateway.cli.shapes import movement_shape
from gateway.domain.message import OfficeFinding
from gateway.markup import safe
from gateway.packs import layout
from gateway.packs.field_sources import read_fields, told
from gateway.usecases.receive import receive
from gateway.usecases.timeline import describe_movement, timeline_after
from tests.world import SHIPPED, World

ROOT = safe.parse(SHIPPED.read_bytes())
ITEM = "/Declaration/Consignment/HouseConsignment/GoodsItem"
SOURCES = {
    "Item/Code": "Consignment/HouseConsignment/GoodsItem/Commodity/HarmonizedSystemCode",
    "Agent/ID": "Party/ID (broker, USCC)",
    "HouseConsignment/ConsignmentItem/goods": (
        "Consignment/HouseConsignment/GoodsItem/GrossMassMeasure"
    ),
    "Sum": "Consignment/HouseConsignment/GoodsItem/Packaging/Quantity (sum)",
    "Head/ID": "gateway gives",
    "TRC": "Trip/ID",
}
POINTERS = {
    "an item by its number": (
        "/n:Notice/n:Item[2]/n:Code",
        f"{ITEM}[2]/Commodity/HarmonizedSystemCode",
    ),
    "a party by its role": ("/Notice/Agent/ID", "/Declaration/Party[2]/ID"),
    "the same name keeps its number": (
        "/CC015C/HouseConsignment[1]/ConsignmentItem[3]/goods",
        "/Declaration/Consignment/HouseConsignment[1]/GoodsItem[3]/GrossMassMeasure",
    ),
    "a sum": ("/Notice/Sum", f"{ITEM}/Packaging/Quantity"),
    "a field of a job": ("/j:Job/j:Field[@name = 'TRC']", "/Declaration/Trip/ID"),
    "the bare name of a field": ("TRC", "/Declaration/Trip/ID"),
    "the whole message": ("/CC015C", "/Declaration"),
    "a number instead of a pointer": ("26GB4F7KQ2M9TR3WJ1", ""),
    "what the gateway gives": ("/Notice/Head/ID", ""),
    "what nobody knows": ("/Notice/Other", ""),
    "no pointer": ("", ""),
    "no XPath at all": ("line 5, see manual!", ""),
}


@pytest.mark.parametrize(("pointer", "expected"), POINTERS.values(), ids=POINTERS)
def test_a_pointer_is_led_back(pointer, expected):
    finding = told(OfficeFinding(code="E1", pointer=pointer, text="t"), SOURCES, "x@1", ROOT)
    assert finding.pointer == expected
    assert finding.code == ("office.finding" if expected else "office.finding-unplaced")
    assert dict(finding.args) == {"code": "E1", "text": "t", "field": pointer or "-"}


def test_a_value_the_office_did_not_repeat_is_ours():
    remark = OfficeFinding(code="E1", pointer="/Notice/Item[2]/Code")
    assert told(remark, SOURCES, "x@1", ROOT).value == "853321"
    assert told(remark, SOURCES, "x@1", None).value == ""


def test_a_pack_says_where_its_fields_come_from():
    assert read_fields({"fields.toml": b'[A]\n"B/C" = "Trip/ID"\n'}) == {"A": {"B/C": "Trip/ID"}}
    assert read_fields({}) == {}


@pytest.fixture
def world(tmp_path):
    opened = World(tmp_path)
    yield opened
    opened.close()


def refuse(world, movement):
    """Answer OLA as VNACCS refuses: a code, a field and a text."""
    message = world.messages(movement)["VN0015BB", "OLA"]
    link = message.link
    pack = world.town.systems[link].pack
    job = safe.parse_foreign(
        f"""<Job xmlns="urn:fullroute:job:1" code="OLA" output="REFUSAL" input="{message.id}">
        <Field name="DAY">20261125</Field><Field name="TIM">093000</Field>
        <Group name="result"><Field name="COD">S0001</Field><Field name="FLD">DPR</Field>
        <Field name="TXT">Sai</Field></Group></Job>""".encode()
    )
    body = pack.layouts.body("OLA", "REFUSAL")
    content = layout.encode(job, body, pack.layouts.header)
    header = make_answer(
        AnswerHeader(
            id="ans_refusal",
            link=link,
            office="VN0015BB",
            digest=sha256(content).hexdigest(),
            media_type="text/plain",
            issued=world.clock.now(),
        )
    )
    paper = world.town.systems[link].sealed(header)
    receive(world.ports, world.store.principal(link), link, paper.content, paper.seal, content)


def test_a_refusal_is_shown_however_long_the_log_before_it(world):
    """A link that is away for a day writes an entry a minute."""
    movement = world.submit(world.declaration()).movement
    world.town.held.add("OLA")
    world.run()
    message = world.messages(movement)["CN008001", "DecMessage"]
    writing = register.Writing(world.ports, "default", world.clock.now())
    for attempt in range(600):
        facts = {**register.message_facts(message), "attempt": attempt, "outcome": "unreachable"}
        writing.entry(EntryKind.SENT, movement=movement, link=message.link, facts=facts)
    world.store.commit(writing.change())
    refuse(world, movement)
    assert len(describe_movement(world.ports, "default", movement).findings) == 1


def test_a_refusal_points_into_the_declaration(world):
    movement = world.submit(world.declaration()).movement
    world.town.held.add("OLA")
    world.run()
    refuse(world, movement)
    view = describe_movement(world.ports, "default", movement)
    (finding,) = view.findings
    assert (finding.code, finding.offices) == ("office.finding", ("VN0015BB",))
    assert finding.pointer == "/Declaration/Itinerary/Office[3]/ID"
    assert finding.value == "VN0015BB"
    lines = timeline_after(world.ports, "default", movement)
    assert [line.text for line in lines if line.type == "OLA-refusal"] == [
        "refused: S0001 Sai /Declaration/Itinerary/Office[3]/ID"
    ]
    for language, word in (("en", "S0001"), ("zh", "海关"), ("vi", "Cơ quan")):
        shape = movement_shape(view, language, world.ports.packs.catalogue())
        assert word in shape["findings"][0]["message"]
