"""What an office would refuse in a message is shown in the declaration: place, line, office."""

import pytest

from gateway.usecases.submit import preflight
from tests.world import SHIPPED, World

SHIPPED_TEXT = SHIPPED.read_text("utf-8")
CODE = '<NationalCode country="VN">85332100</NationalCode>'
ITEM = "/Declaration/Consignment/HouseConsignment/GoodsItem[2]"

FAULTS = {
    "a line of a fixed-width job is a goods item": (
        (CODE, ""),
        ("vn.tariff-code", "VN0003PJ", ITEM, "<GoodsItem>"),
    ),
    "a line of a declaration is a goods item": (
        (
            'country="CN" use="declared" unit="MIL">25000',
            'country="CN" use="declared" unit="ZZZ">25000',
        ),
        ("cn.dec-unit", "CN008001", ITEM, "<GoodsItem>"),
    ),
    "a consignment of a manifest is the consignment": (
        ("<TransportContract><ID>NY2611230117</ID></TransportContract>", ""),
        ("cn.manifest-contract", "CN00X001", "/Declaration/Consignment", "<Consignment>"),
    ),
    "the whole message is the whole declaration": (
        (' <ID scheme="MST">0100100008</ID>', ""),
        ("vn.transporter-missing", "VN0015BB", "/Declaration", "<Declaration "),
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("led-back"))
    yield world
    world.close()


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_the_finding_leads_into_the_declaration(world, fault, expected):
    code, office, pointer, line = expected
    assert fault[0] in SHIPPED_TEXT
    text = SHIPPED_TEXT.replace(*fault)
    found = preflight(world.ports, text.encode()).findings
    finding = next(one for one in found if one.code == code)
    assert finding.offices == (office,)
    assert finding.pointer == pointer
    assert line in text.splitlines()[finding.line - 1]
