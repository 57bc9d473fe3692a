"""Room for the bodies of requests: claimed as they are read, given back as they are answered."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.pressure import BodyRoom

CLAIM = "fullroute.claim"
"""Where a request's claim lies in its scope."""


class Roomed:
    """Gives every request a claim on the room, until its answer begins or its client is gone.

    When the answer begins nobody needs the body any more; a client may take its time over it.
    """

    def __init__(self, app: ASGIApp, room: BodyRoom) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        with self._room.claim() as claim:
            scope[CLAIM] = claim

            async def answering(message: Message) -> None:
                claim.give_back()
                await send(message)

            await self._app(scope, receive, answering)
