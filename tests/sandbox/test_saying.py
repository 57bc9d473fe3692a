"""Every answer on demand: whatever a pack can read, its simulated office can be told to say."""

from datetime import UTC, datetime

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.audit.exchange import Envelope, SealedPaper
from gateway.packs.directory import read_offices
from gateway.sandbox.numbers import Numbers
from gateway.sandbox.office import Taken
from gateway.sandbox.stationery import Stationery
from tests.packs.pack_cases import cases, compiled, pack_folders

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
NAMES = ("cn", "vn", "vn-gate", "ctc")
PACKS = {folder.name: folder for folder in pack_folders() if folder.name in NAMES}


def offices():
    folder = schemas_root() / "offices"
    return read_offices({f"offices/{one.name}": one.read_bytes() for one in folder.glob("*.toml")})


def received(pack, folder):
    """Yield one message of every type as its office got it, by the goldens of the pack."""
    for case in cases(folder):
        kind = case.case.expect.message
        for name, content in case.case.files.items():
            if kind and name.startswith("expected"):
                yield taken(pack, kind, content)


def taken(pack, kind, content):
    role = pack.message(kind).role
    office = next(
        one.code
        for one in offices().values()
        if one.administration in pack.manifest.administrations and role in one.roles
    )
    envelope = Envelope(
        id="msg_0197a1b2c3d4e5f60718293a4b5c6d7e",
        link="lnk_x",
        office=office,
        type=kind,
        movement="26CN0000000000000J",
        stream="s",
        place=1,
        digest="0" * 64,
        media_type="text/plain",
        issued=NOW,
    )
    return Taken(envelope=envelope, content=content, receipt=SealedPaper(content=b"", seal=""))


@pytest.mark.full
@pytest.mark.parametrize("name", PACKS)
def test_every_answer_can_be_had_on_demand(name):
    pack = compiled(PACKS[name])
    stationery = Stationery(pack, Numbers("x", pack.manifest.administrations[0]), offices())
    said = set()
    for one in received(pack, PACKS[name]):
        for word in pack.behaviour.words(one.envelope.type):
            planned = stationery.say(word, [one], (), NOW)
            said.add(pack.read_answer(stationery.write(planned, NOW).content).type)
    assert sorted({spec.type for spec in pack.answers.specs} - said) == []
