"""Heads of requests that never end: cut off before they cost anything, while others are served."""

import http.client
import socket
import time
from contextlib import closing

import pytest

from gateway.api import heads
from gateway.api.heads import HEAD_BYTES_MAX
from gateway.bootstrap import Gateway
from gateway.settings import Settings
from tests.api.conftest import Face
from tests.serving import served

LINE = b"x: " + b"a" * 1000 + b"\r\n"
BEGUN = b"POST /v1/validations HTTP/1.1\r\nHost: x\r\n"
CHUNKED = BEGUN + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "headers": (BEGUN, LINE),
    "one header": (BEGUN + b"x: ", b"a" * 1000),
    "an address": (b"GET /", b"a" * 1000),
    "trailers": (CHUNKED + b"0\r\n", LINE),
    "an extension of a chunk": (CHUNKED + b"1;x=", b"a" * 1000),
}


@pytest.fixture(scope="module")
def port(face: Face):
    settings = Settings(data=face.world.folder)
    with served(Gateway(ports=face.world.ports, settings=settings)) as url:
        yield int(url.rpartition(":")[2])


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def pour(connection: socket.socket, more: bytes) -> None:
    for _ in range(100 * HEAD_BYTES_MAX // len(more)):
        connection.sendall(more)


def lives(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_leads_nowhere_is_cut_off(port: int, kind: str) -> None:
    begun, more = ENDLESS[kind]
    with closing(connected(port)) as connection:
        connection.sendall(begun)
        with pytest.raises(OSError, match=r"reset|pipe|aborted"):
            pour(connection, more)
    assert lives(port)


def test_a_long_head_is_told_so_and_one_within_bounds_is_read(port: int) -> None:
    for size, status in ((HEAD_BYTES_MAX // 2, b" 401 "), (2 * HEAD_BYTES_MAX, b" 431 ")):
        with closing(connected(port)) as connection:
            connection.sendall(b"GET /v1/movements HTTP/1.1\r\nHost: x\r\n")
            connection.sendall(LINE * (size // len(LINE)))
            connection.sendall(b"\r\n" if status == b" 401 " else b"")
            assert status in connection.recv(1000)


@pytest.mark.parametrize("begun", [b"", BEGUN, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET "])
def test_who_takes_too_long_over_a_head_is_cut_off(port: int, monkeypatch, begun: bytes) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS_MAX", 0.5)
    with closing(connected(port)) as connection:
        since = time.monotonic()
        connection.sendall(begun)
        while connection.recv(1000):
            pass  # the answer to what was asked whole
        assert time.monotonic() - since < 4  # before the server ends what is merely idle
    assert lives(port)


def test_a_long_body_and_several_requests_pass_as_ever(face: Face, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        for _ in range(3):
            headers = {**face.callers["exporter"], "Content-Type": "application/xml"}
            connection.request("POST", "/v1/validations", body=b" " * 300_000, headers=headers)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
