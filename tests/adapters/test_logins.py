"""A login that nobody has proven goes alone: systems lock users out. Against a real server."""

import asyncio
import base64
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web

from gateway.adapters.links import RequestCourier, logins, request
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.errors import NotFound, Unavailable
from gateway.domain.finding import Finding
from gateway.domain.parcel import Parcel

MANY = 16


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Office:
    """A system that says the same to everybody, and remembers how many asked side by side."""

    def __init__(self) -> None:
        self.status, self.headers, self.content = 202, {}, b""
        self.asked = self.under_way = self.most = 0
        self.address = ""

    async def answer(self, asked: web.BaseRequest) -> web.StreamResponse:
        await asked.read()
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(0.05 if self.status else 3600)
        finally:
            self.under_way -= 1
        return web.Response(status=self.status, headers=self.headers, body=self.content)


@contextmanager
def served(office):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin():
        runner = web.ServerRunner(web.Server(office.answer), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    office.address = "http://{}:{}".format(*runner.addresses[0][:2])
    yield
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    settled = asyncio.sleep(0.05)  # who connected just then is closed, too
    asyncio.run_coroutine_threadsafe(settled, loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class Border:
    """One link, its office, and the courier between them."""

    def __init__(self, office: Office) -> None:
        self.office, self.clock, self.passwords = office, Clock(), {"lnk_x": b"expired"}
        self.courier = RequestCourier(
            clock=self.clock, connect_seconds=1, total_seconds=0.4, concurrency=MANY,
            password=self.password,
        )  # fmt: skip
        self.link = Link(
            id="lnk_x", tenant="t", administration="VN", kind=LinkKind.REQUEST, key=b"",
            endpoint=office.address, offices=("VN0015BB",), login="FULLRT01",
        )  # fmt: skip

    def password(self, link: str) -> bytes:
        if link not in self.passwords:
            raise NotFound(Finding(code="link.no-login", value=link))
        return self.passwords[link]

    def send(self) -> list[tuple[int, str]]:
        """Send many parcels at once and return what became of them, in words; note the tries."""
        parcels = [
            Parcel(message=f"m{n}", media_type="a/b", content=b"x", envelope=b"e", seal="s")
            for n in range(MANY)
        ]
        before, self.office.most = self.office.asked, 0
        replies = list(self.courier.carry(self.link, parcels))
        assert len(replies) == MANY
        self.asked = self.office.asked - before
        self.tried = sum(one.tried for one in replies)
        return sorted({(one.status, one.error) for one in replies})


@pytest.fixture
def border():
    office = Office()
    with served(office):
        border = Border(office)
        yield border
        border.courier.close()


REFUSED = [(0, "login-refused: not tried again yet"), (0, "login-refused: status 401")]


def test_a_password_that_a_refusal_quotes_is_not_kept(border):
    """What an office wrote as it refused is shown to people."""
    basic = base64.b64encode(b"FULLRT01:expired")
    border.office.status, border.office.content = 422, b"expired? or " + basic
    parcel = Parcel(message="m", media_type="a/b", content=b"x", envelope=b"e", seal="s")
    (reply,) = border.courier.carry(border.link, [parcel])
    assert (reply.status, reply.content) == (422, b"***? or ***")


def test_a_wrong_password_is_tried_once_however_much_is_to_be_sent(border):
    border.office.status = 401
    assert border.send() == REFUSED
    assert border.asked == border.tried == 1
    border.send()
    assert border.asked == border.tried == 0
    border.clock.at += logins.LOGIN_PAUSE
    assert border.send() == REFUSED
    assert border.asked == 1
    border.passwords["lnk_x"] = b"mended"  # another login: tried at once, and alone
    border.send()
    assert border.asked == 1


def test_one_word_about_a_login_is_enough_for_all(border):
    assert border.send() == [(202, "")]
    assert border.asked == border.tried == MANY
    assert border.office.most == MANY - 1  # the first went alone
    border.send()
    assert border.office.most == MANY


def test_a_proof_is_forgotten_when_nothing_was_heard_for_a_while(border):
    for minutes in (4, 4, 4):
        border.send()
        border.clock.at += timedelta(minutes=minutes)
    border.send()
    assert border.office.most == MANY
    border.clock.at += logins.PROVEN_FOR
    border.office.status = 401
    assert border.send() == REFUSED
    assert border.asked == 1


def test_a_login_that_was_proven_is_tried_no_more_once_it_is_refused(border):
    border.send()
    border.office.status = 403
    border.send()
    border.send()
    assert border.asked == 0


@pytest.mark.parametrize("status", [503, 429, 408])
def test_a_system_that_is_busy_says_nothing_about_a_login(border, status):
    border.office.status = status
    assert border.send() == [
        (0, f"login-unproven: not tried: status {status}"), (status, ""),
    ]  # fmt: skip
    assert border.asked == border.tried == 1


def test_whoever_waits_behind_silence_does_not_wait_longer_than_that(border):
    border.office.status = 0
    assert [error.partition(":")[0] for _, error in border.send()] == [
        "login-unproven", "timed-out",
    ]  # fmt: skip
    assert border.asked == border.tried == 1


def test_whoever_waits_for_a_try_that_was_dropped_makes_its_own(border):
    border.office.status = 0
    one = Parcel(message="m", media_type="a/b", content=b"x", envelope=b"e", seal="s")

    def dropped():
        def more():
            raise LookupError

        with pytest.raises(LookupError):
            list(border.courier.carry(border.link, [one], more))

    thread = threading.Thread(target=dropped)
    thread.start()
    while not border.office.under_way:
        pass
    border.office.status = 202
    assert border.send() == [(202, "")]
    thread.join()


def test_collecting_and_sending_share_what_is_known(border):
    border.office.status = 401
    with pytest.raises(Unavailable, match=r"link\.not-collected"):
        list(border.courier.collect(border.link))
    assert border.send() == REFUSED[:1]
    border.clock.at += logins.LOGIN_PAUSE
    border.office.status = 204
    assert list(border.courier.collect(border.link)) == []
    border.send()
    assert border.office.most == MANY


def test_without_a_password_nothing_is_asked(border):
    border.passwords.clear()
    ((status, error),) = border.send()
    assert (status, error.partition(":")[0], border.asked) == (0, "login-refused", 0)
    with pytest.raises(Unavailable, match=r"link\.not-collected"):
        list(border.courier.collect(border.link))


# ------------------------------------------------------------------ outputs


@pytest.mark.parametrize(("size", "stays"), [(99, False), (100, False), (101, True), (999, True)])
def test_an_output_that_is_not_read_whole_stays(border, monkeypatch, size, stays):
    monkeypatch.setattr(request, "OUTPUT_BYTES_MAX", 100)
    border.office.status, border.office.headers = 200, {"Output-Id": "o1"}
    border.office.content = b"x" * size
    found = next(border.courier.collect(border.link))
    assert (found.name, found.stays, bool(found.answers)) == ("o1", stays, not stays)
    assert [one.code for one in found.findings] == ["link.output-too-large"] * stays


class Listed:
    """An office with a list of outputs, each of which stays there until it is taken off."""

    def __init__(self, border, *names):
        self.names = list(names)
        border.office.answer = self.answer

    async def answer(self, asked):
        if asked.method == "DELETE":
            self.names.remove(asked.path.rpartition("/")[2])
            return web.Response()
        after = asked.query["after"]
        left = [one for one in self.names if one > after]
        if not left:
            return web.Response(status=204)
        return web.Response(body=b"x", headers={"Output-Id": left[0]})


def test_outputs_that_stay_do_not_hide_the_newer_ones(monkeypatch):
    monkeypatch.setattr(request, "OUTPUTS_MAX", 2)
    office = Office()
    listed = Listed(SimpleNamespace(office=office), "o1", "o2", "o3", "o4", "o5")
    with served(office):
        border = Border(office)
        visits = [visited(border), visited(border), visited(border)]
        listed.names = ["o4", "o6", "o7"]
        visits.append(visited(border))
        border.courier.close()
    assert visits == [["o1", "o2"], ["o1", "o2", "o3", "o4"], ["o1", "o2", "o4", "o5"],
                      ["o4", "o6", "o7"]]  # fmt: skip
    assert listed.names == ["o4", "o6", "o7"]


def visited(border):
    """Collect; what is odd is put away from the third on."""
    found = []
    for one in border.courier.collect(border.link):
        found.append(one.name)
        if one.name == "o3":
            border.courier.settle(border.link, one, ())
    return found


def test_a_list_that_goes_round_ends(monkeypatch):
    monkeypatch.setattr(request, "OUTPUTS_MAX", 3)
    turn = {"": "o1", "o1": "o2", "o2": "o1"}

    async def answer(asked):
        return web.Response(body=b"x", headers={"Output-Id": turn[asked.query["after"]]})

    office = Office()
    office.answer = answer
    with served(office):
        round_and_round = Border(office)
        for _ in range(3):
            assert len(list(round_and_round.courier.collect(round_and_round.link))) <= 5
        round_and_round.courier.close()
