"""A VNACCS-shaped system: signed jobs in by POST, outputs back at once or fetched from a list.

What a client needs to know, whoever wrote it:

- ``POST /`` with ``multipart/signed`` (RFC 8551): the job, its 400-byte header in front, and a
  detached CMS signature over exactly the job's bytes *with user and password blank*. User and
  password stand in the header's own fields. Any boundary will do, and base64 as well. A notice in
  XML has no such header: it comes as it is, with HTTP Basic.
- 200 with the first output, 202 when there is none yet; 401 for a login that is none, 422 with a
  reason for a job that cannot be taken (E9990: it must be signed), 503 with Retry-After out of
  hours. The same job again gets the same output.
- ``GET /outputs?after=ID`` with HTTP Basic: 200 with the next output and its ``Output-Id``, or 204.
  It stays on the list until ``DELETE /outputs/ID``.

Header positions are the pack's own (``layouts/header.toml``); addresses and the list are ours.
"""

import asyncio
import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from aiohttp import web

from gateway.audit.exchange import Envelope
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.message import Suite
from gateway.markup import safe, tree, wire
from gateway.markup.tree import Element, text
from gateway.packs import layout
from gateway.packs.layout_file import HEADER_BYTES
from gateway.sandbox.doors import BODY_BYTES_MAX, PushDoor, read_content, said
from gateway.sandbox.gatewayside import GatewaySide
from gateway.sandbox.office import OK, CustomsSystem, Taken
from gateway.sandbox.outbox import Letter, Outbox
from gateway.sandbox.stationery import Planned

NO_LOGIN = "no such user, or another password"
UNSIGNED = "E9990: this job must be signed"
_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,70})"?', re.IGNORECASE)
_LOGIN = ("user", "password")
_PARTS = 4  # before the first, the two, and behind the closing boundary


class VnaccsOutbox(Outbox):
    """Outputs on a list: each stays there until the client takes it off."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as the base class
        self._list: dict[str, tuple[Letter, asyncio.Event]] = {}

    async def _post(self, planned: Planned, letter: Letter) -> str:
        taken_off = asyncio.Event()
        self._list[planned.id] = (letter, taken_off)
        await taken_off.wait()
        return "accepted"

    def at_once(self, taken: Taken) -> Letter | None:
        """Return the first output of a job, the same bytes whenever it is asked for.

        It is handed over with the response; whether the client kept it nobody says.
        """
        first = next(iter(self._stationery.plan(taken)), None)
        if first is None or taken.envelope.type in self._held_types:
            return None
        letter = self._letter(first)
        if first.id not in self._finished:
            self._settle(first, "handed-over")
        return letter

    def after(self, name: str) -> tuple[str, Letter] | None:
        """Return the output behind that one on the list; the first, where it is not there."""
        names = list(self._list)
        place = names.index(name) + 1 if name in names else 0
        if place == len(names):
            return None
        return names[place], self._list[names[place]][0]

    def take_off(self, name: str) -> bool:
        """Take an output off the list; tell whether it was there."""
        found = self._list.pop(name, None)
        if found is None:
            return False
        found[1].set()
        return True


@dataclass(frozen=True, slots=True)
class _Submission:
    """A job as it came in, its login taken out of the header; or a notice in XML, without one."""

    content: bytes
    cms: bytes
    media_type: str
    login: Mapping[str, str]

    @property
    def notice(self) -> bool:
        return "xml" in self.media_type


@dataclass(frozen=True, slots=True)
class _Named:
    """What a job or a notice says of itself: its type, its id, the movement, the office."""

    type: str
    id: str
    movement: str
    office: str


class VnaccsDoor(PushDoor):
    """Listens for jobs and for clients that collect their outputs."""

    def __init__(
        self,
        system: CustomsSystem,
        outbox: VnaccsOutbox,
        gateway: GatewaySide,
        offices: Mapping[str, CustomsOffice],
    ) -> None:
        super().__init__(system, outbox, gateway)
        self._outputs = outbox
        self._offices = [offices[code] for code in system.spec.offices]
        self._closed_until: datetime | None = None

    def out_of_hours(self, seconds: float) -> None:
        """Ask everybody for patience for a while."""
        self._closed_until = self._system.now() + timedelta(seconds=seconds)

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        wait = (self._closed_until - self._system.now()) if self._closed_until else timedelta()
        if wait > timedelta():
            reply = said(HTTPStatus.SERVICE_UNAVAILABLE, "out of hours")
            reply.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
            return reply
        match (request.method, request.path):
            case ("POST", "/"):
                return await self._submitted(request)
            case ("GET", "/outputs"):
                return self._listed(request)
            case ("DELETE", _) if request.path.startswith("/outputs/"):
                return self._taken_off(request)
            case _:
                return said(HTTPStatus.NOT_FOUND, "no such page")

    # ------------------------------------------------------------------ jobs

    async def _submitted(self, request: web.BaseRequest) -> web.StreamResponse:
        content = await read_content(request)
        if len(content) > BODY_BYTES_MAX:
            return said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        if self._failing:
            return said(self._failing.popleft(), "told to")
        try:
            submission = self._read(content, request)
            if not self._may(submission.login["user"], submission.login["password"]):
                return said(HTTPStatus.UNAUTHORIZED, NO_LOGIN)
            envelope, kept = self._told(submission)
        except Refusal as refusal:
            return said(HTTPStatus.UNPROCESSABLE_ENTITY, _spelled(refusal))
        reply = self._taken_in(kept, envelope)
        if self._losing and reply.status in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
            self._losing -= 1
            if request.transport is not None:
                request.transport.abort()
        return reply

    def _taken_in(self, kept: bytes, envelope: Envelope) -> web.Response:
        verdict = self._system.receive_unsealed(kept, envelope)
        known = self._system.known(envelope.id)
        if verdict.status != OK or known is None:
            return said(verdict.status, verdict.reason)
        letter = self._outputs.at_once(known)
        if verdict.taken is not None:
            self._outputs.plan(verdict.taken)
        if letter is None:
            return web.Response(status=HTTPStatus.ACCEPTED)
        return web.Response(body=letter.written.content, content_type=letter.written.media_type)

    def _read(self, body: bytes, request: web.BaseRequest) -> _Submission:
        """Take a request apart.

        Raises:
            Refusal: it is no signed job, nor a notice.
        """
        content, cms, kind = _parts(body, request.headers.get("Content-Type", ""))
        if "xml" in kind:
            return _Submission(content, cms, kind, dict(zip(_LOGIN, _basic(request), strict=True)))
        layouts = self._system.pack.layouts
        if layouts is None or len(content) < HEADER_BYTES:
            raise _refusal(f"a header of {HEADER_BYTES} bytes comes first")
        blank, login = bytearray(content), dict.fromkeys(_LOGIN, "")
        for name, start, length in layout.blanks(layouts.header, 0):
            login[name] = content[start : start + length].decode("ascii", "replace").rstrip(" ")
            blank[start : start + length] = b" " * length
        return _Submission(bytes(blank), cms, kind, login)

    def _told(self, submission: _Submission) -> tuple[Envelope, bytes]:
        """Return what the job's own header says, as an envelope, and the message as it is kept.

        Raises:
            Refusal: the job is unknown, malformed, or unsigned though it must be.
        """
        named = (
            _notice(submission.content) if submission.notice else self._headed(submission.content)
        )
        spec = self._system.pack.message(named.type)
        if spec.suite is Suite.CMS and not submission.cms:
            raise _refusal(UNSIGNED)
        content = submission.content
        if submission.cms:
            content = wire.multipart_signed(content, submission.cms, submission.media_type)
        digest = sha256(content).hexdigest()
        return Envelope(
            id=named.id or f"in_{digest[:32]}",
            type=spec.type,
            movement=named.movement,
            link=self._system.spec.id,
            office=named.office,
            stream=f"{named.movement}/{named.office}",
            place=1,
            digest=digest,
            media_type=submission.media_type,
            issued=self._system.now(),
        ), content

    def _headed(self, content: bytes) -> _Named:
        layouts = self._system.pack.layouts
        if layouts is None:
            raise _refusal("no layouts")
        job = layout.decode(content, layouts)
        movement = job.get("index", "") or job.get("subject", "") or "-"
        office = self._addressed(job).code
        return _Named(job.get("code", ""), job.get("input", ""), movement, office)

    def _addressed(self, job: Element) -> CustomsOffice:
        """Return the office a job names in its field CHC, or the first of this link."""
        named = text(job, "j:Field[@name='CHC']")
        return next((one for one in self._offices if one.national_code == named), self._offices[0])

    # ------------------------------------------------------------------ outputs

    def _listed(self, request: web.BaseRequest) -> web.Response:
        if not self._may(*_basic(request)):
            return said(HTTPStatus.UNAUTHORIZED, NO_LOGIN)
        found = self._outputs.after(request.query.get("after", ""))
        if found is None:
            return web.Response(status=HTTPStatus.NO_CONTENT)
        name, letter = found
        return web.Response(
            body=letter.written.content,
            content_type=letter.written.media_type,
            headers={"Output-Id": name},
        )

    def _taken_off(self, request: web.BaseRequest) -> web.Response:
        if not self._may(*_basic(request)):
            return said(HTTPStatus.UNAUTHORIZED, NO_LOGIN)
        there = self._outputs.take_off(request.path.removeprefix("/outputs/"))
        return web.Response(status=HTTPStatus.NO_CONTENT if there else HTTPStatus.NOT_FOUND)

    def _may(self, user: str, password: str) -> bool:
        spec = self._system.spec
        same = hmac.compare_digest(password.encode(), spec.password.encode())
        return bool(spec.user) and user == spec.user and same


def _basic(request: web.BaseRequest) -> tuple[str, str]:
    scheme, _, pair = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(pair, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _notice(content: bytes) -> _Named:
    """Return what a notice says of itself, whichever of them it is.

    Raises:
        Refusal: it is no XML, or says nothing of the kind.
    """
    said: dict[str, str] = {}
    for node in safe.parse(content).iter():
        said.setdefault(tree.name(node), (node.text or "").strip())
    movement = said.get("Reference") or said.get("MovementReference") or "-"
    office = said.get("RecipientOfficeID", "")
    if not office:
        raise _refusal("RecipientOfficeID")
    return _Named(said.get("TypeCode", ""), said.get("MessageID", ""), movement, office)


def _parts(body: bytes, media_type: str) -> tuple[bytes, bytes, str]:
    """Return content, CMS (DER, or nothing) and the content's media type.

    Raises:
        Refusal: the parts cannot be told apart.
    """
    if not media_type.lower().startswith("multipart/signed"):
        return body, b"", media_type
    boundary = _BOUNDARY.search(media_type)
    pieces = body.split(b"--" + boundary[1].encode()) if boundary else []
    if len(pieces) != _PARTS or not pieces[-1].startswith(b"--"):
        raise _refusal("boundary")
    content, kind = _decoded(pieces[1])
    cms, _ = _decoded(pieces[2])
    return content, cms, kind


def _decoded(part: bytes) -> tuple[bytes, str]:
    head, blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not blank:
        raise _refusal("headers")
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    told = {name.strip(): value.strip().decode("ascii", "replace") for name, _, value in lines}
    content = content.removesuffix(b"\r\n")
    if told.get(b"content-transfer-encoding") == "base64":
        try:
            content = base64.b64decode(content)
        except binascii.Error:
            raise _refusal("base64") from None
    return content, told.get(b"content-type", "text/plain")


def _spelled(refusal: Refusal) -> str:
    return "; ".join(f"{one.code} {one.value}".strip() for one in refusal.findings)


def _refusal(reason: str) -> Refusal:
    return Refusal(Finding(code="wire.malformed", value=reason))
