"""Faults planted into the accepted transit declarations of the public test pack: one named edit
each, and the code that must refuse it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gateway.markup import safe, tree
from gateway.pipeline.convert import fill_placeholders
from gateway.pipeline.intake import Accepted
from tests.interop import samples
from tests.interop.taking import AT, taken
from tests.world import shipped_packs

FAULTS_MIN = 3


@dataclass(frozen=True)
class Fault:
    name: str
    edit: Callable[[tree.Element], bool]
    code: str


def written(where: str, text: str) -> Callable[[tree.Element], bool]:
    """Write ``text`` into the first element at ``where``; False when there is none."""

    def edit(root: tree.Element) -> bool:
        found = root.find(where)
        if found is not None:
            found.text = text
        return found is not None

    return edit


def added(where: str, name: str) -> Callable[[tree.Element], bool]:
    """Add an element that the format does not know as the first child."""

    def edit(root: tree.Element) -> bool:
        place = root.find(where)
        if place is not None:
            new = tree.build("urn:none", name, content="1")
            place.insert(0, new)
        return place is not None

    return edit


def heavier(root: tree.Element) -> bool:
    """Add a kilogram to the gross mass of the consignment and to nothing else."""
    mass = root.find("Consignment/grossMass")
    if mass is None:
        return False
    mass.text = str(float(mass.text or "0") + 1)
    return True


def carnet(root: tree.Element) -> bool:
    """Claim a TIR carnet procedure without a carnet."""
    kind = root.find("TransitOperation/declarationType")
    if kind is None or kind.text == "TIR":
        return False
    kind.text = "TIR"
    return True


FAULTS = (
    Fault("a kilogram too much", heavier, "declaration.gross-mass-items"),
    Fault(
        "an unknown kind",
        written("TransitOperation/declarationType", "T9"),
        "ctc.cl231-declaration-kind",
    ),
    Fault("a carnet that is none", carnet, "ctc.carnet"),
    Fault(
        "an unknown office",
        written("CustomsOfficeOfDestinationDeclared/referenceNumber", "GB999999"),
        "office.unknown",
    ),
    Fault("a reference too long", written("TransitOperation/LRN", "R" * 23), "xsd.pattern"),
    Fault("something extra", added("Consignment", "colour"), "intake.not-carried"),
    Fault(
        "a gap in the items",
        written("Consignment/HouseConsignment/ConsignmentItem/declarationGoodsItemNumber", "77"),
        "declaration.item-numbers",
    ),
)

CASES = [row for row in samples.EXPECTED if samples.declaration(row["name"]).exists()]


@pytest.fixture(scope="module")
def driver():
    return shipped_packs()


@pytest.mark.parametrize("row", CASES, ids=lambda row: row["name"])
def test_planted_faults_are_refused_by_name(row, driver):
    raw = fill_placeholders(samples.declaration(row["name"]).read_bytes(), AT)
    planted = 0
    for fault in FAULTS:
        root = safe.parse_foreign(raw)
        if not fault.edit(root):
            continue
        planted += 1
        result = taken(driver, tree.serialise(root))
        assert not isinstance(result, Accepted), fault.name
        codes = {finding.code for finding in result.findings if finding.refuses}
        assert fault.code in codes, fault.name
    assert planted >= FAULTS_MIN
