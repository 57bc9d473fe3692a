"""What every courier promises, whatever carries the parcels: push, folder, request-response."""

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web

from gateway.adapters.links import FolderCourier, HttpCourier, RequestCourier
from gateway.audit.exchange import Envelope, make_envelope
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.finding import Catalogue
from gateway.domain.parcel import Blank, Parcel

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLOCK = SimpleNamespace(now=lambda: NOW)
PATIENCE = {"clock": CLOCK, "connect_seconds": 1.0, "total_seconds": 0.5, "concurrency": 4}


@dataclass
class Office:
    """The other side of one link: what arrived there, in order, and how to be silent."""

    link: Link
    arrived: list[bytes]
    silent: asyncio.Event | None = None


@contextmanager
def listening(arrived):
    """Serve HTTP on loopback; while ``silent`` is not set nobody answers."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin():
        silent = asyncio.Event()
        silent.set()

        async def answer(request):
            arrived.append(await request.read())
            await silent.wait()
            return web.Response(status=202)

        runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, silent

    runner, silent = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", silent
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class Folder(list):
    """What lies in ``out/``; the office takes it away by looking."""

    def __init__(self, base: Path) -> None:
        self._out = base / "out"

    def _look(self) -> None:
        for path in sorted(self._out.glob("*"), key=lambda one: one.stat().st_mtime_ns):
            self.append(path.read_bytes())
            path.unlink()

    def __iter__(self):
        self._look()
        return super().__iter__()


def link(kind, endpoint):
    return Link(
        id="lnk_x", tenant="t", administration="VN", kind=kind, endpoint=endpoint,
        key=bytes(32), offices=("VN0015BB",), login="FULLRT01",
    )  # fmt: skip


@pytest.fixture(params=[one for one in LinkKind if one is not LinkKind.FEED], ids=str)
def kind(request):
    return request.param


@pytest.fixture
def office(kind, tmp_path):
    if kind is LinkKind.FOLDER:
        yield Office(link(kind, tmp_path.as_uri()), Folder(tmp_path))
        return
    arrived = []
    with listening(arrived) as (address, silent):
        yield Office(link(kind, address), arrived, silent)
        silent.set()


@pytest.fixture
def courier(kind):
    match kind:
        case LinkKind.PUSH:
            carrying = HttpCourier(**PATIENCE)
        case LinkKind.REQUEST:
            carrying = RequestCourier(**PATIENCE, password=lambda _: b"geheim42")
        case _:
            yield FolderCourier(clock=CLOCK, catalogue=Catalogue)
            return
    with carrying:
        yield carrying


def parcel(number=1):
    envelope = Envelope(
        id=f"msg_{number}", type="OLA", movement="m", link="lnk_x", office="VN0015BB", stream="s",
        place=number, digest="0" * 64, media_type="text/plain", issued=NOW,
    )  # fmt: skip
    return Parcel(
        message=f"msg_{number}", media_type="text/plain", content=b"OLA" + b" " * 397 + b"15BB\r\n",
        envelope=make_envelope(envelope), seal="seal-1:AAAA",
        blanks=(Blank(name="user", start=29, length=8), Blank(name="password", start=37, length=8)),
    )  # fmt: skip


def test_every_parcel_brings_one_reply(courier, office):
    replies = list(courier.carry(office.link, [parcel(n) for n in range(1, 6)]))
    assert sorted(reply.message for reply in replies) == [f"msg_{n}" for n in range(1, 6)]
    assert {(reply.status, reply.error) for reply in replies} == {(202, "")}
    assert len(list(office.arrived)) == 5


def test_a_repeat_is_the_same_bytes(courier, office):
    for _ in range(2):
        list(courier.carry(office.link, [parcel()]))
        assert set(office.arrived)
    first, second = office.arrived
    assert first == second


def test_what_is_carried_one_after_the_other_arrives_so(courier, office, kind):
    for number in (3, 1, 2):
        changed = replace(parcel(number), content=b"%d" % number + b" " * 399)
        list(courier.carry(office.link, [changed]))
        list(office.arrived)
    found = [content.find(b"msg_") for content in office.arrived]
    assert len(found) == 3
    if kind is LinkKind.FOLDER:
        assert [c[c.index(b"msg_") + 4 : c.index(b"msg_") + 5] for c in office.arrived] == [
            b"3", b"1", b"2",
        ]  # fmt: skip
    else:
        assert [content[:1] for content in office.arrived] == [b"3", b"1", b"2"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "nonsense", "http://[", "http://127.0.0.1:1", "ftp://127.0.0.1/", "file://",
        "file:///no/such/folder", "file://elsewhere/share", "file:relative", "http://no.invalid",
    ],
)  # fmt: skip
def test_a_bad_link_is_a_reply_too(courier, kind, endpoint):
    replies = list(courier.carry(link(kind, endpoint), [parcel(1), parcel(2)]))
    assert sorted(reply.message for reply in replies) == ["msg_1", "msg_2"]
    assert all(reply.status == 0 and reply.error for reply in replies)


def test_nothing_to_carry(courier, office):
    assert list(courier.carry(office.link, [])) == []


def test_silence_ends(courier, office, kind):
    if kind is LinkKind.FOLDER:
        pytest.skip("a folder does not keep anybody waiting")
    office.silent.clear()
    (reply,) = courier.carry(office.link, [parcel()])
    assert (reply.status, reply.error.split(":")[0]) == (0, "timed-out")


def test_the_login_stands_only_in_what_is_sent(courier, office, kind):
    before = parcel()
    replies = list(courier.carry(office.link, [before]))
    (content,) = list(office.arrived)
    assert (b"geheim42" in content) == (kind is LinkKind.REQUEST)
    assert before == parcel()
    assert "geheim42" not in repr(replies) + repr(office.link) + repr(courier)
    if kind is LinkKind.REQUEST:
        assert content[29:45] == b"FULLRT01geheim42"
        assert len(content) == len(before.content)
