"""Pre-flight: a verdict for every office on the way, also when another one refuses."""

import pytest

from gateway.domain.finding import Finding, Severity
from gateway.pipeline.verdict import SeenStop, verdicts
from gateway.usecases.submit import preflight
from tests.world import SHIPPED, World, offline_ports

OFFICES = ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ")


@pytest.fixture(scope="module")
def ports():
    return offline_ports()


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """The shipped declaration as its exporter signed it."""
    world = World(tmp_path_factory.mktemp("world"))
    yield world.declaration()
    world.close()


def words(ports, old="", new=""):
    text = SHIPPED.read_text("utf-8")
    assert old in text
    verdict = preflight(ports, text.replace(old, new).encode())
    return verdict, {one.stop.code: one.word.value for one in verdict.offices}


def all_say(word, **others):
    return dict.fromkeys(OFFICES, word) | others


CASES = {
    "as shipped: nobody confirmed what Viet Nam allows six axles to weigh": (
        "",
        "",
        all_say("pass", VN0015BB="unknown"),
    ),
    "an item without the code of Viet Nam: only Hai Duong refuses": (
        '<NationalCode country="VN">85322400</NationalCode>',
        "",
        all_say("pass", VN0015BB="unknown", VN0003PJ="fail"),
    ),
    "no carrier's tax code: only Huu Nghi and Hai Duong refuse": (
        '<ID scheme="MST">0100100008</ID>',
        "",
        all_say("pass", VN0015BB="fail"),
    ),
    "an office that cannot play its role: the others were not asked": (
        "<ID>CN00X001</ID><RoleCode>exit<",
        "<ID>CN00X001</ID><RoleCode>transit<",
        all_say("unknown", CN00X001="fail"),
    ),
    "our own schema refuses: nobody was asked": (
        "<TotalPackageQuantity>124<",
        "<TotalPackageQuantity>many<",
        all_say("unknown"),
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES.keys())
def test_every_office_has_its_word(ports, old, new, expected):
    verdict, found = words(ports, old, new)
    assert found == expected
    assert verdict.valid == ("fail" not in found.values() and verdict.messages != ())


def test_without_a_store_nobody_asks_who_signed(ports, signed):
    assert preflight(ports, signed).valid


def test_what_is_not_even_xml_names_no_office(ports):
    verdict = preflight(ports, b"<Declaration")
    assert (verdict.valid, verdict.offices) == (False, ())


def test_who_refuses_says_with_which_findings(ports):
    verdict, _ = words(ports, '<NationalCode country="VN">85322400</NationalCode>', "")
    (refusing,) = [one for one in verdict.offices if one.word == "fail"]
    assert refusing.findings
    assert set(refusing.findings) <= set(verdict.findings)


STOP = SeenStop(sequence=2, code="XX000001", role="exit", office=None)


def finding(code, severity=Severity.INFORMATION, *, pointer="", offices=("XX000001",)):
    return Finding(code=code, severity=severity, pointer=pointer, offices=offices)


SAYINGS = {
    "nothing, asked": ([], True, "pass"),
    "nothing, not asked": ([], False, "unknown"),
    "a warning": ([finding("a.b", Severity.WARNING)], True, "pass"),
    "an error": ([finding("a.b", Severity.ERROR)], True, "fail"),
    "undecided": ([finding("a.limit-unknown")], True, "unknown"),
    "undecided, as a warning": ([finding("a.limit-unknown", Severity.WARNING)], True, "unknown"),
    "undecided, and an error": (
        [finding("a.limit-unknown"), finding("a.b", Severity.ERROR)],
        True,
        "fail",
    ),
    "somebody else's error": ([finding("a.b", Severity.ERROR, offices=("YY1",))], True, "pass"),
    "an error at its place in the itinerary": (
        [finding("a.b", Severity.ERROR, offices=(), pointer="/Declaration/Itinerary/Office[2]/ID")],
        False,
        "fail",
    ),
    "an error at a place that begins alike": (
        [finding("a.b", Severity.ERROR, offices=(), pointer="/Declaration/Itinerary/Office[21]")],
        False,
        "unknown",
    ),
}


@pytest.mark.parametrize(("findings", "asked", "word"), SAYINGS.values(), ids=SAYINGS.keys())
def test_unknown_is_never_a_pass(findings, asked, word):
    (verdict,) = verdicts([STOP], findings, asked=asked)
    assert verdict.word.value == word
