"""The timeline as a stream: complete, resumable, and never in the way of stopping."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from gateway.access import MEMORY_SECONDS
from gateway.bootstrap import Gateway
from gateway.domain.page import NUMBER_MAX
from gateway.settings import Settings
from gateway.usecases import setup
from gateway.usecases.grants import revoke
from tests.api.conftest import Face
from tests.serving import served
from tests.world import TENANT


@dataclass
class Line:
    """One server-sent event."""

    id: int
    kind: str
    told: dict[str, object]


class Listener:
    """A client that reads one stream event by event."""

    def __init__(self, url: str, movement: str, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
        path = f"/v1/movements/{movement}/timeline/stream"
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()

    def lines(self, count: int) -> list[Line]:
        """Return the next events; comments and the retry line are passed over."""
        return [self._line() for _ in range(count)]

    def _line(self) -> Line:
        fields: dict[str, str] = {}
        while True:
            text = self.answer.readline().decode().rstrip("\n")
            if text:
                name, _, value = text.partition(": ")
                fields[name] = value
            elif "id" in fields:
                return Line(int(fields["id"]), fields["event"], json.loads(fields["data"]))

    def close(self) -> None:
        """Hang up."""
        self.answer.close()
        self.connection.close()


@pytest.fixture(scope="module")
def url(face: Face) -> Iterator[str]:
    settings = Settings(data=face.world.folder)
    with served(Gateway(ports=face.world.ports, settings=settings)) as place:
        yield place


def _timeline(face: Face, movement: str) -> list[dict[str, object]]:
    path = f"/v1/movements/{movement}/timeline"
    told = face.client.get(path, headers=face.callers["reader"]).json()
    lines: list[dict[str, object]] = told["data"]
    return lines


def test_a_stream_tells_the_whole_timeline_and_goes_on(face: Face, movement: str, url: str) -> None:
    so_far = _timeline(face, movement)
    with closing(Listener(url, movement, face.callers["reader"])) as listener:
        assert listener.answer.status == 200
        assert listener.answer.getheader("content-type").startswith("text/event-stream")
        told = listener.lines(len(so_far))
        assert [one.told for one in told] == so_far
        assert [one.id for one in told] == [line["index"] for line in so_far]
        face.world.report(movement, "departed", "CN008001", seal="CQ8801172")
        (fresh, *_) = listener.lines(1)
        assert fresh.id > told[-1].id


def test_a_stream_resumes_where_it_broke_off(face: Face, movement: str, url: str) -> None:
    so_far = _timeline(face, movement)
    middle = so_far[len(so_far) // 2]["index"]
    headers = {**face.callers["reader"], "Last-Event-ID": str(middle)}
    with closing(Listener(url, movement, headers)) as listener:
        expected = [line["index"] for line in so_far if int(str(line["index"])) > int(str(middle))]
        assert [one.id for one in listener.lines(len(expected))] == expected


@pytest.mark.parametrize(
    ("name", "caller", "headers", "status"),
    [
        ("nobody", "nobody", {}, 401),
        ("a link", "gate", {}, 403),
        ("a stranger", "stranger", {}, 404),
        ("JSON wanted", "reader", {"Accept": "application/json"}, 406),
    ],
)
def test_who_gets_no_stream(  # one argument each column
    face: Face,
    movement: str,
    url: str,
    name: str,
    caller: str,
    headers: dict[str, str],
    status: int,
) -> None:
    told = {**face.callers[caller], **headers}
    with closing(Listener(url, movement, told)) as listener:
        assert listener.answer.status == status, name
        assert listener.answer.getheader("content-type") == "application/problem+json"


def test_open_streams_and_long_polls_end_when_the_program_does(face: Face, movement: str) -> None:
    settings = Settings(data=face.world.folder)
    with served(Gateway(ports=face.world.ports, settings=settings)) as place:
        listener = Listener(place, movement, face.callers["reader"])
        listener.lines(1)
        polling = http.client.HTTPConnection(place.removeprefix("http://"), timeout=20)
        last = face.client.get(
            "/v1/links/lnk_cn00x001/feed?limit=200", headers=face.callers["gate"]
        ).json()["next"]
        polling.request(
            "GET",
            f"/v1/links/lnk_cn00x001/feed?wait=30&after={last}",
            headers=face.callers["gate"],
        )
    with closing(listener), closing(polling):  # the block above ends by the server's own will
        listener.answer.read()
        assert json.loads(polling.getresponse().read())["data"] == []


def test_a_stream_and_a_long_poll_end_with_their_key(face: Face, movement: str, url: str) -> None:
    ports = face.world.ports
    operator, _ = setup.new_principal(ports, TENANT, "operator", ("operate",))
    leaver, key = setup.new_principal(ports, TENANT, "leaver", ("read",))
    gate, sealed = setup.new_principal(ports, TENANT, "gate", ("link",), link="lnk_cn00x001")
    polling = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    listener = Listener(url, movement, {"Authorization": f"Bearer {key}"})
    with closing(listener), closing(polling):
        listener.lines(1)
        feed = f"/v1/links/lnk_cn00x001/feed?after={NUMBER_MAX}&wait=15"
        polling.request("GET", feed, headers={"Authorization": f"Bearer {sealed}"})
        time.sleep(0.5)  # the long poll is under way
        for one in (leaver, gate):
            revoke(ports, operator, one.id, "left the company")
        face.world.clock.forward(seconds=MEMORY_SECONDS + 1)
        listener.answer.read()  # which a stream that goes on never lets end
        assert polling.getresponse().status == 401
