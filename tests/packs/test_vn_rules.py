"""The rules of the Vietnamese pack, each broken and kept at least once."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gateway.markup import tree
from gateway.packs.codelists import read_codelists
from gateway.packs.pack import Pack
from gateway.packs.rules import compile_rules
from tests.packs import prepared_vn as vn
from tests.packs.pack_cases import compiled


@pytest.fixture(scope="module")
def pack() -> Pack:
    return compiled(vn.FOLDER)


@dataclass(frozen=True)
class Breach:
    """One change to a good message, and the rule it breaks."""

    code: str
    message: str
    change: Callable[[tree.Element], None]


def put(name: str, text: str, group: str = "") -> Callable[[tree.Element], None]:
    """Return a change that writes a field, adding it where it is not."""

    def change(job: tree.Element) -> None:
        node = tree.elements(job, f"j:Group[@name='{group}']")[0] if group else job
        found = tree.elements(node, f"j:Field[@name='{name}']")
        if not found:
            added = tree.build(tree.JOB, "Field", [("name", name)])
            node.insert(0, added)
            found = [added]
        found[0].text = text

    return change


def without(path: str) -> Callable[[tree.Element], None]:
    def change(job: tree.Element) -> None:
        for node in tree.elements(job, path):
            node.getparent().remove(node)

    return change


def again(path: str, times: int) -> Callable[[tree.Element], None]:
    """Return a change after which the first element at ``path`` stands so many times more."""

    def change(job: tree.Element) -> None:
        node = tree.elements(job, path)[0]
        for _ in range(times):
            node.addnext(tree.copied(node))

    return change


BREACHES = (
    Breach("vn.office-code", "OLA", put("CHC", "15B")),
    Breach("vn.office-code", "IDA", put("CHC", "03pj")),
    Breach("vn.office-code", "IDA", put("CHC", "03PJ001")),
    Breach("vn.transport-number", "BOA", put("OLT", "50012345678")),
    Breach("vn.transport-number", "OLC", put("OLT", "5001234567890")),
    Breach("vn.import-number", "IDC", put("ICN", "300123456789")),
    Breach("vn.import-number", "IDC", put("ICN", "10012345678")),
    Breach("vn.day-form", "OLA", put("SDT", "20261325")),
    Breach("vn.day-form", "IDA", put("ARD", "2026-11-25")),
    Breach("vn.day-form", "TIR", put("ADT", "20261100")),
    Breach("vn.hour-form", "OLA", put("EDH", "24")),
    Breach("vn.hour-form", "BIA", put("SDH", "9")),
    Breach("vn.time-form", "TIR", put("AMT", "1260")),
    Breach("vn.time-form", "TIR", put("AMT", "9:30")),
    Breach("vn.seals-at-most-six", "OLA", again("j:Group/j:Field[@name='SEL']", 5)),
    Breach("vn.seals-at-most-six", "TIR", again("j:Group/j:Field[@name='SEL']", 5)),
    Breach("vn.container-check-digit", "TIR", put("CNO", "MSKU1234567", "container")),
    Breach("vn.seal-length", "BIA", put("SEL", "CQ88011720000001", "equipment")),
    Breach("vn.country-code", "TIR", put("VCC", "XX")),
    Breach("vn.country-code", "IDA", put("ORG", "CHN", "line")),
    Breach("vn.transporter-missing", "OLA", without("j:Field[@name='TRC']")),
    Breach("vn.transporter-tax-code", "OLA", put("TRC", "0100100009")),
    Breach("vn.transporter-tax-code", "OLA", put("TRC", "12345")),
    Breach("vn.start-after-finish", "OLA", put("SDT", "20261127")),
    Breach("vn.cargo-lines", "OLA", without("j:Group[@name='cargo']")),
    Breach("vn.cargo-lines", "OLA", again("j:Group[@name='cargo']", 5)),
    Breach("vn.places-alike", "OLA", put("ARR", "15BB")),
    Breach("vn.import-export-kind", "OLA", put("IEI", "X")),
    Breach("vn.means-of-transport", "OLA", put("BYA", "30")),
    Breach("vn.heading-four-digits", "OLA", put("HSF", "853", "cargo")),
    Breach("vn.weight-positive", "OLA", put("GWT", "0", "cargo")),
    Breach("vn.weight-unit", "OLA", put("WUT", "MTQ", "cargo")),
    Breach("vn.importer-missing", "IDA", without("j:Field[@name='IMC']")),
    Breach("vn.importer-tax-code", "IDA", put("IMC", "0800901188")),
    Breach("vn.lines-at-most-fifty", "IDA", again("j:Group[@name='line']", 39)),
    Breach("vn.line-values", "IDA", put("TVA", "186400.01")),
    Breach("vn.bills-at-most-five", "IDA", again("j:Field[@name='BIL']", 5)),
    Breach("vn.currencies-differ", "IDA", put("IVC", "CNY")),
    Breach("vn.means-of-transport", "OLA", put("BYA", "3")),
    Breach("vn.import-mode", "IDA", put("MOD", "99")),
    Breach("vn.tariff-code", "IDA", put("HSC", "853224", "line")),
    Breach("vn.tariff-code", "IDA", put("HSC", "8532.24.00", "line")),
    Breach("vn.line-name", "IDA", without("j:Group/j:Field[@name='NAM']")),
    Breach("vn.line-quantity", "IDA", without("j:Group/j:Field[@name='QT1']")),
    Breach("vn.line-quantity", "IDA", put("QT1", "0", "line")),
    Breach("vn.line-origin", "IDA", without("j:Group/j:Field[@name='ORG']")),
    Breach("vn.import-weight-unit", "IDA", put("WUT", "GRM")),
    Breach("vn.quantity-unit", "IDA", put("QU1", "ZZ", "line")),
    Breach("vn.drivers-one-to-five", "TIR", without("j:Group[@name='driver']")),
    Breach("vn.drivers-one-to-five", "TIR", again("j:Group[@name='driver']", 4)),
    Breach("vn.refrigerated-container-type", "TIR", put("CTY", "GP", "container")),
    Breach("vn.vehicle-permit", "TIR", without("j:Field[@name='PER']")),
    Breach("vn.temporary-import-term", "TIR", put("TIT", "20261101")),
    Breach("vn.function-code", "TIR", put("KBN", "0")),
    Breach(
        "vn.driver-document",
        "TIR",
        without("j:Group/j:Field[starts-with(@name, 'D') and contains(@name, 'P')]"),
    ),
    Breach("vn.full-or-empty", "TIR", put("FEI", "X", "container")),
    Breach("vn.arrival-before-start", "BIA", put("EDT", "20261124")),
    Breach("vn.arrival-weight-unit", "BIA", put("WUT", "CTM", "cargo")),
)

ALLOWED = (
    ("an office code with its two more characters", "OLA", put("CHC", "15BB01")),
    ("a branch of a transporter", "OLA", put("TRC", "0100100008001")),
    ("a person's twelve digits as importer", "IDA", put("IMC", "001099012345")),
    ("start and finish in the same hour", "OLA", put("EDT", "20261125")),
    ("a container with its check digit", "TIR", put("CNO", "MSKU1234565", "container")),
    ("a Vietnamese vehicle without a permit", "TIR", put("VCC", "VN")),
    ("rail", "OLA", put("BYA", "25")),
    ("the tariff code with all twelve digits", "IDA", put("HSC", "853224000000", "line")),
    ("a change of an arrival", "TIR", put("KBN", "5")),
    ("a cancelled arrival", "TIR", put("KBN", "1")),
    ("an empty container", "TIR", put("FEI", "E", "container")),
    ("a weight in tonnes", "OLA", put("WUT", "TNE", "cargo")),
    ("an export transport", "OLA", put("IEI", "E")),
)


def broken(pack: Pack, message: str, job: tree.Element) -> set[str]:
    """Return the codes of all rules of a message type that ``job`` breaks."""
    lists = read_codelists(pack.files, "codelists/")
    return {
        finding.code
        for path in pack.message(message).rules
        for finding in compile_rules(pack.files, path, lists).check(job, "vn@test")
    }


@pytest.mark.parametrize("message", vn.SENDINGS)
def test_what_the_shipped_declaration_becomes_breaks_no_rule(pack: Pack, message: str) -> None:
    assert broken(pack, message, vn.job_of(pack, message)) == set()


@pytest.mark.parametrize("breach", BREACHES, ids=lambda one: f"{one.message}-{one.code}")
def test_a_rule_is_broken_by(pack: Pack, breach: Breach) -> None:
    job = vn.job_of(pack, breach.message)

    breach.change(job)

    assert breach.code in broken(pack, breach.message, job)


@pytest.mark.parametrize(("name", "message", "change"), ALLOWED, ids=[one[0] for one in ALLOWED])
def test_the_rules_allow(
    pack: Pack, name: str, message: str, change: Callable[[tree.Element], None]
) -> None:
    job = vn.job_of(pack, message)

    change(job)
    if name == "start and finish in the same hour":
        put("EDH", vn.value(job, "SDH"))(job)

    assert broken(pack, message, job) == set()


def test_every_rule_is_broken_by_some_case(pack: Pack) -> None:
    """Those of the way north are tried in ``test_north``, the number of an export too."""
    paths = {path for message in vn.SENDINGS for path in pack.message(message).rules}
    lists = read_codelists(pack.files, "codelists/")
    codes = {code for path in paths for code in compile_rules(pack.files, path, lists).codes}

    assert {breach.code for breach in BREACHES} == codes - {"vn.export-number"}
