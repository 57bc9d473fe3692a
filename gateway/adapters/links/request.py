"""Request and response with output collection, as VNACCS has it.

A parcel is posted to the link's address; the response may hold the first output. Further outputs
are fetched one by one from ``<address>/outputs`` and taken off the list when they are ours. Both
happen in the name of a user, whose password is read from the key store for each request and put
where the parcel leaves blanks, or beside it (HTTP Basic) where it has none; it is in no message, no
log and no error.

Whether a login may be tried at all say :class:`~gateway.adapters.links.logins.Logins`.
"""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import ClassVar
from urllib.parse import quote

import aiohttp

from gateway.adapters.links.connection import (
    Failure,
    HttpLinks,
    Request,
    Response,
    failed,
    read_body,
)
from gateway.adapters.links.logins import LOGIN_PAUSE, LOGIN_REFUSED, Logins, NotTriedError
from gateway.adapters.links.stayed import Stayed
from gateway.domain.delivery import Link
from gateway.domain.errors import GatewayError, Unavailable
from gateway.domain.finding import Finding
from gateway.domain.parcel import Collected, Parcel, Reply, plain
from gateway.ports import Clock

OUTPUT_BYTES_MAX = 10_000_000
OUTPUTS_MAX = 200
"""New outputs of one visit; what is left is fetched at the next."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
_DONE = (200, 202, 204, 404)


class RequestCourier(HttpLinks):
    """Carries parcels to request-response links and collects their outputs.

    ``password`` returns the password kept for a link's id, or raises a :class:`GatewayError`.
    """

    reply_bytes_max: ClassVar[int] = OUTPUT_BYTES_MAX

    def __init__(
        self,
        *,
        clock: Clock,
        connect_seconds: float,
        total_seconds: float,
        concurrency: int,
        password: Callable[[str], bytes],
    ) -> None:
        super().__init__(
            clock=clock,
            connect_seconds=connect_seconds,
            total_seconds=total_seconds,
            concurrency=concurrency,
        )
        self._password = password
        self._logins = Logins(clock, password)
        self._stayed = Stayed()

    # -------------------------------------------------------------- sending

    def _request(self, link: Link, parcel: Parcel) -> Request:
        words = {"user": link.login.encode(), "password": self._password(link.id)}
        content = bytearray(parcel.content)
        for blank in parcel.blanks:
            word = words.get(blank.name, b"")
            if len(word) > blank.length:
                raise ValueError(f"the {blank.name} is longer than {blank.length} bytes")
            content[blank.start : blank.start + blank.length] = word.ljust(blank.length)
        headers = {"Content-Type": parcel.media_type}
        if not parcel.blanks:
            headers |= self._basic(link)
        return Request(link.endpoint, headers, bytes(content))

    def _basic(self, link: Link) -> dict[str, str]:
        pair = link.login.encode() + b":" + self._password(link.id)
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    async def _send(self, session: aiohttp.ClientSession, link: Link, parcel: Parcel) -> Reply:
        try:
            going = partial(super()._send, session, link, parcel)
            reply: Reply = await self._logins.use(link, going, attrgetter("status"))
        except GatewayError as error:
            return self._failed(parcel, f"{Failure.LOGIN_REFUSED}: {error}")
        except NotTriedError as kept:
            word = Failure.LOGIN_REFUSED if kept.resting else Failure.LOGIN_UNPROVEN
            return replace(self._failed(parcel, f"{word}: {kept}", kept.wait), tried=False)
        if reply.status not in LOGIN_REFUSED:
            return self._unsaid(link, reply)
        wait = max(reply.retry_after_seconds or 0.0, LOGIN_PAUSE.total_seconds())
        return self._failed(parcel, f"{Failure.LOGIN_REFUSED}: status {reply.status}", wait)

    def _unsaid(self, link: Link, reply: Reply) -> Reply:
        """Take a password out of what an office wrote as it refused: people are shown that."""
        if reply.status in range(200, 300) or not reply.content:
            return reply
        basic = self._basic(link)["Authorization"].encode()
        content = reply.content
        for secret in (basic.removeprefix(b"Basic "), self._password(link.id)):
            content = content.replace(secret, b"***") if secret else content
        return replace(reply, content=content)

    # -------------------------------------------------------------- collecting

    def collect(self, link: Link) -> Iterator[Collected]:
        """Yield the outputs that lie ready, oldest first.

        Those that stayed at an earlier visit come once more, on top of a visit's new ones.

        Raises:
            Unavailable: the login is refused, or the system does not answer as it should.
        """
        after, room, met = "", OUTPUTS_MAX, set[str]()
        while room:
            response = self._call(link, "GET", f"outputs?after={after}")
            if response.status != 200:  # noqa: PLR2004 - a status
                if response.status == 204:  # noqa: PLR2004 - a status
                    self._stayed.keep_only(link.id, met)
                    return
                raise _unavailable(link, f"status {response.status}")
            name = response.headers.get("Output-Id", "")
            if not _NAME.fullmatch(name) or name == after:
                raise _unavailable(link, "Output-Id")
            after = name
            if not self._stayed.look(link.id, name) or name in met:  # a list may go round
                room -= 1
            met.add(name)
            if response.cut:
                args = (("limit", str(OUTPUT_BYTES_MAX)),)
                finding = Finding(code="link.output-too-large", value=name, args=args)
                yield Collected(name=name, findings=(finding,), stays=True)
                continue
            media_type = plain(response.headers.get("Content-Type", ""))
            yield Collected(name=name, answers=((response.content, media_type),))

    def settle(self, link: Link, collected: Collected, findings: Sequence[Finding]) -> None:
        """Take an output off the list; what was refused stands in our log.

        Raises:
            Unavailable: as :meth:`collect`.
        """
        del findings
        response = self._call(link, "DELETE", f"outputs/{quote(collected.name, safe='')}")
        if response.status not in _DONE:
            raise _unavailable(link, f"status {response.status}")
        self._stayed.put_away(link.id, collected.name)

    def _call(self, link: Link, method: str, path: str) -> Response:
        try:
            response = self._begun(lambda session: self._called(session, link, method, path))
            found = response.result()
        except NotTriedError as kept:
            reason = Failure.LOGIN_REFUSED if kept.resting else Failure.LOGIN_UNPROVEN
            raise _unavailable(link, reason) from kept
        except Unavailable:
            raise
        except GatewayError as error:
            raise _unavailable(link, f"{Failure.LOGIN_REFUSED}: {error}") from error
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            raise _unavailable(link, failed(failure)) from failure
        except CancelledError as closed:
            raise Unavailable(Finding(code="courier.closed")) from closed
        if found.status in LOGIN_REFUSED:
            raise _unavailable(link, Failure.LOGIN_REFUSED)
        return found

    async def _called(
        self, session: aiohttp.ClientSession, link: Link, method: str, path: str
    ) -> Response:
        async def call() -> Response:
            url = f"{link.endpoint.rstrip('/')}/{path}"
            async with session.request(
                method, url, headers=self._basic(link), allow_redirects=False
            ) as response:
                content, cut = await read_body(response, OUTPUT_BYTES_MAX)
                return Response(response.status, response.headers, content, cut)

        return await self._logins.use(link, call, attrgetter("status"))


def _unavailable(link: Link, reason: str) -> Unavailable:
    args = (("link", link.id), ("reason", str(reason)))
    return Unavailable(Finding(code="link.not-collected", value=link.id, args=args))
