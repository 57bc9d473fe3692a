"""The HTTP face as a program: readiness, streams, signals, a busy port."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway import bootstrap
from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.settings import load_settings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder and its operator's key."""
    folder = tmp_path_factory.mktemp("program") / "data"
    settings = load_settings(data=folder, environment={})
    made = bootstrap.initialise(settings, bootstrap.open_clock().now())
    return folder, made.key


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.api", "--data", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd=Path(__file__).parents[2],
    )


@pytest.fixture
def program(data: tuple[Path, str]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A running program and its URL."""
    running = _start(data[0], "--port", "0")
    assert running.stdout is not None
    line = running.stdout.readline().decode()
    assert line.startswith("listening on http://127.0.0.1:"), line
    yield running, line.split()[-1]
    running.kill()
    running.communicate()


def _get(url: str, path: str, key: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    with closing(connection):
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.full
@pytest.mark.parametrize("excess", [1, 9_000_000], ids=["by one byte", "by nearly as much again"])
def test_too_long_a_body_is_answered_not_cut_off(
    program: tuple[subprocess.Popen[bytes], str], data: tuple[Path, str], excess: int
) -> None:
    connection = http.client.HTTPConnection(program[1].removeprefix("http://"), timeout=20)
    with closing(connection):
        headers = {"Authorization": f"Bearer {data[1]}", "Content-Type": "application/xml"}
        content = b"x" * (10_000_000 + excess)
        connection.request("POST", "/v1/validations", content, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    assert (answer.status, said["errors"][0]["code"]) == (413, "http.body-too-large")


def test_it_answers_when_it_says_so(
    program: tuple[subprocess.Popen[bytes], str], data: tuple[Path, str]
) -> None:
    _, url = program
    assert _get(url, "/livez") == (200, b'{"live":true}')
    ready = json.loads(_get(url, "/readyz")[1])
    assert (ready["ready"], ready["database"], ready["keys"]) == (True, True, True)
    assert ready["broker"] is False  # nobody runs one here, and it is ready all the same
    with EmbeddedBroker(data[0] / "broker"):
        assert json.loads(_get(url, "/readyz")[1])["broker"] is True
    assert _get(url, "/v1/movements", data[1])[0] == 200
    assert _get(url, "/v1/movements")[0] == 401


def test_whoever_hangs_up_is_no_error(
    program: tuple[subprocess.Popen[bytes], str], data: tuple[Path, str]
) -> None:
    running, url = program
    host, port = url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/validations HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {data[1]}\r\n"
        "Content-Type: application/xml\r\nContent-Length: 1000\r\n\r\n<half"
    )
    with socket.create_connection((host, int(port))) as caller:
        caller.sendall(head.encode())
    assert _get(url, "/v1/movements", data[1])[0] == 200
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    assert running.stderr is not None
    assert running.stderr.read() == b""


@pytest.mark.parametrize(
    ("told", "exit_code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["TERM", "INT"]
)
def test_it_stops_cleanly_when_told(
    program: tuple[subprocess.Popen[bytes], str], told: signal.Signals, exit_code: int
) -> None:
    running, _ = program
    running.send_signal(told)
    assert running.wait(20) == exit_code
    assert running.stderr is not None
    assert running.stderr.read() == b""


def test_a_busy_port_is_one_finding(data: tuple[Path, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = _start(data[0], "--port", str(port))
        _, said = running.communicate(timeout=30)
    assert running.returncode == 2
    assert said.decode().startswith("http.port-busy: ")
    assert said.count(b"\n") == 1


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a misspelt key", "[http]\nprot = 1\n", "settings.unknown-key"),
        ("an unknown switch", "[packs.cn]\nmanifest-frist = false\n", "pack.unknown-switch"),
        ("an unknown pack", "[packs.cnn]\nmanifest-first = false\n", "settings.unknown-key"),
    ],
)
def test_wrong_settings_are_findings(
    data: tuple[Path, str], tmp_path: Path, name: str, text: str, code: str
) -> None:
    config = tmp_path / "fullroute.toml"
    config.write_text(f'data = "{data[0]}"\n{text}', "utf-8")
    running = _start(data[0], "--config", str(config), "--port", "0")
    _, said = running.communicate(timeout=30)
    assert running.returncode == 2, name
    assert said.decode().startswith(f"{code}: ")


def test_a_database_that_is_not_there_is_unreachable_not_misused(data: tuple[Path, str]) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "gateway.api", "--data", str(data[0]), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"FULLROUTE_DATABASE__URL": "postgresql://nobody@127.0.0.1:1/none"},
        cwd=Path(__file__).parents[2],
    )
    _, said = running.communicate(timeout=30)
    assert running.returncode == 8
    assert said.decode().startswith("database.unavailable: ")


def test_no_data_folder_is_a_finding(tmp_path: Path) -> None:
    running = _start(tmp_path / "nowhere", "--port", "0")
    _, said = running.communicate(timeout=30)
    assert running.returncode == 2
    assert said.decode().startswith("settings.no-data-folder: ")


def test_a_folder_is_initialised_once(data: tuple[Path, str]) -> None:
    settings = load_settings(data=data[0], environment={})
    with pytest.raises(bootstrap.InConflict):
        bootstrap.initialise(settings, bootstrap.open_clock().now())
