"""Faults planted into WCO declarations: one named edit each, and the code that must refuse it."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.markup import tree

WCO = "{urn:wco:datamodel:WCO:DEC-DMS:2}"
ITEM = f"{WCO}GoodsShipment/{WCO}GovernmentAgencyGoodsItem"

Edit = Callable[[tree.Element], bool]
"""Changes a Declaration; False when there is nothing in it to change."""


@dataclass(frozen=True)
class Fault:
    name: str
    edit: Edit
    code: str


def path(*names: str) -> str:
    return "/".join(f"{WCO}{name}" for name in names)


def written(where: str, text: str) -> Edit:
    """Write ``text`` into the first element at ``where``."""

    def edit(root: tree.Element) -> bool:
        found = root.find(where)
        if found is not None:
            found.text = text
        return found is not None

    return edit


def increased(where: str) -> Edit:
    """Make a whole number one greater."""

    def edit(root: tree.Element) -> bool:
        found = root.find(where)
        if found is None:
            return False
        found.text = str(int(found.text or "0") + 1)
        return True

    return edit


def removed(where: str) -> Edit:
    def edit(root: tree.Element) -> bool:
        found = root.findall(where)
        for one in found:
            above = one.getparent()
            assert above is not None
            above.remove(one)
        return bool(found)

    return edit


def renumbered(root: tree.Element) -> bool:
    """Give the last item a number beyond the count of items."""
    number = root.findall(f"{ITEM}/{WCO}SequenceNumeric")[-1]
    number.text = "9"
    return True


def nowhere(root: tree.Element) -> bool:
    """Leave out where an export goes."""
    if not (root.findtext(f"{WCO}TypeCode") or "").strip().startswith("EX"):
        return False
    return removed(path("GoodsShipment", "Destination"))(root)


def heavier(root: tree.Element) -> bool:
    """Make the first item's net mass ten times its gross mass."""
    measure = root.find(f"{ITEM}/{path('Commodity', 'GoodsMeasure')}")
    gross, net = (
        (None, None)
        if measure is None
        else (measure.find(f"{WCO}{name}") for name in ("GrossMassMeasure", "NetNetWeightMeasure"))
    )
    if gross is None or net is None:
        return False
    net.text = f"{gross.text}0"
    return True


FAULTS = (
    Fault(
        "one package too many", increased(path("TotalPackageQuantity")), "declaration.package-total"
    ),
    Fault("net over gross mass", heavier, "declaration.net-above-gross"),
    Fault("an export to nowhere", nowhere, "wco.destination"),
    Fault(
        "no mass", removed(f"{ITEM}/{path('Commodity', 'GoodsMeasure')}"), "xsd.unexpected-element"
    ),
    Fault("one item too few", increased(path("GoodsItemQuantity")), "intake.not-carried"),
    Fault("a correction", written(path("FunctionCode"), "13"), "intake.not-carried"),
    Fault("a reference too long", written(path("FunctionalReferenceID"), "R" * 23), "xsd.pattern"),
    Fault(
        "an impossible country",
        written(f"{ITEM}/{path('Origin', 'CountryCode')}", "Us"),
        "xsd.pattern",
    ),
    Fault("an item out of number", renumbered, "declaration.item-numbers"),
    Fault(
        "a place without a kind",
        removed(path("GoodsShipment", "Consignment", "GoodsLocation", "TypeCode")),
        "xsd.unexpected-element",
    ),
)
