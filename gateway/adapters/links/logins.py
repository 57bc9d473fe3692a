"""What is known of the logins of links: which were refused, and which are proven.

A refused login is not tried again for a while with the same password: systems lock users out. So
one that nobody has proven lately goes alone, however much waits to be sent: one word of the system
about it is enough for all. Everything here happens in the courier's loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

import aiohttp

from gateway.adapters.links.connection import failed
from gateway.domain.delivery import Link
from gateway.ports import Clock

T = TypeVar("T")

LOGIN_PAUSE = timedelta(seconds=60)
PROVEN_FOR = timedelta(minutes=5)
"""How long a login is believed after the system last let it in."""

LOGIN_REFUSED = (401, 403)
_SAYS_NOTHING = (0, 408, 425, 429)
_SERVER_TROUBLE = 500


class NotTriedError(Exception):
    """Nothing was sent: the login rests, or whoever tried it got no word about it."""

    def __init__(self, reason: str, *, wait: float | None = None, resting: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.resting = resting


@dataclass(slots=True)
class _Login:
    """One login, told by digest."""

    digest: bytes
    refused_until: datetime | None = None
    proven_until: datetime | None = None
    trial: "asyncio.Future[str] | None" = None
    """The request that goes alone; ends with why it told nothing, or empty."""


class Logins:
    """The logins of a courier's links; ``password`` returns a link's, or raises."""

    def __init__(self, clock: Clock, password: Callable[[str], bytes]) -> None:
        self._clock = clock
        self._password = password
        self._known: dict[str, _Login] = {}

    async def use(
        self, link: Link, go: Callable[[], Awaitable[T]], status: Callable[[T], int]
    ) -> T:
        """Make a request with a link's login, when it may be tried; ``status`` reads what came.

        Raises:
            NotTriedError: it may not, and nothing was sent.
            GatewayError: there is no password.
        """
        while True:
            login, now = self._login(link), self._clock.now()
            if login.refused_until is not None and now < login.refused_until:
                wait = (login.refused_until - now).total_seconds()
                raise NotTriedError("not tried again yet", wait=wait, resting=True)
            if login.proven_until is not None and now < login.proven_until:
                found = await go()
                self._note(login, status(found))
                return found
            if login.trial is None:
                return await self._alone(login, go, status)
            told = await asyncio.shield(login.trial)
            if told:
                raise NotTriedError(f"not tried: {told}")

    async def _alone(
        self, login: _Login, go: Callable[[], Awaitable[T]], status: Callable[[T], int]
    ) -> T:
        """Try a login; whoever waits for that looks again, or hears why nothing is known of it."""
        trial = login.trial = asyncio.get_running_loop().create_future()
        told = ""
        try:
            found = await go()
            told = self._note(login, status(found))
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            told = failed(failure)
            raise
        else:
            return found
        finally:
            login.trial = None
            trial.set_result(told)

    def _login(self, link: Link) -> _Login:
        words = (link.login.encode(), b"\0", self._password(link.id))
        digest = sha256(b"".join(words)).digest()
        known = self._known.get(link.id)
        if known is None or known.digest != digest:
            known = self._known[link.id] = _Login(digest)
        return known

    def _note(self, login: _Login, status: int) -> str:
        """Note what a reply says of a login; where it says nothing return why."""
        if status in LOGIN_REFUSED:
            login.refused_until = self._clock.now() + LOGIN_PAUSE
            login.proven_until = None
        elif status in _SAYS_NOTHING or status >= _SERVER_TROUBLE:
            return f"status {status}" if status else "no answer"
        else:
            login.proven_until = self._clock.now() + PROVEN_FOR
        return ""
