"""What a movement began with outlives an upgrade: packs stay in the data folder by their digest."""

import shutil
from dataclasses import replace

import pytest

from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.adapters.pack_folder.keeping import KEPT, keep, kept
from gateway.domain.errors import Misconfigured
from gateway.packs.digests import digest_of
from tests.world import World

FILES = {"pack.toml": b'pack = "xx"\n', "rules/one.sch": b"<schema/>"}


def test_a_copy_is_found_by_its_digest_alone(tmp_path):
    digest = digest_of(FILES)
    assert kept(tmp_path, digest) is None
    for _ in range(2):
        keep(tmp_path, {digest: FILES})
    assert kept(tmp_path, digest) == FILES
    assert [one.name for one in tmp_path.iterdir()] == [f"{digest}.zip"]
    assert kept(tmp_path, "../" + digest) is None


@pytest.mark.parametrize("broken", [b"", b"PK", None])
def test_what_does_not_have_its_digest_is_nobodys(tmp_path, broken):
    digest = digest_of(FILES)
    keep(tmp_path, {digest: {**FILES, "pack.toml": b'pack = "yy"\n'}})
    if broken is not None:
        (tmp_path / f"{digest}.zip").write_bytes(broken)
    assert kept(tmp_path, digest) is None


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "packs").write_text("a file")
    with pytest.raises(Misconfigured) as refused:
        keep(tmp_path / "packs", {digest_of(FILES): FILES})
    assert refused.value.findings[0].code == "pack.not-kept"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory):
    """A world with a movement under way, and the packs of a release that mended one in place."""
    folder = tmp_path_factory.mktemp("kept")
    before = FolderPacks(schemas_root(), {}, slots=1, extra=folder / "packs")
    before.keep()
    shutil.copytree(schemas_root(), folder / "schemas")
    for pack in ("cn", "vn"):
        manifest = folder / "schemas" / "packs" / pack / "pack.toml"
        manifest.write_text(manifest.read_text("utf-8") + "\n# mended\n", "utf-8")
    world = World(folder, packs=before)
    world.first = world.submit(world.declaration()).movement
    after = FolderPacks(folder / "schemas", {}, slots=1, extra=folder / "packs")
    after.keep()
    world.ports = replace(world.ports, packs=after)
    yield world
    world.close()


def test_a_movement_goes_on_with_the_packs_it_began_with(upgraded):
    begun = dict(upgraded.store.movement(upgraded.first).packs)
    with upgraded.ports.packs.slot() as packs:
        now = {name: packs.by_administration(name).digest for name in begun}
        assert all(now[name] != begun[name] for name in begun)
        seen = packs.keeping(begun.items())
        assert {name: seen.by_administration(name).digest for name in begun} == begun
        assert packs.by_digest("0" * 64) is None
    upgraded.run()
    upgraded.report(upgraded.first, "departed", "CN008001", seal="CQ8801172")
    upgraded.run()
    upgraded.report(upgraded.first, "arrived", "VN0003PJ")
    upgraded.run()
    assert upgraded.store.movement(upgraded.first).state == "completed"
    used = {one.pack for one in upgraded.store.messages(upgraded.first)}
    assert used == set(begun.values())


def test_a_new_movement_begins_with_the_new_ones(upgraded):
    raw = upgraded.declaration(texts={"CQ-2026-000117": "CQ-2026-000118"})
    begun = upgraded.store.movement(upgraded.first).packs
    second = upgraded.store.movement(upgraded.submit(raw, "second").movement).packs
    assert dict(second).keys() == dict(begun).keys()
    assert not set(second) & set(begun)


def test_copies_are_no_packs_of_the_operators(upgraded):
    folder = upgraded.folder / "packs" / KEPT
    assert len(list(folder.iterdir())) == 8  # six that shipped, two of them in two forms
    with upgraded.ports.packs.slot() as packs:
        assert packs.findings == ()


def test_what_is_put_back_is_found_by_programs_that_missed_it(tmp_path):
    shutil.copytree(schemas_root(), tmp_path / "schemas")
    with (tmp_path / "schemas" / "packs" / "vn-gate" / "pack.toml").open("a") as manifest:
        manifest.write("\n# mended\n")
    other = FolderPacks(tmp_path / "schemas", {}, slots=1, extra=tmp_path / "other")
    own = FolderPacks(schemas_root(), {}, slots=1, extra=tmp_path / "own")
    with other.slot() as packs:
        (mended,) = [one.digest for one in packs.packs if one.manifest.pack == "vn-gate"]
    with own.slot() as packs:
        assert packs.by_digest(mended) is None
        other.keep()
        shutil.copytree(tmp_path / "other" / KEPT, tmp_path / "own" / KEPT)
        assert packs.by_digest(mended) is packs.by_digest(mended) is not None
