"""What the benchmarks declare: the shipped declaration, each under a number of its own.

Four offices get one message each as soon as it is submitted, because China's declaration does not
wait for the manifest here (a switch of the pack ``cn``): two are signed as XML, two as CMS. Eight
more messages of the same movement are judged dry at every submission, as always.
"""

import re
from pathlib import Path

from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.markup import signature
from tests.world import SHIPPED, World

SWITCHES = {"cn": {"manifest-first": False}}
OFFICES = 4

_LRN = re.compile(r"<FunctionalReferenceID>(.*?)</")


def four_offices() -> FolderPacks:
    """Return the shipped packs with four messages owed at submission."""
    packs = FolderPacks(schemas_root(), SWITCHES, slots=2)
    packs.compile()
    return packs


def plain(text: str, number: str) -> bytes:
    """Return a declaration under another reference number."""
    found = _LRN.search(text)
    if found is None:
        raise LookupError("FunctionalReferenceID")
    return text.replace(found[1], number).encode()


def signed(world: World, numbers: list[str], shipped: Path = SHIPPED) -> list[bytes]:
    """Return the shipped declaration under each number, signed by the exporter."""
    text, signer = shipped.read_text("utf-8"), world.keys.signer("exporter")
    return [signature.sign(plain(text, one), signer, world.clock.now()) for one in numbers]
