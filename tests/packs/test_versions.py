"""Two versions of a pack side by side: which one begins a movement, and that it keeps it."""

from datetime import date

import pytest

from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.packs.pins import Pin, write_pins
from gateway.packs.scaffold import new_pack
from gateway.packs.vouching import pin_of
from tests.packs.test_administration import declared
from tests.world import World

VALID = "valid_from = 2026-01-01"
FIRST = {"pack.toml": [(VALID, VALID + "\nvalid_to = 2026-12-31")]}
SECOND = {
    "pack.toml": [
        ('version = "2026.1"', 'version = "2027.1"'),
        (VALID, "valid_from = 2027-01-01"),
    ],
    "answers/notice.toml": [("ImportNotice accepted", "ImportNotice taken")],
}


def changed(changes):
    files = new_pack("xa", "XA")
    for file, pairs in changes.items():
        for old, new in pairs:
            assert old.encode() in files[file]
            files[file] = files[file].replace(old.encode(), new.encode())
    return files


def put(extra, *packs):
    """Lay packs into a data folder, with pins for all of them."""
    pins = []
    for place, files in enumerate(packs):
        for name, raw in files.items():
            path = extra / f"xa-{place}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        pins.append(pin_of(files))
    (extra / "PINS.toml").write_bytes(write_pins(pins))
    return extra


def packs(extra, **versions):
    return FolderPacks(schemas_root(), {}, slots=1, extra=extra, versions=versions)


@pytest.fixture
def both(tmp_path):
    return put(tmp_path / "packs", changed(FIRST), changed(SECOND))


CHOSEN = {
    "the newest when no day is asked about": (None, {}, "2027.1"),
    "the first on its last day": (date(2026, 12, 31), {}, "2026.1"),
    "the second from its first day": (date(2027, 1, 1), {}, "2027.1"),
    "none before all of them": (date(2025, 12, 31), {}, None),
    "the one settings name, whatever the day": (date(2027, 6, 1), {"": "2026.1"}, "2026.1"),
    "the one settings name for the administration": (
        date(2027, 6, 1),
        {"": "2027.1", "XA": "2026.1"},
        "2026.1",
    ),
    "the one for all where another administration has its own": (
        date(2026, 6, 1),
        {"": "2027.1", "XB": "2026.1"},
        "2027.1",
    ),
}


@pytest.mark.full
@pytest.mark.parametrize(("day", "named", "expected"), CHOSEN.values(), ids=CHOSEN)
def test_which_version_begins_a_movement(both, day, named, expected):
    with packs(both, xa=named).slot() as found:
        chosen = (found.on(day) if day else found).by_administration("XA")
        assert (chosen.manifest.version if chosen else None) == expected
        labels = [pack.manifest.version for pack in found.versions_of("XA")]
        assert labels == ["2027.1", "2026.1"]


ABSENT = {
    "nobody serves it": ("XX", date(2026, 6, 1), "pack.none-for-office"),
    "no version is in force": ("XA", date(2025, 6, 1), "pack.none-in-force"),
}


@pytest.mark.full
@pytest.mark.parametrize(("administration", "day", "code"), ABSENT.values(), ids=ABSENT)
def test_why_there_is_none(both, administration, day, code):
    with packs(both).slot() as found:
        assert found.on(day).by_administration(administration) is None
        assert found.on(day).absence(administration) == code


def test_a_version_nobody_has_is_a_finding_and_serves_nobody(both):
    with packs(both, xa={"": "2030.1"}).slot() as found:
        (finding,) = found.findings
        assert (finding.code, dict(finding.args)["have"]) == (
            "pack.no-such-version",
            "2026.1, 2027.1",
        )
        assert found.by_administration("XA") is None


def test_the_same_version_twice_is_a_finding(tmp_path):
    one, other = changed(FIRST), changed({**FIRST, "CHANGELOG.md": [("2026.1", "2026.1.")]})
    with packs(put(tmp_path / "packs", one, other)).slot() as found:
        assert [finding.code for finding in found.findings] == ["pack.repeated"]
        assert len(found.versions_of("XA")) == 1


def test_what_is_not_pinned_is_not_compiled(tmp_path):
    extra = put(tmp_path / "packs", changed(FIRST))
    (extra / "PINS.toml").write_bytes(write_pins([Pin(pack="xa", version="1", digest="0" * 64)]))
    (extra / "xa-0" / "project" / "notice.xsl").write_bytes(b"<not even XML")
    with packs(extra).slot() as found:
        assert [finding.code for finding in found.findings] == ["pack.not-pinned"]
        assert found.absence("XA") == "pack.not-pinned"
        assert found.by_administration("CN") is not None


def test_a_pack_cannot_bring_offices_of_others(tmp_path):
    stolen = changed({"offices.toml": [('administration = "XA"', 'administration = "CN"')]})
    extra = put(tmp_path / "packs", stolen)
    shelved = packs(extra)
    assert "XA000001" not in shelved.offices()
    with shelved.slot() as found:
        assert [finding.code for finding in found.findings] == ["pack.foreign-office"]


@pytest.fixture
def world(tmp_path, both):
    opened = World(
        tmp_path, shipped=declared(tmp_path), packs=packs(both), more={"XA": ("XA000001",)}
    )
    yield opened
    opened.close()


def test_a_movement_in_flight_keeps_its_version(world):
    first = world.submit(world.declaration())
    digests = dict(world.store.movement(first.movement).packs)
    world.town.held.add("ImportNotice")  # the office takes its time
    world.run()
    world.clock.forward(days=60)
    world.town.held.clear()
    world.run()
    answers = {
        one.type for one in world.store.answers(first.movement) if one.link == "lnk_xa000001"
    }
    assert answers == {"ImportNotice accepted", "ImportNotice closed"}
    other = world.declaration(texts={"CQ-2026-000117": "CQ-2026-000118"})
    second = world.submit(other, key="k2")
    world.run()
    answers = {
        one.type for one in world.store.answers(second.movement) if one.link == "lnk_xa000001"
    }
    assert answers == {"ImportNotice taken", "ImportNotice closed"}
    assert digests["XA"] != dict(world.store.movement(second.movement).packs)["XA"]
    assert digests["CN"] == dict(world.store.movement(second.movement).packs)["CN"]
