"""The simulated systems as a program: readiness, control, stopping, and specs that are wrong."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)


def _spec(folder: Path, **changed: object) -> Path:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "gate.pem").write_bytes(pem)
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = one.getsockname()[1], other.getsockname()[1]
    link = {
        "id": "lnk_gate",
        "administration": "CN",
        "kind": "push",
        "port": ports[0],
        "offices": ["CN00X001"],
        "key": "gate.pem",
        "api_key": "frk_x",
        **changed,
    }
    path = folder / "spec.json"
    spec = {
        "gateway": "http://127.0.0.1:9",
        "journal": "journal",
        "control_port": ports[1],
        "links": [link],
    }
    path.write_text(json.dumps(spec), "utf-8")
    return path


def _start(spec: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.sandbox", "--spec", str(spec)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


def _get(port: int, path: str) -> tuple[int, object]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_it_is_ready_when_it_says_so_and_stops_when_told(tmp_path: Path) -> None:
    spec = _spec(tmp_path)
    told = json.loads(spec.read_text("utf-8"))
    running = _start(spec)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"sandbox ready: 1 links\n"
        control = told["control_port"]
        assert _get(control, "/livez") == (200, {"live": True, "links": ["lnk_gate"]})
        assert _get(control, "/effects") == (200, {"data": []})
        assert _get(control, "/nothing")[0] == 404
        assert _get(told["links"][0]["port"], "/messages")[0] == 405
        assert _get(told["links"][0]["port"], "/elsewhere")[0] == 404
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
        assert running.stderr is not None
        assert running.stderr.read() == b""
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("no such kind", {"kind": "pigeon"}),
        ("no such key", {"key": "nowhere.pem"}),
        ("offices no list", {"offices": "CN00X001"}),
        ("no such administration", {"administration": "QQ"}),
        ("no such office", {"offices": ["QQ000001"]}),
        ("port no number", {"port": "x"}),
    ],
)
def test_a_wrong_spec_is_one_finding(tmp_path: Path, name: str, changed: dict) -> None:
    running = _start(_spec(tmp_path, **changed))
    _, said = running.communicate(timeout=60)
    assert running.returncode == 2, name
    assert said.decode().startswith("sandbox.spec: ")
    assert said.count(b"\n") == 1


def test_a_busy_port_is_one_finding(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = _start(_spec(tmp_path, port=taken.getsockname()[1]))
        _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert said.decode().startswith("sandbox.spec: ")
    assert said.count(b"\n") == 1


def test_no_spec_is_a_finding_too(tmp_path: Path) -> None:
    running = _start(tmp_path / "nowhere.json")
    _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert said.decode().startswith("sandbox.spec: ")
