"""The embedded broker for real: started, killed, spoilt, orphaned."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

from gateway.adapters import embedded_broker
from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.domain.errors import Misconfigured


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="fr-") as path:  # short: a socket's path has a limit
        yield Path(path) / "broker"


def client(folder: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(folder / "valkey.sock"), socket_timeout=2)


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_it_answers_on_its_socket_only_and_keeps_what_it_holds(folder):
    with EmbeddedBroker(folder) as broker, client(folder) as speaking:
        speaking.set("link", "lnk_hq")
        settings = speaking.config_get("*")
        assert broker.url == f"redis+socket://{folder}/valkey.sock"
    assert (settings["port"], settings["appendonly"], settings["appendfsync"]) == (
        "0",
        "yes",
        "everysec",
    )
    assert settings["maxmemory-policy"] == "noeviction"
    with EmbeddedBroker(folder), client(folder) as speaking:
        assert speaking.get("link") == b"lnk_hq"


def test_stopping_ends_and_reaps_it(folder):
    broker = EmbeddedBroker(folder)
    broker.start()
    pid = broker.pid
    broker.stop()
    broker.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert broker.pid is None


def test_a_killed_server_comes_back_with_its_keys(folder):
    with EmbeddedBroker(folder) as broker, client(folder) as speaking:
        speaking.set("link", "lnk_hq")
        first = broker.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: broker.pid not in (None, first))

        def answered() -> bool:
            try:
                return speaking.get("link") == b"lnk_hq"
            except redis.RedisError:
                return False

        until(answered)
        assert not Path(f"/proc/{first}").exists()


def test_one_folder_has_one_owner(folder):
    with EmbeddedBroker(folder), pytest.raises(Misconfigured) as caught:
        EmbeddedBroker(folder).start()
    assert caught.value.findings[0].code == "broker.owned-elsewhere"


def test_an_orphan_is_asked_to_go(folder):
    folder.mkdir()
    server = embedded_broker.find_server()
    with subprocess.Popen(
        [server, "--port", "0", "--unixsocket", folder / "valkey.sock", "--dir", folder],
        stdout=subprocess.DEVNULL,
    ) as orphan:
        until((folder / "valkey.sock").exists)
        with EmbeddedBroker(folder) as broker:
            assert orphan.wait(5) == 0
            assert broker.pid != orphan.pid


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel does this on Linux only")
def test_a_killed_owner_leaves_nothing_behind(folder):
    program = (
        "import sys, time; from pathlib import Path;"
        "from gateway.adapters.embedded_broker import EmbeddedBroker;"
        "broker = EmbeddedBroker(Path(sys.argv[1])); broker.start();"
        "print(broker.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    ) as owner:
        pid = int(owner.stdout.readline())
        assert alive(pid)
        owner.kill()
    until(lambda: not alive(pid))


def test_spoilt_files_are_set_aside(folder):
    with EmbeddedBroker(folder), client(folder) as speaking:
        speaking.set("link", "lnk_hq")
    for file in (folder / "appendonlydir").iterdir():
        file.write_bytes(b"spoilt" + file.read_bytes())
    with EmbeddedBroker(folder), client(folder) as speaking:
        assert speaking.get("link") is None
    assert (folder / "appendonlydir.unreadable-1").is_dir()


def test_a_server_that_cannot_start_is_said_so(folder):
    (folder / "valkey.log").mkdir(parents=True)
    with pytest.raises(Misconfigured) as caught:
        EmbeddedBroker(folder).start()
    assert caught.value.findings[0].code == "broker.not-starting"


def test_a_path_too_long_for_a_socket_is_said_so(folder):
    with pytest.raises(Misconfigured) as caught:
        EmbeddedBroker(folder / ("x" * 100)).start()
    assert caught.value.findings[0].code == "broker.path-too-long"


def test_without_a_wheel_there_is_a_finding(monkeypatch):
    monkeypatch.setattr(embedded_broker, "find_spec", lambda _: None)
    with pytest.raises(Misconfigured) as caught:
        embedded_broker.find_server()
    assert caught.value.findings[0].code == "broker.not-available"


def test_a_folder_that_others_may_write_is_refused(folder):
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Misconfigured) as caught:
        EmbeddedBroker(folder).start()
    assert caught.value.findings[0].code == "broker.not-starting"


@pytest.mark.parametrize("there", ["broker", "broker/owner.lock"])
def test_a_folder_that_cannot_be_written_is_a_finding(tmp_path, there):
    if there == "broker":
        (tmp_path / there).write_text("a file where the folder would be")
    else:
        (tmp_path / there).mkdir(parents=True)
        (tmp_path / "broker").chmod(0o700)
    with pytest.raises(Misconfigured) as caught:
        EmbeddedBroker(tmp_path / "broker").start()
    (finding,) = caught.value.findings
    assert finding.code == "cli.file-unwritable"
    assert dict(finding.args)["path"] == str(tmp_path / there)
