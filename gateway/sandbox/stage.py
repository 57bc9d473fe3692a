"""All simulated systems of one process, and the control door for those who test with them."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, Self

import aiohttp
from aiohttp import web

from gateway.domain.delivery import LinkKind
from gateway.domain.errors import Misconfigured, Refused
from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice
from gateway.packs.pack import PackSet
from gateway.sandbox.doors import CLOSE_SECONDS, FeedDoor, PushDoor
from gateway.sandbox.folders import FolderDoor, FolderOutbox
from gateway.sandbox.gatewayside import GatewaySide
from gateway.sandbox.numbers import Numbers
from gateway.sandbox.office import CustomsSystem
from gateway.sandbox.outbox import Outbox
from gateway.sandbox.spec import LinkSpec, SandboxSpec
from gateway.sandbox.stationery import Stationery
from gateway.sandbox.vnaccs import VnaccsDoor, VnaccsOutbox

TOTAL_SECONDS = 35.0
"""Longer than the longest long poll of a feed."""

CONNECT_SECONDS = 2.0


class Door(Protocol):
    """How messages reach a simulated system. Closing it is an outage, leaving is for good."""

    async def open(self) -> None:
        """Let messages in."""

    async def close(self) -> None:
        """Keep them out for a while."""

    async def leave(self) -> None:
        """Keep them out for good."""


class Actor:
    """One simulated system with its door and its outbox."""

    def __init__(self, system: CustomsSystem, outbox: Outbox, door: Door) -> None:
        self.system = system
        self.outbox = outbox
        self.door = door

    async def enter(self) -> None:
        """Begin, with what a former run still owes."""
        await self.door.open()
        self.outbox.resume()

    async def vanish(self, seconds: float) -> None:
        """Be unreachable for a while, and send nothing either."""
        self.outbox.running.clear()
        await self.door.close()
        await asyncio.sleep(seconds)
        await self.door.open()
        self.outbox.running.set()

    async def leave(self) -> None:
        """Stop; everything is in the journals."""
        await self.door.leave()
        await self.outbox.close()
        self.system.close()


class Stage:
    """Every actor of a spec. Use as an async context manager."""

    def __init__(
        self,
        spec: SandboxSpec,
        packs: PackSet,
        offices: Mapping[str, CustomsOffice],
        now: Callable[[], datetime],
    ) -> None:
        self._spec = spec
        self._packs = packs
        self._offices = offices
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self._control: web.ServerRunner | None = None
        self._absent: set[asyncio.Task[None]] = set()
        self.actors: dict[str, Actor] = {}

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        try:
            await self._begin(self._session)
        except BaseException:  # whatever it was, nothing may stay open behind it
            await self.__aexit__()
            raise
        return self

    async def _begin(self, session: aiohttp.ClientSession) -> None:
        for link in self._spec.links:
            self.actors[link.id] = self._cast(link, session)
        for actor in self.actors.values():
            await actor.enter()
        if self._spec.control_port:
            await self._open_control()

    async def __aexit__(self, *_: object) -> None:
        for task in self._absent:
            task.cancel()
        await asyncio.gather(*self._absent, return_exceptions=True)
        if self._control is not None:
            await self._control.cleanup()
        for actor in self.actors.values():
            await actor.leave()
        if self._session is not None:
            await self._session.close()

    def _cast(self, link: LinkSpec, session: aiohttp.ClientSession) -> Actor:
        pack = self._packs.by_administration(link.administration)
        unknown = [code for code in link.offices if code not in self._offices]
        if pack is None or unknown:
            reason = f"no pack for {link.administration}" if pack is None else ", ".join(unknown)
            args = (("path", link.id), ("reason", reason))
            raise Misconfigured(Finding(code="sandbox.spec", value=link.id, args=args))
        spec, folder = self._spec, self._spec.journal
        gateway = GatewaySide(spec.gateway, spec.gateway_keys, session)
        system = CustomsSystem(link, pack, folder, self._now, spec.certificates)
        numbers = Numbers(spec.seed, link.administration)
        stationery = Stationery(pack, numbers, self._offices)
        told = (system, stationery, gateway, folder, self._now)
        if link.kind is LinkKind.REQUEST:
            outputs = VnaccsOutbox(*told)
            return Actor(system, outputs, VnaccsDoor(system, outputs, gateway, self._offices))
        if link.kind is LinkKind.FOLDER:
            archives = FolderOutbox(*told)
            return Actor(system, archives, FolderDoor(system, archives, gateway))
        outbox = Outbox(*told)
        if link.kind is LinkKind.PUSH:
            return Actor(system, outbox, PushDoor(system, outbox, gateway))
        return Actor(system, outbox, FeedDoor(system, outbox, gateway, folder))

    # ------------------------------------------------------------------ control

    async def _open_control(self) -> None:
        self._control = web.ServerRunner(
            web.Server(self._controlled), shutdown_timeout=CLOSE_SECONDS
        )
        await self._control.setup()
        await web.TCPSite(self._control, "127.0.0.1", self._spec.control_port).start()

    async def _controlled(self, request: web.BaseRequest) -> web.StreamResponse:
        match (request.method, request.path):
            case ("POST", "/control"):
                return self._command(await request.content.read(-1))
            case ("GET", "/journal"):
                return _said({"data": self._gathered(lambda one: one.system.requests())})
            case ("GET", "/effects"):
                return _said({"data": self._gathered(lambda one: one.system.effects())})
            case ("GET", "/livez"):
                return _said({"live": True, "links": sorted(self.actors)})
            case _:
                return _said({"reason": "no such page"}, 404)

    def _gathered(self, lines: Callable[[Actor], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        return sorted(
            (line for actor in self.actors.values() for line in lines(actor)),
            key=lambda line: str(line["at"]),
        )

    def _command(self, body: bytes) -> web.Response:
        try:
            words = json.loads(body)
            actors = self._meant(words.pop("link", ""))
            (verb, value), *rest = words.items()
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            return _said({"reason": f"{type(error).__name__}: {error}"}, 400)
        if rest:
            return _said({"reason": "one command at a time"}, 400)
        return self._obey(verb, value, actors)

    def _meant(self, link: str) -> list[Actor]:
        return [self.actors[link]] if link else list(self.actors.values())

    def _obey(self, verb: str, value: object, actors: Iterable[Actor]) -> web.Response:
        match (verb, value):
            case ("outage_seconds", int() | float() as seconds):
                for actor in actors:
                    task = asyncio.create_task(actor.vanish(float(seconds)))
                    self._absent.add(task)
                    task.add_done_callback(self._absent.discard)
                return _said({"outage_seconds": seconds})
            case ("hold_answers", [*types]):
                for actor in actors:
                    actor.outbox.hold(str(one) for one in types)
                return _said({"holding": types})
            case ("say", {"word": str() as word, "movement": str() as movement, **said}):
                return _say(actors, word, movement, said)
            case ("release", [*types]):
                released = sum(actor.outbox.release(map(str, types)) for actor in actors)
                return _said({"released": released})
            case _:
                return _misbehave(verb, value, _pushed(actors))


def _say(
    actors: Iterable[Actor], word: str, movement: str, said: Mapping[Any, Any]
) -> web.Response:
    """Have the first system that can say something on demand; ``said`` are its parameters."""
    told = tuple((str(name), str(value)) for name, value in said.items())
    refused: Refused | None = None
    for actor in actors:
        try:
            return _said({"answer": actor.outbox.say(word, movement, told)})
        except Refused as error:
            refused = error
    return _said({"reason": str(refused)}, 400)


def _misbehave(verb: str, value: object, doors: Iterable[PushDoor]) -> web.Response:
    """Obey the commands that make a system a bad one."""
    match (verb, value):
        case ("fail", {"status": int() as status, "times": int() as times}):
            for door in doors:
                door.fail(status, times)
            return _said({"failing": times})
        case ("busy_seconds", int() | float() as seconds):
            for door in doors:
                if isinstance(door, VnaccsDoor):
                    door.out_of_hours(float(seconds))
            return _said({"busy_seconds": seconds})
        case ("lose_replies", int() as times):
            for door in doors:
                door.lose_replies(times)
            return _said({"losing": times})
        case _:
            return _said({"reason": f"no such command: {verb}"}, 400)


def _pushed(actors: Iterable[Actor]) -> list[PushDoor]:
    return [actor.door for actor in actors if isinstance(actor.door, PushDoor)]


def _said(words: object, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(words, ensure_ascii=False),
        content_type="application/json",
    )
