"""Cost against the number of offices on the way; CPU, in this process, offices' own taken out.

No route there is owes messages to more than a few offices at once. So the way leads from Chongqing
over as many small countries as are wanted, each a pack as ``fullroute pack new`` makes it, with one
office that is told at submission.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.adapters.pack_folder.shelf import FolderShelf
from gateway.adapters.system import spare_collector
from gateway.domain.delivery import LinkKind
from gateway.packs.scaffold import new_pack
from gateway.packs.vouching import pin_of
from tests.bench.figures import Figure, middle
from tests.bench.load import SWITCHES, signed
from tests.bench.memory import Counted, delivered
from tests.world import SHIPPED, World

CHINESE = 2
"""The offices of departure and exit, at the head of every way."""

LETTERS = "ABCDEFGHJK"
"""Second letters of countries that are none; XI is one to customs."""

OFFICES = (3, 4, 6, 8, 12)
PART = "CPU of one declaration, by offices on the way"


def by_offices(each: int) -> list[Figure]:
    """Submit and deliver along ways of several lengths."""
    told: list[Figure] = []
    for many in OFFICES:
        with TemporaryDirectory() as name, _world(Path(name), many) as world:
            messages, submit, delivery = _spent(world, each)
        figures = (("submit", submit), ("deliver", delivery))
        told += [
            Figure(
                part=PART,
                what=f"{many} offices, {messages} messages: {what}",
                value=seconds * 1000,
                unit="ms CPU",
            )
            for what, seconds in figures
        ]
    return told


@contextmanager
def _world(folder: Path, many: int) -> Iterator[World]:
    countries = [f"X{letter}" for letter in LETTERS[: many - CHINESE]]
    roles = [*("transit" for _ in countries[1:]), "destination"]
    extra = folder / "packs"
    for country, role in zip(countries, roles, strict=True):
        _add(extra, country, role)
    shipped = folder / "declaration.xml"
    shipped.write_text(_declared(countries, roles), "utf-8")
    packs = FolderPacks(schemas_root(), SWITCHES, slots=1, extra=extra)
    more = {country: (_office(country),) for country in countries}
    with closing(World(folder, shipped=shipped, packs=packs, more=more)) as world:
        yield world


def _office(country: str) -> str:
    return f"{country}000001"


def _add(extra: Path, country: str, role: str) -> None:
    """Put a new country's pack where an operator would, and vouch for it."""
    files = new_pack(country.lower(), country)
    for name in ("pack.toml", "offices.toml"):
        files[name] = files[name].replace(b'"destination"', f'"{role}"'.encode())
    FolderShelf(schemas_root() / "packs", extra).pin(pin_of(files), files)


def _declared(countries: list[str], roles: list[str]) -> str:
    """The shipped declaration, led over these countries instead of Viet Nam."""
    text = SHIPPED.read_text("utf-8")
    entry, end = text.index("<Office><SequenceNumeric>3"), text.index("<RoutingCountryCode>CN")
    stops = "".join(
        f"<Office><SequenceNumeric>{place}</SequenceNumeric><ID>{_office(country)}</ID>"
        f"<RoleCode>{role}</RoleCode></Office>"
        for place, (country, role) in enumerate(zip(countries, roles, strict=True), CHINESE + 1)
    )
    text = text[:entry] + stops + text[end:]
    return text.replace("VN0003PJ", _office(countries[-1])).replace("VN0015BB", "CN00X001")


def _spent(world: World, each: int) -> tuple[int, float, float]:
    """Return how many messages a movement owes at once, and the CPU seconds of both parts."""
    offices = Counted(world.town)
    world.ports = replace(world.ports, couriers={LinkKind.PUSH: offices})
    first, *raws = signed(world, [f"OFFICES-{one}" for one in range(each + 1)], world.shipped)
    world.submit(first, "first")  # compiles what is compiled at first use
    messages = delivered(world)
    spare_collector()
    submits, delivers = [], []
    for number, raw in enumerate(raws):
        began = time.process_time()
        world.submit(raw, str(number))
        submits.append(time.process_time() - began)
        began, offices.spent = time.process_time(), 0.0
        if delivered(world) != messages:
            raise RuntimeError("not every message was acknowledged")
        delivers.append(time.process_time() - began - offices.spent)
    return messages, middle(submits), middle(delivers)
