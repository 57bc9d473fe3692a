"""A backup taken while programs write, put back, and held against what it says of itself."""

import json
import stat
import threading

import pytest

from gateway.caretaking import back_up, restore
from gateway.domain.errors import GatewayError, Misconfigured
from gateway.sections import DatabaseSettings
from gateway.settings import Settings, load_settings
from gateway.usecases.audit import verify_log
from tests.world import TENANT, World


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A data folder with one movement under way, its programs still running."""
    folder = tmp_path_factory.mktemp("site") / "data"
    folder.mkdir()
    (folder / "fullroute.toml").write_text("[worker]\nthreads = 3\n", "utf-8")
    world = World(folder, store_url=f"sqlite:///{folder / 'fullroute.db'}")
    world.movement = world.submit(world.declaration()).movement
    world.run()
    world.store.sequence("a worker")
    yield world
    world.close()


@pytest.fixture(scope="module")
def settings(running) -> Settings:
    return load_settings(data=running.folder)


@pytest.fixture(scope="module")
def kept(settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "monday"
    back_up(settings, folder)
    return folder


def reopened(running, folder):
    """Return the world over a restored data folder."""
    return running.reopened(f"sqlite:///{folder / 'fullroute.db'}", folder / "keys")


def test_what_is_put_back_is_what_there_was(running, kept, tmp_path):
    told = restore(kept, tmp_path / "data")
    store, ports = reopened(running, tmp_path / "data")
    report = verify_log(ports)
    assert report.findings == ()
    assert report.size >= told.entries > 0
    assert store.movement(running.movement) == running.store.movement(running.movement)
    assert store.messages(running.movement) == running.store.messages(running.movement)
    assert dict(ports.keys.seal_keys()) == dict(running.keys.seal_keys())
    assert load_settings(data=tmp_path / "data").worker.threads == 3
    store.close()


def test_only_its_owner_reads_a_backup(kept):
    for path in (kept, *kept.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_backup_taken_while_others_write_is_of_one_moment(running, settings, tmp_path):
    stopping = threading.Event()
    written = []

    def write() -> None:
        while not stopping.is_set():
            running.principal(f"somebody-{len(written)}")
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            stopping.wait(0.01)
        back_up(settings, tmp_path / "kept")
        during = len(written)
        while len(written) < during + 5:
            stopping.wait(0.01)
    finally:
        stopping.set()
        writer.join()
    restore(tmp_path / "kept", tmp_path / "data")
    store, ports = reopened(running, tmp_path / "data")
    assert verify_log(ports).findings == ()
    names = [one.name for one in store.principals(TENANT) if one.name.startswith("somebody-")]
    assert sorted(names) == sorted(f"somebody-{place}" for place in range(len(names)))
    assert 5 <= len(names) <= during + 1
    store.close()


def _changed(folder):
    key = next((folder / "keys").iterdir())
    key.write_bytes(key.read_bytes() + b"\n")
    return "backup.differs", f"keys/{key.name}"


def _missing(folder):
    (folder / "fullroute.toml").unlink()
    return "backup.differs", "fullroute.toml"


def _more(folder):
    (folder / "keys" / "strange.pem").write_text("x")
    return "backup.differs", "keys/strange.pem"


def _interrupted(folder):
    (folder / "manifest.json").unlink()
    return "backup.no-manifest", None


def _other_log(folder):
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "root": "0" * 64}))
    return "backup.other-log", None


@pytest.mark.parametrize("spoil", [_changed, _missing, _more, _interrupted, _other_log])
def test_what_was_spoilt_is_not_put_back(settings, tmp_path, spoil):
    back_up(settings, tmp_path / "kept")
    code, value = spoil(tmp_path / "kept")
    with pytest.raises(GatewayError) as raised:
        restore(tmp_path / "kept", tmp_path / "data")
    assert {one.code for one in raised.value.findings} == {code}
    assert value is None or value in {one.value for one in raised.value.findings}
    assert not (tmp_path / "data" / "fullroute.db").exists()


def test_nothing_is_put_over_what_is_there(kept, settings, tmp_path):
    with pytest.raises(Misconfigured, match=r"cli\.folder-not-empty"):
        restore(kept, settings.data)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "file").touch()
    with pytest.raises(Misconfigured, match=r"cli\.folder-not-empty"):
        back_up(settings, tmp_path / "old")


def test_another_database_is_copied_by_its_own_tools(settings, tmp_path):
    url = "postgresql+psycopg://fullroute:secret@db.example/fullroute"
    elsewhere = Settings(data=settings.data, database=DatabaseSettings(url=url))
    with pytest.raises(Misconfigured) as raised:
        back_up(elsewhere, tmp_path / "kept")
    (finding,) = raised.value.findings
    assert finding.code == "backup.not-sqlite"
    assert "secret" not in finding.value
    assert not (tmp_path / "kept").exists()
