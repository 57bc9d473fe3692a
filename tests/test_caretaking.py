"""A backup taken while programs write, put back, and held against what it says of itself."""

import json
import shutil
import sqlite3
import stat
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256

import pytest
from alembic.command import downgrade
from sqlalchemy import create_engine

from gateway.adapters import safekeeping
from gateway.adapters.keystore import create_seal_key
from gateway.adapters.sql import revisions
from gateway.adapters.sql.engines import database_url
from gateway.adapters.sql.migration import check_version
from gateway.caretaking import back_up, examine, restore
from gateway.domain.errors import GatewayError, Misconfigured, Unavailable
from gateway.sections import DatabaseSettings, KeySettings
from gateway.settings import Settings, load_settings
from gateway.usecases.audit import verify_log
from tests.volumes import small_volume
from tests.world import SIGNATORIES, TENANT, World


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
    assert not (tmp_path / "data").exists()


def rewritten(folder):
    """Let the manifest tell of what lies in a backup by now, for changes that are no damage."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text("utf-8"))
    files = {
        one.relative_to(folder).as_posix(): (
            sha256(one.read_bytes()).hexdigest(),
            len(one.read_bytes()),
        )
        for one in folder.rglob("*")
        if one.is_file() and one != path
    }
    path.write_text(json.dumps({**told, "files": files}), "utf-8")


@pytest.fixture
def copied(kept, tmp_path):
    """A copy of the backup, to be changed."""
    return shutil.copytree(kept, tmp_path / "copied")


ELSEWHERE = {
    "database.url": '[database]\nurl = "sqlite:///{live}/fullroute.db"\n',
    "keys.folder": '[keys]\nfolder = "{live}/keys"\n',
}


@pytest.mark.parametrize("key", ELSEWHERE)
@pytest.mark.parametrize("told_by", ["file", "environment"])
def test_nothing_is_put_back_where_settings_name_the_live_one(
    running, copied, tmp_path, monkeypatch, key, told_by
):
    variable = f"FULLROUTE_{key.upper().replace('.', '__')}"
    text = ELSEWHERE[key].format(live=running.folder)
    if told_by == "file":
        (copied / "fullroute.toml").write_text(text, "utf-8")
        rewritten(copied)
    else:
        monkeypatch.setenv(variable, text.split('"')[1])
    with pytest.raises(Misconfigured) as raised:
        restore(copied, tmp_path / "data")
    (finding,) = raised.value.findings
    place = running.folder / ("fullroute.db" if key == "database.url" else "keys")
    assert (finding.code, finding.value) == ("backup.settings-elsewhere", str(place))
    told = dict(finding.args)
    assert told["put"] == str(tmp_path / "data" / place.name)
    assert told["source"] == ("fullroute.toml" if told_by == "file" else variable)
    assert not (tmp_path / "data").exists()
    # what it says is to be done does it
    monkeypatch.setenv(told["variable"], told["set"])
    restore(copied, tmp_path / "data")
    check_version(load_settings(data=tmp_path / "data").database_url)


@pytest.mark.parametrize("folder", ["", "{live}/keys"])
def test_a_backup_without_database_goes_with_one_that_lies_elsewhere(
    running, settings, tmp_path, monkeypatch, folder
):
    monkeypatch.setenv("FULLROUTE_DATABASE__URL", "postgresql://fullroute@db.example/fullroute")
    keys = KeySettings(folder=folder.format(live=running.folder))
    back_up(Settings(data=settings.data, keys=keys), tmp_path / "kept", with_database=False)
    assert not restore(tmp_path / "kept", tmp_path / "data").with_database
    assert (tmp_path / "data" / "keys" / "seal-0001.pem").is_file()


def test_an_older_database_is_brought_up_before_it_is_put_in_place(running, copied, tmp_path):
    engine = create_engine(database_url(f"sqlite:///{copied / 'fullroute.db'}"))
    with engine.begin() as connection:
        downgrade(revisions.settings(connection), "-1")
    engine.dispose()
    rewritten(copied)
    restore(copied, tmp_path / "data")
    check_version(load_settings(data=tmp_path / "data").database_url)
    store, ports = reopened(running, tmp_path / "data")
    assert verify_log(ports).findings == ()
    store.close()


def test_a_newer_database_is_not_put_in_place(copied, tmp_path):
    with closing(sqlite3.connect(copied / "fullroute.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    rewritten(copied)
    with pytest.raises(Misconfigured, match=r"database\.other-version"):
        restore(copied, tmp_path / "data")
    assert not (tmp_path / "data").exists()


# ------------------------------------------------------------------ where it is put, and what stays


@contextmanager
def _an_empty_one(folder):
    folder.mkdir()
    yield folder


@contextmanager
def _a_fresh_volume(folder):
    """As ``mkfs`` leaves it."""
    with small_volume(folder) as volume:
        (volume / "lost+found").mkdir()
        yield volume


@pytest.mark.parametrize("place", [_an_empty_one, small_volume, _a_fresh_volume])
@pytest.mark.parametrize("called", ["by its path", "."])
def test_it_is_put_into_any_empty_folder(kept, tmp_path, monkeypatch, place, called):
    with place(tmp_path / "data") as data:
        monkeypatch.chdir(data)
        restore(kept, data if called != "." else load_settings(data=data.relative_to(data)).data)
        check_version(load_settings(data=data).database_url)
        back = {one.relative_to(data).as_posix() for one in data.rglob("*") if one.is_file()}
        wanted = {one.relative_to(kept).as_posix() for one in kept.rglob("*") if one.is_file()}
        assert back == wanted - {"manifest.json"}
        assert not (data / ".unfinished").exists()
        monkeypatch.undo()
    assert not [one for one in tmp_path.iterdir() if one.name != "data"]


@pytest.mark.parametrize("run", ["backup", "restore"])
def test_nothing_stays_where_there_was_no_room(kept, settings, tmp_path, run):
    with small_volume(tmp_path / "data", "64k") as data:
        with pytest.raises((Misconfigured, Unavailable)):
            restore(kept, data) if run == "restore" else back_up(settings, data)
        assert list(data.iterdir()) == []
    assert not list(tmp_path.glob("*.restoring"))


def test_nothing_stays_of_a_backup_that_failed(settings, tmp_path):
    with pytest.raises(Unavailable):
        back_up(_damaged(settings, tmp_path), tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    back_up(settings, tmp_path / "kept")


def test_what_somebody_else_began_is_left_to_them(tmp_path):
    with (
        safekeeping.filling(tmp_path / "kept", last="z") as theirs,
        pytest.raises(Misconfigured, match=r"cli\.folder-not-empty"),
        safekeeping.filling(tmp_path / "kept", last="z"),
    ):
        pass
    assert not theirs.exists()
    assert (tmp_path / "kept").is_dir()


def test_a_backup_without_a_seal_key_is_none(settings, tmp_path):
    bare = Settings(data=settings.data, keys=KeySettings(folder=str(tmp_path / "none")))
    with pytest.raises(Misconfigured, match=r"key\.no-seal"):
        back_up(bare, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


# ------------------------------------------------------------------ damage


def _damaged(settings, folder):
    """Return settings of a deployment like it, in whose database a page is not what was written."""
    path = folder / "damaged.db"
    with (
        closing(sqlite3.connect(settings.data / "fullroute.db")) as ours,
        closing(sqlite3.connect(path)) as copied,
    ):
        ours.backup(copied)
        copied.execute("PRAGMA journal_mode = DELETE")
        (page,) = copied.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'bodies'"
        ).fetchone()
        (size,) = copied.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    return Settings(data=settings.data, database=DatabaseSettings(url=f"sqlite:///{path}"))


def _no_database(settings, folder):
    path = folder / "text.db"
    path.write_bytes(b"this is a letter to the editor. " * 400)
    return Settings(data=settings.data, database=DatabaseSettings(url=f"sqlite:///{path}"))


@pytest.mark.parametrize(
    ("spoil", "told_at"),
    [(_damaged, {"database"}), (_no_database, {"migrations", "database", "log"})],
)
def test_a_damaged_file_is_called_that(settings, tmp_path, spoil, told_at):
    spoilt = spoil(settings, tmp_path)
    told = {one.name: [found.code for found in one.findings] for one in examine(spoilt)}
    assert {name for name, codes in told.items() if "database.damaged" in codes} == told_at
    with pytest.raises(Unavailable, match=r"database\.damaged"):
        back_up(spoilt, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_whole_file_is_well(settings):
    told = {one.name: one.worst for one in examine(settings)}
    assert told["database"] is None


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
    assert finding.value == "postgresql://fullroute@db.example/fullroute"  # pg_dump asks for it
    assert not (tmp_path / "kept").exists()


def test_a_machine_without_the_keys_of_the_others_is_told_so(settings, tmp_path):
    """A second machine that was given the database, and made keys of its own."""
    create_seal_key(tmp_path / "keys")
    other = replace(settings, keys=KeySettings(folder=str(tmp_path / "keys")))
    (keys,) = [one for one in examine(other) if one.name == "keys"]
    codes = [one.code for one in keys.findings]
    assert codes.count("key.seal-elsewhere") == 1
    assert codes.count("key.unknown") == len(SIGNATORIES)
    (keys,) = [one for one in examine(settings) if one.name == "keys"]
    assert keys.findings == ()
