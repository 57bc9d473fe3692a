"""A user-space proxy between workers and one office that makes the weather: seeded, no privileges.

It stands on the port the gateway knows; the office listens elsewhere. What happens is decided per
connection and per reply, by the office's weather and a chance of its own:

| Fault | What the gateway sees |
|---|---|
| drop | accepted and closed at once |
| silent | accepted, then nothing for ever |
| reset | the request is cut by an RST |
| cut | the office has answered, and committed; the reply is thrown away |
| delay | the reply comes a while later |
| trickle | the reply comes at one byte a second |
"""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

CLOSING_SECONDS = 0.1
"""What is closed is gone a turn of the loop later."""

CHUNK = 65_536
DELAY_SECONDS = 0.7
TRICKLE_SECONDS = 1.0
RST = struct.pack("ii", 1, 0)

CALM: Mapping[str, float] = {}
ROUGH = {
    "drop": 0.05, "silent": 0.02, "reset": 0.05, "cut": 0.15, "delay": 0.1, "trickle": 0.02,
}  # fmt: skip
"""Chances of each fault; what remains passes."""

AT_CONNECTING = ("drop", "silent")
AT_REPLYING = ("reset", "cut", "delay", "trickle")


def only(fault: str) -> dict[str, float]:
    """Return the weather in which nothing else happens."""
    return {fault: 1.0}


class Proxy:
    """One office's proxy; ``weather`` may be set from any thread, ``done`` counts the faults."""

    def __init__(self, port: int, office_port: int, seed: str) -> None:
        self.port = port
        self.weather: Mapping[str, float] = CALM
        self.done: Counter[str] = Counter()
        self._office = office_port
        self._chance = random.Random(seed)
        self._serving: set[asyncio.Task | None] = set()  # the loop itself holds its tasks weakly

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    def close(self) -> None:
        self._server.close()

    def _drawn(self, among: tuple[str, ...]) -> str:
        drawn, sum_of = self._chance.random(), 0.0
        for fault in among:
            sum_of += self.weather.get(fault, 0.0)
            if drawn < sum_of:
                self.done[fault] += 1
                return fault
        return ""

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        onward = None
        self._serving.add(asyncio.current_task())
        try:
            match self._drawn(AT_CONNECTING):
                case "drop":
                    return
                case "silent":
                    while await near.read(CHUNK):
                        pass
                    return
            far, onward = await asyncio.open_connection("127.0.0.1", self._office)
            there = asyncio.create_task(_pour(near, onward))
            try:
                await self._reply(far, back)
            finally:
                there.cancel()
        except (OSError, asyncio.CancelledError):
            pass  # one side is gone, as it would be, or the weather is over
        finally:
            for end in (back, onward):
                if end is not None:
                    end.close()
            self._serving.discard(asyncio.current_task())

    async def _reply(self, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        while said := await far.read(CHUNK):
            if any(self.weather.get(fault) == 1.0 for fault in AT_CONNECTING):
                return  # nothing else happens: not on kept connections either
            match self._drawn(AT_REPLYING):
                case "cut":
                    return
                case "reset":
                    raw = back.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
                    return
                case "delay":
                    await asyncio.sleep(DELAY_SECONDS)
                case "trickle":
                    await _trickle(said, back)
                    continue
            back.write(said)
            await back.drain()


async def _pour(near: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while said := await near.read(CHUNK):
            onward.write(said)
            await onward.drain()
        onward.close()


async def _trickle(said: bytes, back: asyncio.StreamWriter) -> None:
    for byte in said:
        back.write(bytes([byte]))
        await back.drain()
        await asyncio.sleep(TRICKLE_SECONDS)


class Weather:
    """The proxies of all offices, in a thread of their own. Use it as a context."""

    def __init__(self, proxies: Mapping[str, Proxy]) -> None:
        self.proxies = proxies
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        while left := asyncio.all_tasks(self._loop):
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(left))
        self._loop.run_until_complete(asyncio.sleep(CLOSING_SECONDS))
        self._loop.close()

    def __enter__(self):
        self._thread.start()
        for proxy in self.proxies.values():
            asyncio.run_coroutine_threadsafe(proxy.open(), self._loop).result(10)
        return self

    def __exit__(self, *_):
        for proxy in self.proxies.values():
            self._loop.call_soon_threadsafe(proxy.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def clear(self) -> None:
        """Calm everywhere."""
        for proxy in self.proxies.values():
            proxy.weather = CALM

    @property
    def done(self) -> Counter[str]:
        return sum((proxy.done for proxy in self.proxies.values()), Counter())
