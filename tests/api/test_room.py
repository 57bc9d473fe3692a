"""Room for bodies: what fills it, what still gets through, and that it is always given back."""

import http.client
import io
import json
import socket
import time
import zipfile

import pytest

from gateway import bootstrap
from gateway.bootstrap import Gateway
from gateway.domain.errors import Unavailable
from gateway.pressure import SMALL_BYTES, BodyRoom
from gateway.sections import HttpSettings
from gateway.settings import Settings
from tests.serving import served
from tests.world import TENANT, World

LONGEST = 400_000
ROOM = 1_000_000  # two of the longest, and not a third


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("room"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def headers(world):
    _, key = bootstrap.new_principal(world.ports, TENANT, "all", ("declare", "read", "operate"))
    return {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/xml",
        "Idempotency-Key": "k",
    }


@pytest.fixture(scope="module")
def port(world):
    settings = HttpSettings(body_bytes_max=LONGEST, bodies_bytes_max=ROOM)
    with served(
        Gateway(ports=world.ports, settings=Settings(data=world.folder, http=settings))
    ) as url:
        yield int(url.rpartition(":")[2])


def unfinished(port, headers) -> socket.socket:
    """Say that a body of the longest kind comes, and leave it at that."""
    connection = socket.create_connection(("127.0.0.1", port))
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = f"POST /v1/declarations HTTP/1.1\r\nHost: x\r\nContent-Length: {LONGEST}\r\n"
    connection.sendall((head + "".join(lines) + "\r\n").encode())
    return connection


def refused(connection) -> bool:
    """Tell whether a connection is answered before its body was sent."""
    connection.settimeout(0.5)
    try:
        return b" 503 " in connection.recv(1000)
    except TimeoutError:
        return False


def post(port, headers, body, path="/v1/declarations"):
    """Return status, headers and finding of one whole request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", path, body=body, headers=headers, encode_chunked=False)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, answer.headers, [one["code"] for one in told.get("errors", ())]


def settled(port, headers) -> None:
    """Wait until a long body is read again, which is no XML."""
    until = time.monotonic() + 20
    while (said := post(port, headers, b"x" * LONGEST))[0] != 400:
        assert time.monotonic() < until, said
        time.sleep(0.05)


def test_long_bodies_are_refused_while_others_fill_the_room_and_short_ones_are_not(
    world, port, headers
):
    held = []
    try:
        while not held or not refused(held[-1]):
            held.append(unfinished(port, headers))
            assert len(held) < 20
        status, told, codes = post(port, headers, b"x" * LONGEST)
        assert (status, told["Retry-After"], codes) == (503, "1", ["intake.busy"])
        chunks = {**headers, "Transfer-Encoding": "chunked"}
        chunk = b"%x\r\n%b\r\n" % (LONGEST - 1, b"x" * (LONGEST - 1))
        assert post(port, chunks, chunk + b"0\r\n\r\n")[0] == 503
        declaration = world.declaration()
        assert len(declaration) < SMALL_BYTES
        assert post(port, {**headers, "Idempotency-Key": "short"}, declaration)[0] == 202
    finally:
        for connection in held:
            connection.close()
    settled(port, headers)


@pytest.mark.parametrize(
    ("size", "status"), [(LONGEST, 400), (LONGEST + 1, 413), (3 * LONGEST, 413)]
)
def test_whatever_becomes_of_a_body_its_room_is_free_again(port, headers, size, status):
    for _ in range(4):
        body = b"x" * size
        assert post(port, headers, body)[0] == status
        chunks = {**headers, "Transfer-Encoding": "chunked"}
        whole = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)
        assert post(port, chunks, whole)[0] == status


def test_one_body_of_the_longest_kind_always_finds_room():
    room = BodyRoom(HttpSettings(body_bytes_max=LONGEST, bodies_bytes_max=1024))
    with room.claim() as claim:
        claim.reach(LONGEST)
        claim.reach(LONGEST - 1)
        assert room.taken == LONGEST
        with room.claim() as other:
            other.reach(SMALL_BYTES)
            with pytest.raises(Unavailable):
                other.reach(SMALL_BYTES + 1)
        assert room.taken == LONGEST
        claim.give_back()
    assert room.taken == 0


def zipped(size) -> bytes:
    """Return an archive that is short, of one file that is not."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b" " * size)
    assert len(stream.getvalue()) < SMALL_BYTES
    return stream.getvalue()


def test_what_an_archive_unpacks_to_needs_room_too(port, headers):
    told = {**headers, "Content-Type": "application/zip"}
    assert post(port, told, zipped(ROOM + 1), "/v1/groups")[::2] == (400, ["zip.expands-too-far"])
    held = [unfinished(port, headers)]
    try:
        while not refused(held[-1]):
            held.append(unfinished(port, headers))
        assert post(port, told, zipped(ROOM // 2), "/v1/groups")[::2] == (503, ["intake.busy"])
    finally:
        for connection in held:
            connection.close()
    settled(port, headers)
    for _ in range(3):
        assert post(port, told, zipped(ROOM // 2), "/v1/groups")[0] == 400  # blanks are no XML
