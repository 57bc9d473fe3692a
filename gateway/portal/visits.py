"""Coming and going: log in with an API key, log out, and what a refusal looks like."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from gateway.access import Scope
from gateway.domain.errors import (
    GatewayError,
    NotAllowed,
    NotAuthentic,
    NotFound,
    TooLarge,
    Unavailable,
)
from gateway.domain.finding import Finding
from gateway.portal import session
from gateway.portal.desk import Look, own_form, same_origin, unknown, visited
from gateway.portal.session import Session

router = APIRouter()

_STATUS: dict[type[Exception], int] = {
    NotAuthentic: 401,
    NotAllowed: 403,
    NotFound: 404,
    TooLarge: 413,
    Unavailable: 503,
}


@router.get("/")
def home(visit: Look) -> Response:
    """Lead to the first page."""
    return RedirectResponse(f"{visit.desk.path}/{_first(visit.session)}", status_code=303)


def _first(known: Session | None) -> str:
    """Return the page somebody begins with: an officer's are the lanes."""
    scopes = known.principal.scopes if known else ()
    lanes_only = Scope.LANE in scopes and Scope.DECLARE not in scopes
    return "lanes" if lanes_only else "validate"


@router.get("/login")
def login_form(visit: Look) -> Response:
    """Show the form that asks for an API key."""
    return visit.page("login.html", findings=())


@router.post("/login", dependencies=[Depends(same_origin)])
async def log_in(visit: Look, key: Annotated[str, Form()] = "") -> Response:
    """Open a session; a wrong key is told in the form."""
    ports = visit.ports
    try:
        known, cookie = await run_in_threadpool(session.log_in, ports, key[:500])
    except NotAuthentic as wrong:
        texts = ports.packs.catalogue()
        told = [texts.text(one, visit.words.language) for one in wrong.findings]
        return visit.page("login.html", status=401, findings=told)
    response = RedirectResponse(f"{visit.desk.path}/{_first(known)}", status_code=303)
    response.set_cookie(
        session.COOKIE,
        cookie,
        max_age=session.HOURS * 3600,
        path=visit.desk.path,
        httponly=True,
        samesite="strict",
        secure=visit.request.url.scheme == "https",
    )
    return response


@router.post("/logout", dependencies=[Depends(same_origin)])
async def log_out(visit: Look, token: Annotated[str, Form()] = "") -> Response:
    """Close the session of this browser."""
    own_form(visit, token)
    response = RedirectResponse(f"{visit.desk.path}/login", status_code=303)
    response.delete_cookie(session.COOKIE, path=visit.desk.path)
    return response


async def no_page(request: Request, _error: Exception) -> Response:
    """Say on a page that there is none at that address."""
    finding = Finding(code="portal.no-such-page", value=request.url.path)
    return await refuse(request, NotFound(finding))


async def refuse(request: Request, error: Exception) -> Response:
    """Show why a page cannot be; strangers are led to the form instead."""
    try:
        visit = await visited(request)
    except GatewayError:  # a database that cannot be read does not say who asks either
        visit = unknown(request)
    if isinstance(error, NotAuthentic):
        return RedirectResponse(f"{visit.desk.path}/login", status_code=303)
    if isinstance(error, GatewayError):
        findings, status = error.findings, _STATUS.get(type(error), 400)
    else:
        findings, status = (Finding(code="request.unexpected"),), 500
    texts = visit.ports.packs.catalogue()
    told = [texts.text(one, visit.words.language) for one in findings]
    return visit.page("refused.html", status=status, findings=told)
