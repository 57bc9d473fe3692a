"""The courier against a real HTTP server on loopback."""

import asyncio
import base64
import gc
import json
import resource
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from gateway.adapters.links import REPLY_BYTES_MAX, HttpCourier, push, retry_after_seconds
from gateway.domain.delivery import CLOSED, Breaker, Link, LinkKind
from gateway.domain.errors import Unavailable
from gateway.domain.parcel import Parcel, Reply

SLOW = b"<Slow/>"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class StandingClock:
    def now(self) -> datetime:
        return NOW


class Office:
    """A customs system that behaves as the path's first part says, and remembers what it got."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.connections: set[tuple[str, int]] = set()
        self.under_way = self.most_under_way = 0
        self.gate = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((dict(request.headers), await request.read()))
        self.connections.add(request.transport.get_extra_info("peername"))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await getattr(self, request.match_info["how"])(request)
        finally:
            self.under_way -= 1

    async def ok(self, _: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.01)
        return web.Response(body=b'{"receipt":"..."}')

    async def each(self, _: web.Request) -> web.StreamResponse:
        """Take a batch: the first of its messages is refused, the last one not named at all."""
        told = [json.loads(line)["seal"] for line in self.seen[-1][1].splitlines()]
        replies = [
            {"message": seal, "status": "422" if seal == told[0] else "200", "reply": seal}
            for seal in told[:-1]
        ]
        return web.Response(body="".join(json.dumps(one) + "\n" for one in reversed(replies)))

    async def conflict(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=409, body=b"other digest")

    async def early(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=425)

    async def busy(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": "7"})

    async def busy_until(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "Mon, 23 Nov 2026 09:01:00 GMT"})

    async def moved(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "/ok/messages"})

    async def back(self, _: web.Request) -> web.StreamResponse:
        """Answer all but the first, as a system does that comes back meanwhile."""
        if len(self.seen) == 1:
            await self.gate.wait()
        return web.Response(status=200 if len(self.seen) == 2 else 409)

    async def silent(self, _: web.Request) -> web.StreamResponse:
        await self.gate.wait()
        return web.Response()

    async def deaf(self, _: web.Request) -> web.StreamResponse:
        """Never answer the first three, and all that come later."""
        if len(self.seen) <= 3:
            await self.gate.wait()
        return web.Response()

    async def choosy(self, _: web.Request) -> web.StreamResponse:
        """Say nothing of one message, and answer every other."""
        if self.seen[-1][1] == SLOW:
            await self.gate.wait()
        return web.Response()

    async def dripping(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await self.gate.wait()
        return response

    async def reset(self, request: web.Request) -> web.StreamResponse:
        request.transport.abort()
        return web.Response()

    async def cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        request.transport.abort()
        return response

    async def huge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b"x" * REPLY_BYTES_MAX)
        return response

    async def cookie(self, _: web.Request) -> web.StreamResponse:
        response = web.Response()
        response.set_cookie("session", "1")
        return response


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Office]]:
    loop = asyncio.new_event_loop()
    office = loop.run_until_complete(_made())
    application = web.Application()
    application.router.add_post("/{how}/messages", office.answer)
    application.router.add_post("/{how}/messages/batch", office.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    host, port = runner.addresses[0][:2]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"http://{host}:{port}", office
    loop.call_soon_threadsafe(office.gate.set)
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _made() -> Office:
    return Office()


@pytest.fixture
def office(server: tuple[str, Office]) -> Office:
    office = server[1]
    office.seen.clear()
    office.connections.clear()
    office.under_way = office.most_under_way = 0
    return office


def courier(**changes: float) -> HttpCourier:
    given = {"connect_seconds": 1.0, "total_seconds": 5.0, "concurrency": 4, **changes}
    return HttpCourier(clock=StandingClock(), **given)


def link(endpoint: str) -> Link:
    return Link(
        id="lnk_hq", tenant="acme", administration="CN", kind=LinkKind.PUSH,
        endpoint=endpoint, key=bytes(32), offices=("CN008001",),
    )  # fmt: skip


def parcel(number: int = 1) -> Parcel:
    return Parcel(
        message=f"msg_{number}", media_type="application/xml", content=b"<M/>",
        envelope=b'{"v":1}', seal="seal-1:AAAA",
    )  # fmt: skip


def sent(endpoint: str, breaker: Breaker = CLOSED, **changes: float) -> Reply:
    with courier(**changes) as carrying:
        (reply,) = carrying.carry(replace(link(endpoint), breaker=breaker), [parcel()])
    return reply


@pytest.mark.parametrize(
    ("how", "status", "content", "wish"),
    [
        pytest.param("ok", 200, b'{"receipt":"..."}', None, id="200"),
        pytest.param("conflict", 409, b"other digest", None, id="409"),
        pytest.param("early", 425, b"", None, id="425"),
        pytest.param("busy", 503, b"", 7.0, id="503 with Retry-After in seconds"),
        pytest.param("busy_until", 429, b"", 60.0, id="429 with Retry-After as a date"),
        pytest.param("moved", 307, b"", None, id="redirect, not followed"),
        pytest.param("huge", 200, b"x" * REPLY_BYTES_MAX, None, id="huge body, cut"),
        pytest.param("nothing/here", 404, b"404: Not Found", None, id="404"),
    ],
)
def test_a_status_is_handed_on(server, how, status, content, wish):
    reply = sent(f"{server[0]}/{how}")
    assert replace(reply, media_type="") == Reply(
        message="msg_1", at=NOW, status=status, content=content, retry_after_seconds=wish,
        cut=how == "huge",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "word"),
    [
        pytest.param("silent", "timed-out", id="no answer"),
        pytest.param("dripping", "timed-out", id="slow body"),
        pytest.param("reset", "connection-lost", id="reset"),
        pytest.param("cut", "connection-lost", id="body cut off"),
    ],
)
def test_a_failure_is_a_reply_too(server, how, word):
    reply = sent(f"{server[0]}/{how}", total_seconds=0.4)
    assert (reply.message, reply.status, reply.error.split(":")[0]) == ("msg_1", 0, word)


OPEN = Breaker(failures=5, opened_at=NOW, probe_at=NOW)


@pytest.fixture
def soon(monkeypatch):
    """Let nobody wait long before a message is posted beside itself."""
    monkeypatch.setattr(push, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(push, "PROBE_AGAIN_SECONDS", 0.1)


LEADING = {"alive": (CLOSED, 0), "away": (OPEN, 0), "away, takes batches": (OPEN, 8)}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(("breaker", "batch"), LEADING.values(), ids=LEADING)
def test_a_system_that_comes_back_meanwhile_is_heard(server, office, breaker, batch):
    to = replace(link(f"{server[0]}/back"), breaker=breaker, batch=batch)
    with courier() as carrying:
        (reply,) = carrying.carry(to, [parcel()])
    assert reply.status == 200
    assert len({(body, *sorted(headers.items())) for headers, body in office.seen}) == 1


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("how", ["silent", "dripping", "reset"])
def test_a_dead_system_fails_in_its_time(server, how):
    assert sent(f"{server[0]}/{how}", OPEN, total_seconds=0.4).status == 0


@pytest.mark.usefixtures("soon")
def test_only_the_first_message_is_posted_beside_itself(server, office):
    parcels = [replace(parcel(n), content=b"<M%d/>" % n) for n in range(3)]
    with courier(total_seconds=1.0) as carrying:
        list(carrying.carry(link(f"{server[0]}/silent"), parcels))
    posted = Counter(body for _, body in office.seen)
    assert posted[b"<M0/>"] > 1
    assert posted[b"<M1/>"] == posted[b"<M2/>"] == 1


@pytest.mark.usefixtures("soon")
def test_whoever_is_back_hears_at_once_of_all_it_never_answered(server, office):
    parcels = [replace(parcel(n), content=b"<M%d/>" % n) for n in range(3)]
    with courier() as carrying:
        replies = list(carrying.carry(link(f"{server[0]}/deaf"), parcels))
    assert {one.message: one.status for one in replies} == {f"msg_{n}": 200 for n in range(3)}
    posted = Counter(body for _, body in office.seen)
    assert posted == {b"<M0/>": 2, b"<M1/>": 2, b"<M2/>": 2}


@pytest.mark.parametrize(
    ("endpoint", "word"),
    [
        pytest.param("http://127.0.0.1:1", "not-connected", id="refused connection"),
        pytest.param("http://no-such-office.invalid", "not-connected", id="unknown name"),
        pytest.param("ftp://127.0.0.1/x", "endpoint-unusable", id="another scheme"),
        pytest.param("http://[", "endpoint-unusable", id="no address"),
        pytest.param("", "endpoint-unusable", id="nothing"),
    ],
)
def test_an_endpoint_that_cannot_be_reached(endpoint, word):
    reply = sent(endpoint)
    assert (reply.status, reply.error.split(":")[0]) == (0, word)


def answered(raw: bytes) -> Reply:
    """Send a parcel to a system that answers with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)

        speaking = threading.Thread(target=speak)
        speaking.start()
        reply = sent(f"http://127.0.0.1:{listening.getsockname()[1]}")
        speaking.join()
    return reply


def test_an_answer_that_is_not_http():
    reply = answered(b"220 mail.example ESMTP\r\n\r\n")
    assert (reply.status, reply.error.split(":")[0]) == (0, "malformed-reply")


def test_a_media_type_that_is_no_text_can_be_kept():
    reply = answered(b"HTTP/1.1 200 OK\r\nContent-Type: a/\xbb\xd8\r\nContent-Length: 0\r\n\r\n")
    assert (reply.status, reply.media_type) == (200, "a/??")


class Stumbling(HttpCourier):
    """A courier with a mistake in it that one parcel finds."""

    def _request(self, link, parcel):
        if parcel.message == "msg_0":
            raise OverflowError
        return super()._request(link, parcel)


def test_a_mistake_of_ours_about_one_parcel_is_not_another_s(server, caplog):
    given = {"connect_seconds": 1.0, "total_seconds": 5.0, "concurrency": 4}
    with Stumbling(clock=StandingClock(), **given) as carrying:
        replies = list(carrying.carry(link(f"{server[0]}/ok"), [parcel(n) for n in range(3)]))
    told = {one.message: (one.status, one.error, one.mistake) for one in replies}
    assert told == {
        "msg_0": (0, "our-mistake: OverflowError", True),
        "msg_1": (200, "", False),
        "msg_2": (200, "", False),
    }
    assert "OverflowError" in caplog.text


def test_the_headers_and_the_bytes_are_those_of_the_exchange(server, office):
    sent(f"{server[0]}/ok/")
    ((headers, body),) = office.seen
    assert body == b"<M/>"
    assert headers["Content-Type"] == "application/xml"
    assert base64.b64decode(headers["Fullroute-Envelope"]) == b'{"v":1}'
    assert headers["Fullroute-Seal"] == "seal-1:AAAA"


def test_parcels_go_side_by_side_but_never_more_than_allowed(server, office):
    with courier(concurrency=3) as carrying:
        replies = list(carrying.carry(link(f"{server[0]}/ok"), [parcel(n) for n in range(20)]))
    assert sorted(reply.message for reply in replies) == sorted(f"msg_{n}" for n in range(20))
    assert office.most_under_way == 3
    assert len(office.connections) == 3  # kept alive and used again


def test_those_that_join_do_not_make_it_more_either(server, office):
    waiting = [[parcel(n) for n in range(first, first + 5)] for first in range(5, 25, 5)]
    with courier(concurrency=3) as carrying:
        replies = list(
            carrying.carry(
                link(f"{server[0]}/ok"),
                [parcel(n) for n in range(5)],
                lambda: waiting.pop(0) if waiting else (),
            )
        )
    assert sorted(reply.message for reply in replies) == sorted(f"msg_{n}" for n in range(25))
    assert office.most_under_way == 3


def test_while_one_waits_for_its_reply_others_come_and_go(server):
    """The office is silent about the first; those that join meanwhile are done before it."""
    coming = [parcel(n) for n in range(1, 9)]

    def more():
        return [coming.pop(0)] if coming else ()

    with courier(total_seconds=3.0) as carrying:
        slow = replace(parcel(0), content=SLOW)
        to = link(f"{server[0]}/choosy")
        replies = [one.message for one in carrying.carry(to, [slow], more)]
    assert sorted(replies) == [f"msg_{n}" for n in range(9)]
    assert replies[-1] == "msg_0"


def carried(carrying: HttpCourier, to: Link, outcome: list[object]) -> threading.Thread:
    """Carry two parcels in a thread and note the replies, or what was raised."""

    def carry() -> None:
        try:
            outcome.extend(carrying.carry(to, [parcel(1), parcel(2)]))
        except Unavailable as closed:
            outcome.append(closed.findings[0].code)

    thread = threading.Thread(target=carry)
    thread.start()
    return thread


def test_a_slow_link_does_not_hold_up_another(server):
    with courier(concurrency=1) as carrying:
        waiting = carried(carrying, link(f"{server[0]}/silent"), [])
        (reply,) = carrying.carry(link(f"{server[0]}/ok"), [parcel(3)])
        assert reply.status == 200
        carrying.close()
        waiting.join()


def test_closing_under_way_says_so(server, office):
    outcome: list[object] = []
    carrying = courier(concurrency=1)
    waiting = carried(carrying, link(f"{server[0]}/silent"), outcome)
    while not office.seen:
        pass
    carrying.close()
    waiting.join()
    assert outcome == ["courier.closed"]


@contextmanager
def no_handles() -> Iterator[None]:
    """Let nothing more be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.filterwarnings("ignore:.*BaseEventLoop.__del__")
def test_a_courier_that_finds_no_handles_says_so_and_carries_when_there_are_some(server):
    to = link(f"{server[0]}/ok")
    with courier() as carrying:
        with no_handles(), pytest.raises(OSError, match="Too many open files"):
            list(carrying.carry(to, [parcel()]))
        (reply,) = carrying.carry(to, [parcel()])
        assert reply.status == 200
    gc.collect()  # asyncio complains of its half-made loop: in this test, and in no other


def test_a_closed_courier_carries_nothing_more(server, office):
    carrying = courier()
    carrying.close()
    carrying.close()
    with pytest.raises(Unavailable):
        list(carrying.carry(link(f"{server[0]}/ok"), [parcel()]))
    assert office.seen == []


def test_nobody_waits_for_what_nobody_reads(server):
    with courier() as carrying:
        replies = carrying.carry(link(f"{server[0]}/ok"), [parcel(n) for n in range(8)])
        assert next(replies).status == 200
        replies.close()


def test_nothing_to_carry():
    with courier() as carrying:
        assert list(carrying.carry(link("http://127.0.0.1:1"), [])) == []


def test_no_cookie_is_kept(server, office):
    with courier() as carrying:
        for number in (1, 2):
            list(carrying.carry(link(f"{server[0]}/cookie"), [parcel(number)]))
    assert all("Cookie" not in headers for headers, _ in office.seen)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("", None, id="missing"),
        pytest.param("0", 0.0, id="nought"),
        pytest.param(" 12 ", 12.0, id="seconds"),
        pytest.param("99999999999", 86_400.0, id="more than a day"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1.5", None, id="fraction"),
        pytest.param("soon", None, id="a word"),
        pytest.param("٣", None, id="another script's digit"),
        pytest.param("Mon, 23 Nov 2026 09:00:30 GMT", 30.0, id="date ahead"),
        pytest.param("Mon, 23 Nov 2026 08:00:00 GMT", 0.0, id="date past"),
        pytest.param("Mon, 23 Nov 2026 09:00:30 -0000", 30.0, id="date without zone"),
        pytest.param("Thu, 23 Nov 2028 09:00:00 GMT", 86_400.0, id="date far ahead"),
        pytest.param("Mon, 01 Jan 99999999999 00:00:00 GMT", None, id="no year of any calendar"),
        pytest.param("Mon, 99999999999 Jan 2026 00:00:00 GMT", None, id="no day of any month"),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after_seconds(header, NOW + timedelta(0)) == seconds


# ------------------------------------------------------------------ several in one request


def batched(endpoint: str, batch: int, many: int) -> list[tuple[str, int, str]]:
    parcels = [replace(parcel(n), seal=f"msg_{n}") for n in range(many)]
    with courier() as carrying:
        told = list(carrying.carry(replace(link(endpoint), batch=batch), parcels))
    return sorted((one.message, one.status, one.error or one.content.decode()) for one in told)


def test_each_message_of_a_batch_has_its_own_reply(server, office):
    """Replies are found by the message they name, in any order; who is not named goes again."""
    assert batched(f"{server[0]}/each", batch=4, many=4) == [
        ("msg_0", 422, "msg_0"),
        ("msg_1", 200, "msg_1"),
        ("msg_2", 200, "msg_2"),
        ("msg_3", 200, "malformed-reply"),
    ]
    assert len(office.seen) == 1


def test_a_link_says_how_many_one_request_holds(server, office):
    batched(f"{server[0]}/each", batch=3, many=8)
    held = sorted(len(body.splitlines()) for _, body in office.seen)
    assert held == [2, 3, 3]


@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        pytest.param("busy", 503, "", id="busy"),
        pytest.param("nothing/here", 404, "404: Not Found", id="takes none"),
        pytest.param("ok", 200, "malformed-reply", id="no lines"),
    ],
)
def test_what_befalls_a_batch_befalls_each_of_its_messages(server, how, status, told):
    found = batched(f"{server[0]}/{how}", batch=2, many=2)
    assert found == [(f"msg_{n}", status, told) for n in range(2)]


@pytest.mark.parametrize("bad", [(1,), (0, 1, 2)], ids=["one of them", "all but one"])
def test_a_mistake_of_ours_about_one_message_of_a_batch_is_not_the_others(server, office, bad):
    parcels = [replace(parcel(n), seal=f"msg_{n}") for n in range(4)]
    parcels = [replace(one, envelope=None) if n in bad else one for n, one in enumerate(parcels)]
    with courier() as carrying:
        replies = carrying.carry(replace(link(f"{server[0]}/each"), batch=4), parcels)
        told = {one.message: (one.status, one.mistake) for one in replies}
    good = [n for n in range(4) if n not in bad]
    statuses = dict.fromkeys(good, 200) | {good[0]: 422, good[-1]: 200}
    assert told == {f"msg_{n}": (0, True) if n in bad else (statuses[n], False) for n in range(4)}
    assert len(office.seen) == 1


def test_a_batch_of_nothing_but_mistakes_is_not_sent(server, office):
    parcels = [replace(parcel(n), envelope=None) for n in range(2)]
    with courier() as carrying:
        replies = list(carrying.carry(replace(link(f"{server[0]}/each"), batch=2), parcels))
    assert [(one.status, one.mistake) for one in replies] == [(0, True)] * 2
    assert office.seen == []
