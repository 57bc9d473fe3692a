"""The application: every route under ``/v1``, problems, and a bounded number of threads."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

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
