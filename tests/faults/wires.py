"""The wires inside a deployment: from one program to the database or the broker, in our hands.

A wire stands on a TCP port of its own, carries bytes to a server and back, and can be:

| State | What both ends see |
|---|---|
| open | nothing of it |
| silent | a link that is down: nothing comes through, nobody is told; later all goes on |
| cut | every connection is ended, every new one too |

Beside that a wire may lose replies to commits: PostgreSQL has committed, and whoever asked for it
sees the connection end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path

from tests.faults.proxy import CHUNK

COMMIT = b"COMMIT\0"

Reach = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class State(Enum):
    OPEN = "open"
    SILENT = "silent"
    CUT = "cut"


def to_socket(path: Path) -> Reach:
    return lambda: asyncio.open_unix_connection(path)


def to_port(port: int) -> Reach:
    return lambda: asyncio.open_connection("127.0.0.1", port)


class Wire:
    """One wire; opened and closed as a proxy is, by :class:`tests.faults.proxy.Weather`.

    ``losing`` is how many replies to commits are still to be lost, ``lost`` how many were.
    """

    def __init__(self, port: int, reach: Reach) -> None:
        self.port = port
        self.losing = 0
        self.lost = 0
        self._reach = reach
        self._state = State.OPEN
        self._ends: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    def close(self) -> None:
        self._server.close()

    def lead(self, reach: Reach) -> None:
        """Lead new connections elsewhere."""
        self._reach = reach

    def become(self, state: State) -> None:
        """Change its state; from any thread."""
        self._loop.call_soon_threadsafe(self._become, state)

    def _become(self, state: State) -> None:
        self._state = state
        if state is State.SILENT:
            self._flowing.clear()
        else:
            self._flowing.set()
        if state is State.CUT:
            for end in self._ends:
                end.transport.abort()

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        ends = {back}
        self._ends |= ends
        try:
            if self._state is State.CUT:
                return
            await self._flowing.wait()
            far, onward = await self._reach()
            ends.add(onward)
            self._ends.add(onward)
            doomed = asyncio.Event()
            asking = asyncio.create_task(self._ask(near, onward, doomed))
            try:
                await self._answer(far, back, doomed)
            finally:
                asking.cancel()
        except OSError:
            pass  # one side is gone, as it would be
        finally:
            self._ends -= ends
            for end in ends:
                end.close()

    async def _ask(
        self, near: asyncio.StreamReader, onward: asyncio.StreamWriter, doomed: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while said := await near.read(CHUNK):
                await self._flowing.wait()
                if COMMIT in said and self.losing:
                    self.losing -= 1
                    doomed.set()
                onward.write(said)
                await onward.drain()
            onward.close()

    async def _answer(
        self, far: asyncio.StreamReader, back: asyncio.StreamWriter, doomed: asyncio.Event
    ) -> None:
        while said := await far.read(CHUNK):
            await self._flowing.wait()
            if doomed.is_set():  # what comes now is the reply to the commit
                self.lost += 1
                return
            back.write(said)
            await back.drain()
