"""What every page needs: the gateway, the reader's language, the session, the templates."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import jinja2
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from gateway.bootstrap import Gateway
from gateway.domain.errors import NotAllowed, NotAuthentic
from gateway.domain.finding import LANGUAGES, Finding
from gateway.language import negotiated
from gateway.portal import session
from gateway.portal.session import Session
from gateway.portal.words import NAMES, Labels, Words, words_of
from gateway.ports import Ports
from gateway.pressure import BodyRoom, Sluice
from gateway.watch import LogWatch

DIGITS_MAX = 15
"""No body is as long as a number of more digits."""

LANGUAGE_COOKIE = "fullroute-language"
LANGUAGE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts of the portal, made once."""

    gateway: Gateway
    watch: LogWatch
    room: BodyRoom
    stopping: Callable[[], bool]
    labels: Labels
    templates: jinja2.Environment
    path: str
    sluice: Sluice

    @property
    def ports(self) -> Ports:
        """The ports of the gateway."""
        return self.gateway.ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at one page: by whom, in which language."""

    desk: Desk
    request: Request
    words: Words
    session: Session | None

    @property
    def ports(self) -> Ports:
        """The ports of the gateway."""
        return self.desk.ports

    def page(self, template: str, *, status: int = 200, **places: object) -> HTMLResponse:
        """Render a page; a language that was picked is kept in a cookie."""
        html = self.rendered(template, **places)
        response = HTMLResponse(html, status_code=status)
        if self.request.query_params.get("lang") == self.words.language:
            response.set_cookie(
                LANGUAGE_COOKIE,
                self.words.language,
                max_age=LANGUAGE_SECONDS,
                path=self.desk.path,
                samesite="lax",
                secure=self.request.url.scheme == "https",
            )
        return response

    def rendered(self, template: str, **places: object) -> str:
        """Render a template with what all of them use."""
        return self.desk.templates.get_template(template).render(
            t=self.words,
            base=self.desk.path,
            session=self.session,
            languages=NAMES,
            here=self.request.url.path,
            **places,
        )


def unknown(request: Request) -> Visit:
    """Return a look of nobody in particular."""
    desk: Desk = request.app.state.desk
    words = words_of(desk.labels, _language(request))
    return Visit(desk=desk, request=request, words=words, session=None)


async def visited(request: Request) -> Visit:
    """Return who looks, and in which language."""
    visit = unknown(request)
    cookie = request.cookies.get(session.COOKIE, "")
    known = await run_in_threadpool(session.recognise, visit.ports, cookie) if cookie else None
    return replace(visit, session=known)


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    for one in (asked, kept):
        if one in LANGUAGES:
            return one
    return negotiated(request.headers.get("accept-language", ""))


async def stay(visit: Visit) -> None:
    """Look once more at who looks at a page that lasts: sessions end, and keys.

    Raises:
        NotAuthentic: this one did.
    """
    if (await visited(visit.request)).session is None:
        raise NotAuthentic(Finding(code="access.missing-key"))


Look = Annotated[Visit, Depends(visited)]
"""Whoever looks, known or not."""


async def _member(visit: Look) -> Visit:
    if visit.session is None:
        raise NotAuthentic(Finding(code="access.missing-key"))
    return visit


Member = Annotated[Visit, Depends(_member)]
"""Somebody who is logged in; strangers are led to the form."""


def length_of(request: Request) -> float:
    """Return how long a body is said to be; without end where nothing is said."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) <= DIGITS_MAX else math.inf


def same_origin(request: Request) -> None:
    """Refuse a form that another site sent.

    Raises:
        NotAllowed: ``portal.other-site``.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    named = origin.partition("://")[2]  # taken apart no further: a stranger wrote it
    ours = site in ("same-origin", "none") if site else named == host != ""
    if not ours:
        raise NotAllowed(Finding(code="portal.other-site", value=origin or site))


def own_form(visit: Visit, token: object) -> Session:
    """Return the session of a form that one of its pages made.

    Raises:
        NotAuthentic: nobody is logged in.
        NotAllowed: ``portal.other-site``.
    """
    if visit.session is None:
        raise NotAuthentic(Finding(code="access.missing-key"))
    if not session.same_token(visit.session, token):
        raise NotAllowed(Finding(code="portal.other-site"))
    return visit.session
