"""Faults of cases: each planted by itself, and what is said when it comes out otherwise."""

import pytest

from gateway.packs.cases import read_case, run_case
from tests.packs import prepared_cn
from tests.packs.pack_cases import compiled

FOLDER = prepared_cn.FOLDER / "cases"
YARD = 'y = "urn:Declaration:datamodel:standard:CN:MT3402:1"'


@pytest.fixture(scope="module")
def pack():
    return compiled(prepared_cn.FOLDER)


def ran(pack, name: str, *faults: str) -> list[tuple[str, str]]:
    """Run a shipped case with these faults; return codes of findings and the codes they name."""
    files = {one.name: one.read_bytes() for one in (FOLDER / name).iterdir()}
    kept = files["expect.toml"].decode().partition("\n[namespaces]")[0].partition("\n[[fault]]")[0]
    spelled = "".join(f"\n[[fault]]\n{one}\n" for one in faults)
    files["expect.toml"] = f"{kept}\n[namespaces]\n{YARD}\n{spelled}".encode()
    told = run_case(pack, read_case(name, files)).findings
    return [
        (one.code, dict(one.args).get("codes") or dict(one.args).get("raised", "")) for one in told
    ]


def raises(code: str) -> str:
    return f'must_raise = ["{code}"]'


COMES_OUT = {
    "nothing planted": [],
    "a text of the message": [
        'at = "//y:Declaration/y:ID"\nvalue = ""\nmust_raise = ["cn.yard-batch"]'
    ],
    "an element taken out": [
        'at = "//y:TransportEquipment"\ndone = "removed"\nmust_not_raise = ["cn.yard-container"]'
    ],
    "an attribute of what it is made from": [
        'at = "//p:Totals/@packages"\nvalue = "0"\nin = "prepared"\n' + raises("cn.yard-packages")
    ],
    "an attribute taken out": [
        'at = "//@unitCode"\ndone = "removed"\nmust_raise = ["xsd.missing-attribute"]'
    ],
    "one after the other, not together": [
        'at = "//y:Declaration/y:ID"\nvalue = ""\nmust_raise = ["cn.yard-batch"]',
        'at = "//y:TotalPackageQuantity"\nvalue = "1"',
    ],
}


@pytest.mark.parametrize("name", COMES_OUT)
def test_a_fault_comes_out_as_expected(pack, name):
    assert ran(pack, "mt3402", *COMES_OUT[name]) == []


OTHERWISE = {
    "nobody finds it": (
        'at = "//y:Declaration/y:ID"\nvalue = "B-1"\nmust_raise = ["cn.yard-batch"]',
        ("case.not-raised", "cn.yard-batch"),
    ),
    "something else is found": (
        'at = "//y:Declaration/y:ID"\nvalue = ""',
        ("case.unexpected", "cn.yard-batch"),
    ),
    "it must not be found": (
        'at = "//y:Declaration/y:ID"\nvalue = ""\nmust_not_raise = ["cn.yard-batch"]\n'
        + raises("cn.yard-batch"),
        ("case.raised", "cn.yard-batch"),
    ),
    "the path finds nothing": ('at = "//y:Nothing"\nvalue = ""', ("pack.xpath-broken", "")),
    "the path is none": ('at = "//y:["\nvalue = ""', ("pack.xpath-broken", "")),
    "the root cannot go": ('at = "/*"\ndone = "removed"', ("pack.xpath-broken", "")),
    "a number is no place": ('at = "count(//y:ID)"', ("pack.xpath-broken", "")),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_fault_that_comes_out_otherwise_is_named(pack, name):
    fault, told = OTHERWISE[name]
    assert ran(pack, "mt3402", fault) == [told]


def test_rules_of_a_procedure_are_put_to_the_declaration(pack):
    fault = 'at = "//d:Permit[d:TypeCode=\'GMS\']/d:ExpiryDate"\nvalue = "2026-11-24"'
    assert ran(pack, "asks-cn-exit", fault) == [("case.unexpected", "cn.permit-expired")]
