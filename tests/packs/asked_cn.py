"""Documents that China's procedures put their rules to.

``python -m tests.packs.asked_cn`` writes them to ``schemas/packs/cn/cases/asks-*``, where they lie
beside tables of faults that break and keep each rule.
"""

import sys

from gateway.domain.event import EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.markup import tree
from gateway.pipeline import project
from gateway.pipeline.project import Subject
from tests.packs import prepared_cn as south
from tests.packs import prepared_north as north
from tests.packs.pack_cases import write_files


def foreign(root: tree.Element) -> None:
    """Let the vehicles be registered in Viet Nam: their first plate says so."""
    for plate in tree.elements(root, "d:Trip/d:Leg/d:Vehicle/d:Plate[@country='CN']"):
        plate.set("country", "VN")
        plate.text = "12C-12345"


def at_office(told: Subject, role: OfficeRole) -> tree.Element:
    """Return the prepared document as the office with that role asks about it."""
    at = told.movement.happened[-1].at
    document = project._around(told.root, project._circumstances(told, at))
    for name, value in project._stop_attributes(told.itinerary.playing(role)[0], at):
        document[0].set(name, value)
    return tree.copied(document)  # the declaration inside is shared with the subject


def documents() -> dict[str, tree.Element]:
    """Return the document of every case that asks."""
    out = south.subject(south.example())
    home = north.subject(north.edited(), EventKind.SUBMITTED, numbers=False)
    visiting = north.subject(north.edited(foreign), EventKind.SUBMITTED, numbers=False)
    return {
        "asks-cn-export": at_office(out, OfficeRole.DEPARTURE),
        "asks-cn-exit": at_office(out, OfficeRole.EXIT),
        "asks-cn-entry": at_office(home, OfficeRole.ENTRY),
        "asks-cn-entry-foreign": at_office(visiting, OfficeRole.ENTRY),
        "asks-cn-import": at_office(home, OfficeRole.DESTINATION),
    }


def main() -> int:
    """Write the inputs; what must be found in them is written by hand."""
    found = {f"{name}/prepared.xml": tree.serialise(one) for name, one in documents().items()}
    write_files(south.FOLDER / "cases", found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
