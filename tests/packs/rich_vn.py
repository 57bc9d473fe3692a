"""Changes of the shipped declarations that fill every part of Viet Nam's messages, or none."""

from gateway.markup import safe, tree
from tests.packs.edits import Edit, removed, replaced
from tests.packs.prepared_vn import FIRST_ITEM, ITEM, in_houses

EQUIPMENT = "d:Trip/d:TransportEquipment"
PARTY = "d:Party[@role='{}']"
DESCRIPTION = f"{ITEM}/d:Commodity/d:Description"


def every(*edits: Edit) -> Edit:
    """Return an edit that makes them all, in order."""

    def edit(root: tree.Element) -> None:
        for one in edits:
            one(root)

    return edit


def grown(path: str, content: str, *, before: bool = False) -> Edit:
    """Return an edit that puts elements, given as text, after (before) the first at ``path``."""

    def edit(root: tree.Element) -> None:
        place = tree.elements(root, path)[0]
        wrapped = f'<a xmlns="{tree.DECLARATION}">{content}</a>'
        for node in (
            safe.parse(wrapped.encode()) if before else reversed(safe.parse(wrapped.encode()))
        ):
            (place.addprevious if before else place.addnext)(node)

    return edit


def renamed_party(role: str, other: str) -> Edit:
    """Return an edit after which the party plays another role."""

    def edit(root: tree.Element) -> None:
        tree.elements(root, PARTY.format(role))[0].set("role", other)

    return edit


def seals(*numbers: str) -> str:
    """Return seals as text."""
    return "".join(
        f"<Seal><SequenceNumeric>{place}</SequenceNumeric><ID>{number}</ID></Seal>"
        for place, number in enumerate(numbers, start=1)
    )


def driver(name: str, book: str, border: str = "") -> str:
    """Return a driver as text."""
    more = f'<ID scheme="BORDERPASS">{border}</ID>' if border else ""
    return (
        f'<Driver><Name lang="vi">{name}</Name><ID scheme="PASSPORT">{book}</ID>{more}'
        "<NationalityCode>VN</NationalityCode></Driver>"
    )


GUARANTEE = (
    "<Guarantee><SequenceNumeric>1</SequenceNumeric><TypeCode>1</TypeCode>"
    "<OtherReferenceID>BL-2026-00731</OtherReferenceID></Guarantee>"
)

two_containers = every(
    grown(
        EQUIPMENT,
        "<TransportEquipment><SequenceNumeric>2</SequenceNumeric><ID>CSQU3054383</ID>"
        "<TypeCode>RT</TypeCode><FullnessCode>empty</FullnessCode>"
        f"{seals('NN5500121')}</TransportEquipment>",
    ),
    grown(
        f"{EQUIPMENT}[1]/d:Seal[2]",
        seals("", "", "CQ8801173", "CQ8801174", "CQ8801175", "CQ8801176")
        .partition("</Seal>")[2]
        .partition("</Seal>")[2],
    ),
)
"""The first has six seals; with two, those reported at departure stand for neither."""

five_drivers = grown(
    "d:Trip/d:Leg/d:Driver[last()]",
    driver("PHẠM VĂN ĐỨC", "C1110001", "BP450018")
    + driver("LÊ VĂN TÁM", "C1110002")
    + driver("VŨ THỊ HOA", "C1110003"),
)

rich = every(
    grown("d:Party[1]", GUARANTEE, before=True),
    in_houses(3),
    grown("d:Consignment/d:HouseConsignment[2]/d:SequenceNumeric", "<UCR>CQ20261123000117-B</UCR>"),
    two_containers,
    five_drivers,
    grown(
        "d:Consignment/d:TransportContract",
        "<TransportContract><ID>NY2611230118</ID></TransportContract>",
    ),
    replaced(f"{PARTY.format('importer')}/d:ID", "0800901187-001"),
)
"""Guarantee, three houses, two containers, six seals, five drivers, two bills, a branch."""

poor = every(
    renamed_party("importer", "consignee"),
    renamed_party("exporter", "consignor"),
    replaced("d:Party[@role='consignee']/d:ID", "0800901187"),
    removed("d:Party[@role='consignee']/d:Contact"),
    removed("d:Party[@role='consignee']/d:Address/d:Line"),
    removed("d:Party[@role='consignee']/d:Address/d:PostcodeID"),
    removed("d:Party[@role='consignee']/d:Name[@lang='vi']"),
    removed(f"{PARTY.format('carrier')}/d:Name[@lang != 'zh']"),
    removed("d:Consignment/d:TransportContract"),
    removed("d:Consignment/d:Invoice"),
    removed("d:Consignment/d:TradeTerms"),
    removed(f"{EQUIPMENT}/d:ID"),
    removed(f"{EQUIPMENT}/d:FullnessCode"),
    removed(f"{DESCRIPTION}[@lang='vi']"),
    removed(f"{FIRST_ITEM}/d:Commodity/d:Description[@lang='en']"),
    removed(f"{ITEM}/d:Quantity[@country='VN' and @use='second']"),
    removed("d:Trip/d:Leg/d:ModeCode[@system='VN']"),
    removed("d:Trip/d:Leg/d:Vehicle/d:ChassisID"),
    removed("d:Trip/d:Leg/d:Vehicle/d:EngineID"),
    removed("d:Trip/d:Leg/d:Permit/d:ExpiryDate"),
    replaced("d:FunctionalReferenceID", "CQ-2026-000117-SECOND"),
)
"""As little as can be: other parties, names in one language, no papers, codes of Rec. 19."""

rich_north = every(
    two_containers,
    five_drivers,
    replaced("d:Party[@role='exporter']/d:ID", "0800123441-002"),
    grown(
        "d:Party[@role='importer']",
        '<Party role="consignee"><Name lang="en">Yuzhong Cold Store</Name><Address>'
        "<CityName>Chongqing</CityName><CountryCode>CN</CountryCode></Address></Party>",
    ),
)
"""Two containers, six seals, five drivers, a branch as exporter, another consignee than buyer."""

poor_north = every(
    renamed_party("exporter", "consignor"),
    removed("d:Party[@role='consignor']/d:Contact"),
    removed("d:Party[@role='consignor']/d:Address/d:PostcodeID"),
    removed("d:Party[@role='importer']/d:Address/d:Line"),
    removed("d:Consignment/d:TransportContract"),
    removed("d:Consignment/d:UCR"),
    removed("d:Consignment/d:Invoice"),
    removed(f"{EQUIPMENT}/d:ID"),
    removed("d:Itinerary/d:Office[d:RoleCode='exit']/d:ExpectedDateTime"),
    removed("d:Trip/d:Leg/d:ModeCode[@system='VN']"),
)
"""As little as can be: other roles, no papers, no numbers but those of the declaration itself."""

train_without_numbers = every(
    removed("d:Trip/d:Leg/d:Vehicle"),
    removed(EQUIPMENT),
    removed("d:Consignment/d:TransportContract"),
)
"""A train of which neither locomotive, wagon nor container is named."""

by_road = every(
    replaced("d:Trip/d:Leg/d:ModeCode[@system='UNECE']", "3"),
    replaced("d:Trip/d:Leg/d:ModeCode[@system='VN']", "31"),
)


def stops(before: str, count: int) -> Edit:
    """Return an edit that puts offices of Viet Nam on the way, before the one with that role."""
    codes = ("VN0018A3", "VN0001SI", "VN0003PL", "VN00X004")[:count]
    offices = "".join(
        f"<Office><SequenceNumeric>9{place}</SequenceNumeric><ID>{code}</ID><RoleCode>transit</RoleCode>"
        f"<ExpectedDateTime>2026-11-25T{14 + place}:00:00+07:00</ExpectedDateTime></Office>"
        for place, code in enumerate(codes)
    )
    return grown(f"d:Itinerary/d:Office[d:RoleCode='{before}']", offices, before=True)
