"""Prepared documents and answers for the cases of the asean pack, from the WCO example of our own.

``python -m tests.packs.prepared_asean`` writes them; the goldens beside them are written by
``tests.packs.regenerate``.
"""

import sys

from gateway.adapters.pack_folder import schemas_root
from gateway.markup import safe, tree
from tests.packs import prepared_wco
from tests.packs.pack_cases import write_files
from tests.world import shipped_packs

FOLDER = schemas_root() / "packs" / "asean"
GIVEN = {
    "id": "ans_0197a1b2c3d4e5f60718293a4b5c6d7e",
    "message-id": prepared_wco.MESSAGE,
    "now": "2026-11-23T16:05:00+07:00",
    "mrn": "26LA4F7KQ2M9TR3WJ7",
}
KINDS = ("Recorded", "Arrived", "Cleared", "Refused")
OFFICES = (("XW00X001", "departure"), ("LA00X001", "entry"), ("LA00X002", "destination"))

CHANGES: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    "record": (),
    "record-otherwise": (
        (b"<Name>Kita Trading</Name>", b'<Name>Kita</Name><Name lang="en">Kita Trading</Name>'),
        (b"<Trip>", b'<Trip><Leg><Vehicle><Plate country="VN">29C12345</Plate></Vehicle></Leg>'),
    ),
    "record-no-means": ((b"<ID>CSQU3054383</ID>", b""),),
    "record-no-seal": ((b"<Seal><SequenceNumeric>1</SequenceNumeric><ID>S-77</ID></Seal>", b""),),
    "record-mass": (
        (b'<GrossMassMeasure unit="KGM">20.1<', b'<GrossMassMeasure unit="KGM">20.2<'),
    ),
}
"""Case, and what is changed in the prepared document (which passed our own rules before)."""


def main() -> int:
    """Write every input of the cases; their expectations are written by hand."""
    with shipped_packs().slot() as packs:
        pack = packs.by_administration("LA")
        assert pack is not None
        prepared = prepared_wco.document("LA", "AnticipatedRecord", OFFICES)
        (sent,) = pack.project("AnticipatedRecord", safe.parse(prepared))
        sheet = safe.compile_stylesheet(pack.files, "sandbox/advice.xsl")
        written = {
            f"answer-{kind.lower()}/answer.xml": tree.serialise(
                sheet.apply(safe.parse(sent), kind=kind, **GIVEN)
            )
            for kind in KINDS
        }
    for name, changes in CHANGES.items():
        raw = prepared
        for old, new in changes:
            assert old in raw, (name, old)
            raw = raw.replace(old, new, 1)
        written[f"{name}/prepared.xml"] = raw
    write_files(FOLDER / "cases", written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
