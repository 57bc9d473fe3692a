"""Prepared documents and answers for the cases of the wco pack, made by the real pipeline.

``python -m tests.packs.prepared_wco`` writes them; the goldens beside them are written by
``tests.packs.regenerate``.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.route_offices import RouteOffices
from gateway.domain.trust import Trust
from gateway.markup import safe, tree
from gateway.packs.pack import Pack
from gateway.pipeline.intake import Accepted, Basis, intake
from gateway.pipeline.project import Addressee, prepare
from tests.world import shipped_packs

FOLDER = schemas_root() / "packs" / "wco"
OWN = Path(__file__).resolve().parents[1] / "interop" / "own" / "wco.xml"
AT = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
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

BREACHES = {
    "dec": (),
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
    numbers = iter(range(1, 100))
    with driver.slot() as packs:
        basis = Basis(
            at=AT,
            tenant="tnt_test",
            trust=Trust(),
            packs=packs,
            offices=driver.offices(),
            links=None,
            new_id=lambda prefix: f"{prefix}_{next(numbers):032x}",
            random="4F7KQ2M9XTBN",
            accepts_unsigned_foreign=True,
            route=RouteOffices(name="wco-neutral", stops=stops),
        )
        taken = intake(OWN.read_bytes(), basis)
        assert isinstance(taken, Accepted), taken
        pack = packs.by_administration(administration)
        assert pack is not None
        addressee = Addressee(
            pack=pack,
            spec=pack.message(message),
            stop=taken.subject.itinerary.playing(pack.message(message).role)[-1],
            message=MESSAGE,
            at=AT,
            dry_run=message != "DEC",
        )
        return tree.serialise(prepare(taken.subject, addressee))


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
    for name, raw in written.items():
        path = FOLDER / "cases" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    sys.stdout.write(f"{len(written)} files written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
