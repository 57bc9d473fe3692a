"""The application: every route under ``/v1``, problems, and a bounded number of threads.

HEAD is answered wherever GET is (RFC 9110, 9.1): probes and load balancers ask by it.
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import __version__, access
from gateway.api import (
    closures,
    declarations,
    directory,
    groups,
    health,
    keys,
    lanes,
    links,
    log,
    metrics,
    movements,
    openapi,
    operations,
    positions,
    problems,
    signatures,
    stream,
    trips,
)
from gateway.api.metrics import Measures
from gateway.api.room import Roomed
from gateway.bootstrap import Gateway
from gateway.pressure import BodyRoom, Sluice
from gateway.watch import LogWatch

BASE = "/v1"

DESCRIPTION = """\
Declare once; every customs office on the route is kept in step until the goods are cleared.

Errors are `application/problem+json` (RFC 9457) in English, Chinese or Vietnamese, as
`Accept-Language` prefers; codes and pointers never change with the language. Times are RFC 3339,
UTC. What links exchange with the gateway is described in `schemas/exchange/v1`.
"""


class Headed:
    """Answers HEAD as GET would, without the body.

    The route is asked by GET, so nothing else (OpenAPI, a route's own checks) knows of HEAD.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        # A copy: the server itself must go on knowing that no body belongs to the answer.
        asked = {**scope, "method": "GET", "query_string": _at_once(scope["query_string"])}
        answered = False

        async def answering(message: Message) -> None:
            nonlocal answered
            if message["type"] != "http.response.body":
                await send(message)
                return
            if not answered:
                answered = True
                await send({"type": "http.response.body"})
            if message.get("more_body"):
                whole.cancel()  # a stream would go on for nobody, some for ever

        with anyio.CancelScope() as whole:
            await self._app(asked, receive, answering)


def _at_once(query: bytes) -> bytes:
    """Return the query without a wait for news, of which no body would tell."""
    return re.sub(rb"(?<![^&])wait=[0-9.]+(?![^&])", b"wait=0", query)


def create_app(gateway: Gateway, *, ready: Callable[[], None] | None = None) -> FastAPI:
    """Build the application around a gateway that is open already; whoever opened it closes it.

    ``ready`` is called when requests are answered; ``app.state.stopping`` may be replaced by what
    tells that the server is about to stop, so that open streams end by themselves.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = gateway.settings.http.threads
        if ready is not None:
            ready()
        yield

    app = FastAPI(
        title="Fullroute",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.gateway = gateway
    app.state.door = access.Doorkeeper(gateway.ports)
    app.state.watch = LogWatch(gateway.ports)
    app.state.sluice = Sluice(gateway.ports, gateway.settings)
    app.state.room = BodyRoom(gateway.settings.http)
    app.add_middleware(Roomed, room=app.state.room)
    app.add_middleware(Headed)
    app.state.measures = Measures(gateway.ports)
    app.state.stopping = lambda: False
    problems.install(app)
    app.include_router(health.router)
    app.include_router(metrics.router)
    for module in (
        declarations,
        movements,
        trips,
        positions,
        groups,
        closures,
        stream,
        signatures,
        links,
        lanes,
        directory,
        keys,
        log,
        operations,
    ):
        app.include_router(module.router, prefix=BASE)
    openapi.install(app)
    return app
