"""The portal: its own application, mounted beside the HTTP interface."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import jinja2
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.requests import ClientDisconnect

from gateway import bootstrap
from gateway.bootstrap import Gateway
from gateway.domain.errors import GatewayError, TooLarge, Unavailable
from gateway.domain.finding import Finding
from gateway.portal import attention, lanes, movements, trips, validation, visits
from gateway.portal.desk import Desk, length_of
from gateway.portal.words import read_labels
from gateway.pressure import BODY_SECONDS_MAX, SMALL_BYTES, BodyRoom, Sluice
from gateway.watch import LogWatch

PATH = "/pages"
"""Where the portal is mounted; the session cookie is sent nowhere else."""

_FOLDER = Path(__file__).parent

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _guarded(request: Request, response: Response) -> Response:
    """Forbid the browser what no page of ours needs."""
    response.headers.update(_HEADERS)
    if "Cache-Control" not in response.headers and "/static/" not in request.url.path:
        response.headers["Cache-Control"] = "no-store"
    return response


async def _answered(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    short = request.method == "POST" and request.url.path != f"{PATH}{validation.PLACE}"
    try:
        if short:
            await _read(request)
    except GatewayError as error:
        return _guarded(request, await visits.refuse(request, error))
    except ClientDisconnect:
        return Response(status_code=400)  # to nobody
    return _guarded(request, await answer(request))


async def _read(request: Request) -> None:
    """Read a short form, before anybody asks who sends it.

    Raises:
        TooLarge: ``http.body-too-large``, before anything is read.
        Unavailable: ``http.body-too-slow``.
    """
    if length_of(request) > SMALL_BYTES:
        raise TooLarge(Finding(code="http.body-too-large", args=(("most", str(SMALL_BYTES)),)))
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            await request.body()  # which is kept for whoever answers
    except TimeoutError:
        args = (("most", str(BODY_SECONDS_MAX)),)
        raise Unavailable(Finding(code="http.body-too-slow", args=args)) from None


async def _failed(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw; such an answer passes no middleware."""
    return _guarded(request, await visits.refuse(request, error))


def create_portal(
    gateway: Gateway,
    watch: LogWatch,
    sluice: Sluice,
    room: BodyRoom,
    stopping: Callable[[], bool],
) -> FastAPI:
    """Build the pages around an open gateway; ``stopping`` ends the streams of live pages.

    ``watch``, ``sluice`` and ``room`` are the interface's own: they remember what they saw.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    app.state.desk = Desk(
        gateway=gateway,
        watch=watch,
        room=room,
        stopping=stopping,
        labels=read_labels(bootstrap.schemas_root() / "lang"),
        templates=templates,
        path=PATH,
        sluice=sluice,
    )
    app.add_exception_handler(GatewayError, visits.refuse)
    for status in (404, 405):  # a link that was cut off, a form's address typed in
        app.add_exception_handler(status, visits.no_page)
    app.add_exception_handler(Exception, _failed)
    app.middleware("http")(_answered)
    for module in (visits, validation, movements, trips, lanes, attention):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=_FOLDER / "static"))
    return app
