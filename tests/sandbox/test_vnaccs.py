"""The VNACCS-shaped system: for our courier, and for a client that somebody else wrote."""

import asyncio
import base64
from contextlib import closing
from dataclasses import dataclass, replace

import aiohttp
import pytest

from gateway.adapters.links import RequestCourier
from gateway.cli.demo.loopback import free_ports
from gateway.domain.delivery import LinkKind
from gateway.domain.message import MessageState, ReceiptKind
from gateway.domain.records import Change, Update
from gateway.markup import wire
from gateway.packs import layout
from gateway.sandbox.spec import SandboxSpec
from gateway.sandbox.stage import Stage
from gateway.usecases.collect import collect
from gateway.usecases.deliver import deliver
from tests.markup.keys import make_signer
from tests.world import SIGNATORIES, World

BORDER = "lnk_vn0015bb"
USER, PASSWORD = "FULLRT01", "geheim42"
PATIENCE = 200


@dataclass
class Border:
    """A gateway, and Huu Nghi reached by request and response."""

    world: World
    spec: SandboxSpec
    passwords: dict
    movement: str = ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.spec.links[0].port}"

    def stage(self):
        with self.world.ports.packs.slot() as packs:
            offices = self.world.ports.packs.offices()
            return Stage(self.spec, packs, offices, self.world.clock.now)

    def submit(self):
        self.movement = self.world.submit(self.world.declaration()).movement

    def message(self, kind):
        return self.world.messages(self.movement)["VN0015BB", kind]

    def work(self):
        """Do what a worker would."""
        deliver(self.world.ports, BORDER, "test")
        return collect(self.world.ports, BORDER)

    async def until(self, true):
        for _ in range(PATIENCE):
            await asyncio.to_thread(self.work)
            if true():
                return
            self.world.clock.forward(seconds=0.2)
            await asyncio.sleep(0.02)
        pytest.fail("it never came to that")

    def submission(self, kind="OLA"):
        """Content and CMS of a message as the gateway signed it."""
        body = self.world.store.body(self.message(kind).wire)
        return wire.split_signed(body.content)


@pytest.fixture
def border(tmp_path):
    world = World(tmp_path)
    (port, control_port), passwords = free_ports(2), {BORDER: PASSWORD.encode()}
    courier = RequestCourier(
        clock=world.clock, connect_seconds=1, total_seconds=5, concurrency=4,
        password=lambda link: passwords[link],
    )  # fmt: skip
    world.ports = replace(
        world.ports,
        couriers={**world.ports.couriers, LinkKind.REQUEST: courier},
        collectors={LinkKind.REQUEST: courier},
    )
    values = {
        "kind": LinkKind.REQUEST, "endpoint": f"http://127.0.0.1:{port}", "key": b"",
        "login": USER, "receipt": ReceiptKind.NATIVE,
    }  # fmt: skip
    world.store.commit(Change((Update(table="links", key=BORDER, values=values),)))
    known = world.town.systems[BORDER].spec
    link = replace(known, kind=LinkKind.REQUEST, port=port, user=USER, password=PASSWORD)
    spec = SandboxSpec(
        gateway="http://127.0.0.1:9",
        journal=tmp_path / "stage",
        control_port=control_port,
        seed="test",
        gateway_keys={},
        certificates=tuple(world.keys.signer(name).certificate for name in SIGNATORIES),
        links=(link,),
    )
    with closing(world), closing(courier):
        found = Border(world, spec, passwords)
        found.submit()
        yield found


async def told(border, **words):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{border.spec.control_port}/control", json=words) as answer,
    ):
        assert answer.status == 200, await answer.text()


# ------------------------------------------------------------------ our courier


def test_outputs_come_at_once_and_from_the_list(border):
    async def play():
        async with border.stage() as stage:
            await border.until(
                lambda: border.world.procedures(border.movement)["vn-transport"] == "released"
            )
            for kind in ("OLA", "OLC"):
                message = border.message(kind)
                assert (message.state, message.receipt_kind) == (
                    MessageState.ACKNOWLEDGED,
                    ReceiptKind.NATIVE,
                )
            system = stage.actors[BORDER].system
            assert [line["type"] for line in system.requests()] == ["OLA", "OLC"]
            effects = [(line["id"], line["effect"]) for line in system.effects()]
            assert len(effects) == len(set(effects))
            everything = "".join(p.read_text("utf-8") for p in border.spec.journal.glob("*"))
            assert PASSWORD not in everything
            assert base64.b64encode(PASSWORD.encode()).decode() not in everything

    asyncio.run(play())
    answers = [one.type for one in border.world.store.answers(border.movement)]
    assert answers == ["OLA-copy", "VAS501", "VAS504"]


def test_a_notice_that_is_no_job_is_handed_over_with_the_login_beside_it(border):
    """The goods are released in China: the border is told in XML, which has no header of a job."""

    async def play():
        async with border.stage() as stage:
            await border.until(lambda: border.message("OLC").state is MessageState.ACKNOWLEDGED)
            await asyncio.to_thread(border.world.run)
            await border.until(
                lambda: border.message("WayNotice-I").state is MessageState.ACKNOWLEDGED
            )
            return [line["type"] for line in stage.actors[BORDER].system.requests()]

    assert asyncio.run(play()) == ["OLA", "OLC", "WayNotice-I"]
    assert border.message("WayNotice-I").receipt_kind is ReceiptKind.TRANSPORT


@pytest.mark.parametrize(
    ("content", "login", "status"),
    [
        (b"<Notice/>", PASSWORD, 422),
        (b"no XML", PASSWORD, 422),
        (b"<Notice/>", "another", 401),
    ],
    ids=["it names nobody", "it is none", "it comes from a stranger"],
)
def test_a_notice_that_cannot_be_taken(border, content, login, status):
    async def play():
        async with border.stage(), aiohttp.ClientSession() as session:
            headers = {"Content-Type": "application/xml", **basic(USER, login)}
            async with session.post(border.url, data=content, headers=headers) as answer:
                return answer.status

    assert asyncio.run(play()) == status


def test_a_lost_reply_costs_a_repeat_and_no_second_effect(border):
    async def play():
        async with border.stage() as stage:
            await told(border, lose_replies=2)
            await border.until(lambda: border.message("OLA").state is MessageState.ACKNOWLEDGED)
            requests = [r for r in stage.actors[BORDER].system.requests() if r["type"] == "OLA"]
            assert [line["repeated"] for line in requests] == [False, True, True]
            assert len({line["digest"] for line in requests}) == 1
            stored = [
                line
                for line in stage.actors[BORDER].system.effects()
                if (line["type"], line["effect"]) == ("OLA", "stored")
            ]
            assert len(stored) == 1

    asyncio.run(play())


def test_out_of_hours_is_waited_for(border):
    async def play():
        async with border.stage():
            await told(border, busy_seconds=30)
            await asyncio.to_thread(border.work)
            ola = border.message("OLA")
            assert (ola.state, ola.attempts) == (MessageState.DUE, 1)
            assert (ola.next_at - border.world.clock.now()).total_seconds() > 25
            border.world.clock.forward(seconds=40)
            await border.until(lambda: border.message("OLA").state is MessageState.ACKNOWLEDGED)

    asyncio.run(play())


def test_a_refused_login_parks_nothing_and_is_not_hammered(border):
    border.passwords[BORDER] = b"wrong"

    async def play():
        async with border.stage() as stage:
            found = await asyncio.to_thread(border.work)
            assert [one.code for one in found.findings] == ["link.not-collected"]
            assert border.message("OLA").state is MessageState.DUE
            attempts = border.world.store.attempts(border.message("OLA").id)
            assert [one.detail for one in attempts] == ["login-refused: status 401"]
            await asyncio.to_thread(border.work)
            assert stage.actors[BORDER].system.requests() == []
            border.passwords[BORDER] = PASSWORD.encode()  # somebody mends it
            border.world.clock.forward(seconds=61)
            await border.until(lambda: border.message("OLA").state is MessageState.ACKNOWLEDGED)

    asyncio.run(play())


def test_what_the_system_owes_survives_its_restart(border):
    async def play():
        async with border.stage():
            await asyncio.to_thread(deliver, border.world.ports, BORDER, "test")
            await border.until(lambda: border.message("OLC").state is MessageState.ACKNOWLEDGED)
        border.world.clock.forward(seconds=5)
        async with border.stage():
            await border.until(
                lambda: border.world.procedures(border.movement)["vn-transport"] == "released"
            )

    asyncio.run(play())


class Killed(BaseException):
    """Nothing of the product may catch it."""


def work_and_die_with(border, kind):
    """Deliver as a worker that is killed when it has the reply to such a message in hand."""
    world = border.world
    whole = world.ports.couriers[LinkKind.REQUEST]

    class Dying:
        def carry(self, link, parcels, *_):
            yield from whole.carry(link, [one for one in parcels if not doomed(one)])
            if doomed_ones := [one for one in parcels if doomed(one)]:
                list(whole.carry(link, doomed_ones))
                raise Killed

    def doomed(parcel):
        return world.store.message(parcel.message).type == kind

    with pytest.raises(Killed):
        deliver(replace(world.ports, couriers={LinkKind.REQUEST: Dying()}), BORDER, "dying")


def kinds(border):
    return [one.type for one in border.world.store.answers(border.movement)]


def test_an_output_in_a_response_outlives_the_worker_that_had_it(border):
    """A later output must not end the message before the first one is here."""
    ports = border.world.ports

    async def play():
        async with border.stage() as stage:
            await asyncio.to_thread(work_and_die_with, border, "OLC")
            border.world.clock.forward(seconds=5)
            while "VAS504" not in kinds(border):
                await asyncio.to_thread(collect, ports, BORDER)
            olc = border.message("OLC")
            assert (olc.state, olc.attempts) == (MessageState.DUE, 0)
            await asyncio.to_thread(deliver, ports, BORDER, "another")
            sent = [one for one in stage.actors[BORDER].system.requests() if one["type"] == "OLC"]
            assert [one["repeated"] for one in sent] == [False, True]

    asyncio.run(play())
    assert kinds(border) == ["OLA-copy", "VAS504", "VAS501"]
    olc = border.message("OLC")
    assert (olc.state, olc.receipt_kind) == (MessageState.ACKNOWLEDGED, ReceiptKind.NATIVE)
    assert border.world.procedures(border.movement)["vn-transport"] == "released"


def test_where_all_answers_came_first_the_response_ends_the_message(border):
    """It holds nothing new; the answer taken in before is the receipt."""
    ports = border.world.ports

    async def play():
        async with border.stage():
            await told(border, hold_answers=["OLA"])
            await asyncio.to_thread(work_and_die_with, border, "OLA")
            await told(border, release=["OLA"])
            border.world.clock.forward(seconds=5)
            while not kinds(border):
                await asyncio.to_thread(collect, ports, BORDER)
            assert border.message("OLA").state is MessageState.DUE
            await told(border, hold_answers=["OLA"])  # 202, as at the first time
            await asyncio.to_thread(deliver, ports, BORDER, "another")

    asyncio.run(play())
    ola = border.message("OLA")
    (copy, *_) = border.world.store.answers(border.movement)
    assert (ola.state, ola.receipt) == (MessageState.ACKNOWLEDGED, copy.body)


# ------------------------------------------------------------------ somebody else's client


def filled(content, user=USER, password=PASSWORD):
    """Put user and password where the header has room for them."""
    return content[:29] + user.encode().ljust(8) + password.encode().ljust(8) + content[45:]


def multipart(content, cms, *, boundary="=_another_client", encoded=False):
    part = base64.encodebytes(content) if encoded else content
    transfer = b"Content-Transfer-Encoding: base64\r\n" if encoded else b""
    mark = b"--" + boundary.encode()
    body = b"\r\n".join(
        [
            mark,
            b"Content-Type: text/plain\r\n" + transfer + b"\r\n" + part,
            mark,
            b"Content-Type: application/pkcs7-signature\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(cms),
            mark + b"--\r\n",
        ]
    )
    return body, f'multipart/signed; protocol="application/pkcs7-signature"; boundary="{boundary}"'


def good(content, cms, _):
    return multipart(filled(content), cms)


SUBMISSIONS = {
    "good": (good, 200, ""),
    "in base64": (lambda c, s, _: multipart(filled(c), s, encoded=True), 200, ""),
    "as the gateway writes it": (
        lambda c, s, _: (
            (raw := wire.multipart_signed(c, s, "text/plain")).replace(c, filled(c)),
            wire.media_type(raw),
        ),
        200,
        "",
    ),
    "another password": (lambda c, s, _: multipart(filled(c, USER, "nothing"), s), 401, "user"),
    "another user": (lambda c, s, _: multipart(filled(c, user="SOMEBODY"), s), 401, "user"),
    "no login": (lambda c, s, _: multipart(c, s), 401, "user"),
    "unsigned": (lambda c, _s, _k: (filled(c), "text/plain"), 422, "E9990"),
    "signed by a stranger": (lambda c, _s, k: multipart(filled(c), k(c)), 422, "signature"),
    "changed on the way": (
        lambda c, s, _: multipart(filled(c.replace(b"15BB", b"15BC")), s),
        422,
        "signature",
    ),
    "half a header": (lambda c, s, _: multipart(filled(c)[:200], s), 422, "400 bytes"),
    "another length": (lambda c, s, _: multipart(filled(c)[:-2], s), 422, "layout"),
    "no boundary": (lambda c, _s, _k: (filled(c), "multipart/signed"), 422, "boundary"),
}


@pytest.mark.parametrize(("made", "status", "said"), SUBMISSIONS.values(), ids=SUBMISSIONS.keys())
def test_what_a_client_gets_for_a_submission(border, made, status, said):
    content, cms = border.submission()
    body, media_type = made(content, cms, make_signer("stranger", "ec").cms)

    async def play():
        async with border.stage(), aiohttp.ClientSession() as session:
            headers = {"Content-Type": media_type}
            async with session.post(border.url, data=body, headers=headers) as answer:
                return answer.status, await answer.read()

    found, reply = asyncio.run(play())
    assert found == status, reply
    assert said.encode() in reply
    assert PASSWORD.encode() not in reply
    if status == 200:
        with border.world.ports.packs.slot() as packs:
            output = layout.decode(reply, packs.by_administration("VN").layouts)
        assert output.get("output") == "OLACOPY"
        assert output.get("input") == border.message("OLA").id


def basic(user, password):
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def test_a_client_takes_outputs_off_the_list(border):
    async def play():
        async with border.stage():
            await asyncio.to_thread(deliver, border.world.ports, BORDER, "test")  # OLA and OLC
            body, media_type = good(*border.submission("OLC"), None)
            async with aiohttp.ClientSession() as session:

                async def ask(method, path, login=(USER, PASSWORD)):
                    headers = basic(*login) if login else {}
                    address = border.url + path
                    async with session.request(method, address, headers=headers) as answer:
                        return answer.status, dict(answer.headers), await answer.read()

                headers = {"Content-Type": media_type}
                async with session.post(border.url, data=body, headers=headers) as answer:
                    assert b"VAS501" in await answer.read()
                border.world.clock.forward(seconds=5)
                await asyncio.sleep(0.5)
                for login in (None, (USER, "wrong"), ("", "")):
                    assert (await ask("GET", "/outputs", login))[0] == 401
                status, told_of, first = await ask("GET", "/outputs")
                assert (status, b"VAS504" in first) == (200, True)
                name = told_of["Output-Id"]
                assert (await ask("GET", "/outputs"))[2] == first  # until it is taken off
                assert (await ask("GET", f"/outputs?after={name}"))[0] == 204
                assert (await ask("DELETE", f"/outputs/{name}", None))[0] == 401
                assert (await ask("DELETE", f"/outputs/{name}"))[0] == 204
                assert (await ask("DELETE", f"/outputs/{name}"))[0] == 404
                assert (await ask("GET", "/outputs"))[0] == 204
                assert (await ask("GET", "/elsewhere"))[0] == 404

    asyncio.run(play())
