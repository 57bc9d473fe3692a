"""Prepared documents and answers for the cases of the wco pack, made by the real pipeline.

``python -m tests.packs.prepared_wco`` writes them; the goldens beside them are written by
``tests.packs.regenerate``.
"""

import sys
from pathlib import Path

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.route_offices import RouteOffices
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from gateway.pipeline.intake import Accepted
from gateway.pipeline.project import Addressee, prepare
from tests.interop.taking import AT, taken
from tests.packs.pack_cases import write_files
from tests.world import shipped_packs

FOLDER = schemas_root() / "packs" / "wco"
OWN = Path(__file__).resolve().parents[1] / "interop" / "own" / "wco.xml"
ROUTE = RouteOffices(
    name="wco-neutral", stops=(("XW00X001", "departure"), ("XW00X002", "destination"))
)
MESSAGE = "msg_0197a1b2c3d4e5f60718293a4b5c6d7e"
GIVEN = {
    "id": "ans_0197a1b2c3d4e5f60718293a4b5c6d7e",
    "message-id": MESSAGE,
    "now": "2026-11-23T09:05:00+00:00",
    "mrn": "26XW4F7KQ2M9TR3WJ7",
}
CODES = {"rcv": "02", "acc": "01", "ctl": "05", "rej": "03", "cle": "09"}

AT_HEATHROW = (
    b"<GoodsLocation><TypeCode>A</TypeCode><QualifierCode>U</QualifierCode><ID>GBLHRLHRANS</ID>"
)
WAREHOUSED = (
    b"<Warehouse><ID>1234567GB</ID><TypeCode>R</TypeCode></Warehouse>"
    b"<GoodsLocation><TypeCode>B</TypeCode><QualifierCode>Y</QualifierCode>"
    b"<AuthorisationID>GBDEP77</AuthorisationID><Address><CountryCode>GB</CountryCode></Address>"
)
OF_ITEM_1 = (
    b"<GoodsReference><SequenceNumeric>1</SequenceNumeric>"
    b"<DeclarationItemNumeric>1</DeclarationItemNumeric></GoodsReference>"
)
BREACHES = {
    "dec": (),
    "dec-otherwise": (
        (b"<MessageTypeCode>EXA</MessageTypeCode>", b""),
        (b"<AdditionalTypeCode>A<", b"<AdditionalTypeCode>D<"),
        (b"10:15:00+08:00", b"10:15:00+05:30"),
        (b'<RoutingCountryCode sequence="1">', b"<RoutingCountryCode>"),
        (AT_HEATHROW, WAREHOUSED),
        (
            b"<HarmonizedSystemCode>611011</HarmonizedSystemCode>",
            b"<CUSCode>0010001-6</CUSCode><HarmonizedSystemCode>611011</HarmonizedSystemCode>",
        ),
        (
            b"<Packaging>",
            b"<ExportCountryCode>FR</ExportCountryCode><Packaging>",
        ),
        (b"</Seal></TransportEquipment>", b"</Seal>" + OF_ITEM_1 + b"</TransportEquipment>"),
    ),
    "dec-packages": ((b"<TotalPackageQuantity>30<", b"<TotalPackageQuantity>31<"),),
    "dec-destination": ((b"<DestinationCountryCode>JP</DestinationCountryCode>", b""),),
    "dec-origins": (
        (b"</Origin>", b"</Origin><Origin><CountryCode>FR</CountryCode></Origin>"),
    ),
    "dec-nobody": (
        (b'<ID scheme="EORI">GB400500600000</ID>', b""),
        (b'<Party role="declarant"><ID scheme="EORI">GB100200300000</ID></Party>', b""),
    ),
}  # fmt: skip
"""Case, and what is changed in the prepared document (which passed our own rules before)."""


def document(
    administration: str = "XW",
    message: str = "DEC",
    stops: tuple[tuple[str, str], ...] = ROUTE.stops,
) -> bytes:
    """Return the prepared document of the own example, dry, for one message of one pack."""
    driver = shipped_packs()
    accepted = taken(driver, OWN.read_bytes(), RouteOffices(name="wco-neutral", stops=stops))
    assert isinstance(accepted, Accepted), accepted
    with driver.slot() as packs:
        pack = packs.by_administration(administration)
        assert pack is not None
        addressee = Addressee(
            pack=pack,
            spec=pack.message(message),
            stop=accepted.subject.itinerary.playing(pack.message(message).role)[-1],
            message=MESSAGE,
            at=AT,
            dry_run=message != "DEC",
        )
        return tree.serialise(prepare(accepted.subject, addressee))


def answers(pack: Pack, prepared: bytes) -> dict[str, bytes]:
    """Return what the simulated office answers, by case."""
    (sent,) = pack.project("DEC", safe.parse(prepared))
    sheet = safe.compile_stylesheet(pack.files, "sandbox/response.xsl")
    return {
        f"answer-{name}": tree.serialise(sheet.apply(safe.parse(sent), code=code, **GIVEN))
        for name, code in CODES.items()
    }


def main() -> int:
    """Write every input of the cases; their expectations are written by hand."""
    with shipped_packs().slot() as packs:
        pack = packs.by_administration("XW")
        assert pack is not None
        prepared = document()
        written = {f"{name}/answer.xml": raw for name, raw in answers(pack, prepared).items()}
    for name, changes in BREACHES.items():
        raw = prepared
        for old, new in changes:
            assert old in raw, (name, old)
            raw = raw.replace(old, new, 1)
        written[f"{name}/prepared.xml"] = raw
    write_files(FOLDER / "cases", written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
