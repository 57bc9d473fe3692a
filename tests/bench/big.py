"""Big declarations: the shipped one with its goods items repeated, consistent in every sum.

The more items, the lighter each: together they stay what the shipped truck may carry.
"""

from decimal import Decimal

from gateway.markup import safe, tree
from tests.world import SHIPPED

HOUSE_ITEMS_MAX = 999
LOAD = Decimal(20_000)  # kg

ITEM = "d:Consignment/d:HouseConsignment/d:GoodsItem"


def declaration(items: int) -> bytes:
    """Return the shipped declaration with that many goods items and fitting totals."""
    root = safe.parse(SHIPPED.read_bytes(), safe.Limits())
    shipped = tree.elements(root, ITEM)
    house = shipped[0].getparent()
    for one in shipped:
        house.remove(one)
    for one in shipped:
        _lighten(one, LOAD / items)
    _fill(house, shipped, items)
    goods = tree.elements(root, ITEM)
    _set(root, "d:Consignment/d:GrossMassMeasure", _sum(goods, "d:GrossMassMeasure"))
    _set(root, "d:Consignment/d:NetMassMeasure", _sum(goods, "d:NetMassMeasure"))
    _set(root, "d:Consignment/d:TotalPackageQuantity", _sum(goods, "d:Packaging/d:Quantity"))
    _set(root, "d:Consignment/d:Invoice/d:Amount", _sum(goods, "d:ValueAmount"))
    for one in tree.elements(root, "d:Consignment/d:Document/d:ItemNumeric"):
        if int(one.text or "0") > items:
            one.getparent().remove(one)
    return tree.serialise(root)


def _lighten(item: tree.Element, most: Decimal) -> None:
    """Let one item weigh at most so many kg, in its masses and in quantities that are masses."""
    if Decimal(tree.text(item, "d:GrossMassMeasure")) > most:
        _set(item, "d:GrossMassMeasure", f"{most:.2f}")
        _set(item, "d:NetMassMeasure | d:Quantity[@unit = 'KGM']", f"{most / 2:.2f}")


def _fill(house: tree.Element, shipped: list[tree.Element], items: int) -> None:
    """Append the items, numbered within their house consignment and through the declaration."""
    consignment = house.getparent()
    for number in range(1, items + 1):
        if number > 1 and number % HOUSE_ITEMS_MAX == 1:
            house = _next_house(house)
            consignment.append(house)
        twin = tree.copied(shipped[(number - 1) % len(shipped)])
        inside = (number - 1) % HOUSE_ITEMS_MAX + 1
        tree.elements(twin, "d:SequenceNumeric")[0].text = str(inside)
        tree.elements(twin, "d:DeclarationItemNumeric")[0].text = str(number)
        if number > len(shipped):  # the certificate of origin lists the shipped items only
            for one in tree.elements(twin, "d:Origin/d:PreferenceCode"):
                one.getparent().remove(one)
        house.append(twin)


def _next_house(house: tree.Element) -> tree.Element:
    number = int(tree.text(house, "d:SequenceNumeric")) + 1
    return tree.build(
        tree.DECLARATION,
        "HouseConsignment",
        children=[tree.build(tree.DECLARATION, "SequenceNumeric", content=str(number))],
    )


def _sum(goods: list[tree.Element], path: str) -> str:
    numbers = [Decimal(tree.text(one, ".")) for item in goods for one in tree.elements(item, path)]
    return format(sum(numbers, Decimal(0)), "f")


def _set(root: tree.Element, path: str, text: str) -> None:
    for one in tree.elements(root, path):
        one.text = text
