"""Cases of WayNotice, the news of goods on their way, in every pack that has it.

``python -m tests.packs.prepared_way`` writes them to ``schemas/packs/*/cases/way-*``; the goldens
beside them are written by ``tests.packs.regenerate``.
"""

import sys
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import Itinerary, OfficeRole, Stop
from gateway.markup import tree
from gateway.packs.pack import Pack
from gateway.pipeline.project import Addressee, Subject, prepare
from tests.packs import prepared_cn, prepared_north, prepared_vn, prepared_vn_gate
from tests.packs.pack_cases import compiled, write_files

SOUTH, NORTH = "south", "north"
EXIT, ENTRY, DESTINATION = OfficeRole.EXIT, OfficeRole.ENTRY, OfficeRole.DESTINATION
RELEASED, DEPARTED, EXITED = EventKind.RELEASED, EventKind.DEPARTED, EventKind.EXITED
Facts = tuple[tuple[str, str], ...]

EXPECTED = (
    "CN00X001=2026-11-25T08:30:00+00:00 VN0015BB=2026-11-25T09:30:00+00:00 "
    "VN00X101=2026-11-25T09:30:00+00:00 VN0003PJ=2026-11-26T02:30:00+00:00 "
    "CN008001=2026-11-27T02:30:00+00:00"
)
LATE: Facts = (("delay", "150"), ("expected", EXPECTED), ("source", "beidou-7"))
WARM: Facts = (("temperature", "9.5"), ("lowest", "2"), ("highest", "8"), ("source", "reefer-7"))
HURT: Facts = (("code", "2"), ("text", "封志断裂，已重新施封"), ("seals", "CN7700031"))
CHANGED: Facts = (
    ("version", "2"),
    ("text", "tractor broke down"),
    ("changed", "/Declaration/Trip"),
)


@dataclass(frozen=True)
class News:
    """What is told to whom: the events come after ``until``, at the office of departure.

    ``left_out``: the way does not lead by the office any more.
    """

    message: str
    way: str
    role: OfficeRole
    events: tuple[tuple[EventKind, Facts], ...] = ()
    until: EventKind = DEPARTED
    left_out: bool = False


TURNED = ((EventKind.TURNED_BACK, (("text", "road closed by flood"),)),)
OTHER_WAY = ((EventKind.DIVERTED, CHANGED),)
SWAPPED = ((EventKind.SUBSTITUTED, CHANGED),)

CASES = {
    "cn": {
        "exit-released": News("WayNotice", SOUTH, EXIT, until=RELEASED),
        "exit-swapped": News("WayNotice", SOUTH, EXIT, SWAPPED),
        "exit-hurt": News("WayNotice", SOUTH, EXIT, ((EventKind.INCIDENT, HURT),)),
        "exit-late-and-warm": News(
            "WayNotice", SOUTH, EXIT, ((EventKind.ESTIMATED, LATE), (EventKind.TEMPERATURE, WARM))
        ),
        "entry-released": News("WayNotice-I", NORTH, ENTRY, until=RELEASED),
        "entry-swapped": News("WayNotice-I", NORTH, ENTRY, SWAPPED),
        "destination-swapped": News("WayNotice-I", NORTH, DESTINATION, SWAPPED, until=EXITED),
        "destination-entered": News("WayNotice-I", NORTH, DESTINATION, until=EventKind.ENTERED),
        "destination-turned-back": News("WayNotice-I", NORTH, DESTINATION, TURNED, until=EXITED),
        "exit-left-out": News("DiversionNotice", SOUTH, EXIT, OTHER_WAY, left_out=True),
        "entry-left-out": News("DiversionNotice-I", NORTH, ENTRY, OTHER_WAY, left_out=True),
    },
    "vn": {
        "exit-released": News("WayNotice", NORTH, EXIT, until=RELEASED),
        "exit-late": News("WayNotice", NORTH, EXIT, ((EventKind.ESTIMATED, LATE),)),
        "entry-released": News("WayNotice-I", SOUTH, ENTRY, until=RELEASED),
        "entry-warm": News("WayNotice-I", SOUTH, ENTRY, ((EventKind.TEMPERATURE, WARM),)),
        "destination-entered": News("WayNotice-I", SOUTH, DESTINATION, until=EventKind.ENTERED),
        "entry-turned-back": News("WayNotice-I", SOUTH, ENTRY, TURNED, until=EXITED),
        "exit-left-out": News("DiversionNotice", NORTH, EXIT, OTHER_WAY, left_out=True),
        "destination-left-out": News(
            "DiversionNotice-I", SOUTH, DESTINATION, OTHER_WAY, left_out=True
        ),
    },
    "vn-gate": {
        "entry-exited": News("GateEntryNotice", SOUTH, ENTRY, until=EXITED),
        "entry-late": News("GateEntryNotice", SOUTH, ENTRY, ((EventKind.ESTIMATED, LATE),)),
        "exit-released": News("GateExitNotice", NORTH, EXIT, until=RELEASED),
        "exit-refused": News(
            "GateExitNotice", NORTH, EXIT, ((EventKind.CROSSING_REFUSED, ()),), until=EXITED
        ),
        "entry-left-out": News("GateEntryDiversion", SOUTH, ENTRY, OTHER_WAY, left_out=True),
        "exit-left-out": News("GateExitDiversion", NORTH, EXIT, OTHER_WAY, left_out=True),
    },
}


def _folder(pack: str):
    return schemas_root() / "packs" / pack


def _subject(pack: str, news: News) -> Subject:
    if news.way == NORTH:
        told = prepared_north.subject(prepared_north.edited(), news.until)
    elif pack == "cn":
        told = prepared_cn.subject(prepared_cn.example(), news.until)
    else:
        told = prepared_vn.subject(prepared_vn.edited(), news.until)
    happened = told.movement.happened
    first, last = happened[0], happened[-1]
    for kind, facts in news.events:
        happened += (
            Event(
                sequence=len(happened) + 1,
                kind=kind,
                at=last.at + timedelta(hours=4),
                office=first.office,
                facts=facts,
            ),
        )
    return replace(told, movement=replace(told.movement, happened=happened))


def _met(pack: str, told: Subject, news: News) -> tuple[Subject, Stop]:
    """Return the subject and the office that is told: on the way, or left out of it."""
    if pack == "vn-gate":
        told, stop = prepared_vn_gate.at_gate(told, news.role)
    else:
        stop = told.itinerary.playing(news.role)[0]
    if news.left_out:
        kept = tuple(one for one in told.itinerary.stops if one is not stop)
        told = replace(told, itinerary=Itinerary(kept, (stop,)))
    return told, stop


def prepared(pack: Pack, news: News) -> tree.Element:
    """Return the prepared document of one notice."""
    name = pack.manifest.pack
    told, stop = _met(name, _subject(name, news), news)
    addressee = Addressee(
        pack=pack,
        spec=pack.message(news.message),
        stop=stop,
        message=prepared_cn.MESSAGE,
        at=told.movement.happened[-1].at,
    )
    return prepare(told, addressee)


def files() -> dict[str, bytes]:
    """Return every file of the cases, by its path below ``schemas/packs``."""
    found = {}
    for name, cases in CASES.items():
        pack = compiled(_folder(name))
        for case, news in cases.items():
            folder = f"{name}/cases/way-{case}"
            found[f"{folder}/prepared.xml"] = tree.serialise(prepared(pack, news))
            found[f"{folder}/expect.toml"] = f'message = "{news.message}"\nmessages = 1\n'.encode()
    return found


def main() -> int:
    """Write every case; return zero."""
    write_files(schemas_root() / "packs", files())
    return 0


if __name__ == "__main__":
    sys.exit(main())
