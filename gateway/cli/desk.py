"""Where a command's work is done: at a running gateway over HTTP, or in the data folder itself.

Both desks answer with the same shapes (:mod:`gateway.cli.shapes`). The one over HTTP is here; that
in the data folder (:mod:`gateway.cli.folder`) loads the store and comes in only where it is used.
"""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from gateway.cli.client import JSON, Client, quoted
from gateway.cli.progress import Seen
from gateway.domain.page import Page

XML = "application/xml"
ZIP = "application/zip"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Shape = dict[str, Any]

Files = Sequence[tuple[str, bytes]]
"""Names and contents."""

EVIDENCE_BYTES_MAX = 2_000_000_000
"""What an export may hold that a gateway hands out."""

LOOK_SECONDS = 0.5
"""How often a client asks how far a group is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """The exact bytes a signatory is asked to sign, and by which suite (``xml`` or ``cms``)."""

    message: str
    suite: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report of the enterprise; ``at`` is aware."""

    kind: str
    at: datetime
    office: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a declaration is replaced: a code of the administrations, and words."""

    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Offices for a declaration that names none: a route's name, or ``CODE:role`` in order."""

    route: str = ""
    offices: tuple[str, ...] = ()


AS_DECLARED = Along()
"""The declaration names its offices itself."""


class Desk(Protocol):
    """What commands about movements and signatures need."""

    def submit(self, raw: bytes, idempotency_key: str, along: Along = AS_DECLARED) -> Shape:
        """Submit a declaration."""

    def amend(self, reference: str, raw: bytes, idempotency_key: str, why: Why) -> Shape:
        """Replace a movement's declaration."""

    def export(self, reference: str) -> Files:
        """Return everything about a movement, verifiable without us: names and contents."""

    def copy(self, reference: str, lrn: str, depart: str) -> bytes:
        """Return an unsigned declaration like a movement's; ``depart`` is an ISO time or empty."""

    def movements(self, *, state: str, plate: str, cursor: str, limit: int) -> Page[Shape]:
        """List movements, newest first."""

    def movement(self, reference: str) -> Shape:
        """Describe one movement."""

    def timeline(self, reference: str, after: int) -> list[Shape]:
        """Return the lines after a log index, oldest first."""

    def report(self, reference: str, told: Told) -> list[Shape]:
        """Report what the enterprise did; return the events it led to."""

    def read_position(self, reference: str, raw: bytes) -> Shape:
        """Hand a reading of position or temperature in."""

    def positions(self, reference: str, limit: int) -> list[Shape]:
        """List readings, the latest first."""

    def closure(self, closure: str, act: str, told: Mapping[str, Any]) -> Shape:
        """Add, list or show closures, or act on one: confirm, dismiss, plan, apply, undo, end."""

    def trips(self, *, plate: str, cursor: str, limit: int) -> Page[Shape]:
        """List open trips, newest first."""

    def trip(self, batch: str) -> Shape:
        """Describe one run, by its batch number or the id of one of its trips."""

    def report_trip(self, batch: str, told: Told) -> Shape:
        """Report once for every movement on a run."""

    def read_run_position(self, batch: str, raw: bytes) -> Shape:
        """Hand a reading of a vehicle in, for everything aboard."""

    def pending(self, movement: str) -> list[Shape]:
        """List messages that await a signature."""

    def to_be_signed(self, message: str) -> Unsigned:
        """Return the exact bytes to sign."""

    def attach(self, unsigned: Unsigned, signed: bytes) -> Shape:
        """Hand in a signature."""

    def attention(self) -> list[Shape]:
        """List what needs a person."""

    def hand_in(self, files: Files, mode: str, key: str, seen: Seen) -> Shape:
        """Hand in many declarations and see them taken in; ``findings`` tell what was wrong."""

    def group(self, group: str) -> Shape:
        """Describe one group."""

    def groups(self, *, cursor: str, limit: int) -> Page[Shape]:
        """List groups, newest first."""

    def act(
        self,
        subject: tuple[str, str],
        act: Mapping[str, Any],
        key: str,
        *,
        dry_run: bool = False,
    ) -> Shape:
        """Do something about ``messages``, ``links`` or ``answers`` and an id of theirs."""


def _media_type(raw: bytes) -> str:
    """Return as what a declaration travels; the gateway itself looks closer."""
    return WORKBOOK if raw.startswith(b"PK") else XML


def _written(told: Told) -> bytes:
    """Spell a report as the interface wants it."""
    body = {
        "kind": told.kind,
        "at": told.at.isoformat(),
        "office": told.office,
        "facts": dict(told.facts),
    }
    return json.dumps(body).encode()


def _query(pairs: Sequence[tuple[str, str]]) -> str:
    """Spell a query; bytes that are no UTF-8 travel as they are (:func:`client.quoted`)."""
    return urlencode(pairs, errors="surrogateescape")


class RemoteDesk:
    """A gateway over HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _page(self, path: str, *, limit: int, **asked: str) -> Page[Shape]:
        told = self._client.get(path, **asked, limit=limit).json()
        return Page(tuple(told["data"]), told.get("next_cursor", ""))

    def submit(self, raw: bytes, idempotency_key: str, along: Along = AS_DECLARED) -> Shape:
        """Submit a declaration."""
        asked = [("route", along.route)] if along.route else []
        asked += [("office", one) for one in along.offices]
        path = "/v1/declarations" + (f"?{_query(asked)}" if asked else "")
        answer = self._client.post(path, raw, _media_type(raw), Idempotency_Key=idempotency_key)
        return dict(answer.json())

    def amend(self, reference: str, raw: bytes, idempotency_key: str, why: Why) -> Shape:
        """Replace a movement's declaration."""
        asked = _query([("reason", why.code), ("text", why.text)])
        path = f"/v1/movements/{quoted(reference)}/amendments?{asked}"
        answer = self._client.post(path, raw, _media_type(raw), Idempotency_Key=idempotency_key)
        return dict(answer.json())

    def export(self, reference: str) -> Files:
        """Fetch the evidence of a movement; no name of it leads out of its folder."""
        from gateway.markup.archive import Limits, unpack

        limits = Limits(
            archive_bytes_max=EVIDENCE_BYTES_MAX,
            entries_max=1_000_000,
            content_bytes_max=EVIDENCE_BYTES_MAX,
            folders=True,
            workbooks=True,
        )
        raw = self._client.get(f"/v1/movements/{quoted(reference)}/export").content
        return [(one.name, one.content) for one in unpack(raw, limits)]

    def copy(self, reference: str, lrn: str, depart: str) -> bytes:
        """Fetch an unsigned declaration like a movement's."""
        asked = _query([("lrn", lrn), *([("depart", depart)] if depart else [])])
        return self._client.get(f"/v1/movements/{quoted(reference)}/copy?{asked}").content

    def movements(self, *, state: str, plate: str, cursor: str, limit: int) -> Page[Shape]:
        """List movements, newest first."""
        return self._page("/v1/movements", state=state, plate=plate, cursor=cursor, limit=limit)

    def movement(self, reference: str) -> Shape:
        """Describe one movement."""
        return dict(self._client.get(f"/v1/movements/{quoted(reference)}").json())

    def timeline(self, reference: str, after: int) -> list[Shape]:
        """Return the lines after a log index, oldest first."""
        answer = self._client.get(f"/v1/movements/{quoted(reference)}/timeline", after=str(after))
        return list(answer.json()["data"])

    def report(self, reference: str, told: Told) -> list[Shape]:
        """Report what the enterprise did; return the events it led to."""
        path = f"/v1/movements/{quoted(reference)}/reports"
        answer = self._client.post(path, _written(told), JSON)
        return list(answer.json()["events"])

    def read_position(self, reference: str, raw: bytes) -> Shape:
        """Hand a reading of position or temperature in."""
        path = f"/v1/movements/{quoted(reference)}/positions"
        return dict(self._client.post(path, raw, JSON).json())

    def positions(self, reference: str, limit: int) -> list[Shape]:
        """List readings, the latest first."""
        answer = self._client.get(f"/v1/movements/{quoted(reference)}/positions", limit=limit)
        return list(answer.json()["data"])

    def closure(self, closure: str, act: str, told: Mapping[str, Any]) -> Shape:
        """Add, list or show closures, or act on one."""
        place = "/v1/closures" + (f"/{quoted(closure)}" if closure else "")
        if act in ("list", "show"):
            return dict(self._client.get(place).json())
        if act == "add":
            return dict(self._client.post(place, json.dumps(told).encode(), JSON).json())
        body = json.dumps({"act": act, **told}).encode()
        return dict(self._client.post(f"{place}/acts", body, JSON).json())

    def trips(self, *, plate: str, cursor: str, limit: int) -> Page[Shape]:
        """List open trips, newest first."""
        return self._page("/v1/trips", plate=plate, cursor=cursor, limit=limit)

    def trip(self, batch: str) -> Shape:
        """Describe one run."""
        return dict(self._client.get(f"/v1/trips/{quoted(batch)}").json())

    def report_trip(self, batch: str, told: Told) -> Shape:
        """Report once for every movement on a run."""
        path = f"/v1/trips/{quoted(batch)}/reports"
        return dict(self._client.post(path, _written(told), JSON).json())

    def read_run_position(self, batch: str, raw: bytes) -> Shape:
        """Hand a reading of a vehicle in, for everything aboard."""
        return dict(self._client.post(f"/v1/trips/{quoted(batch)}/positions", raw, JSON).json())

    def pending(self, movement: str) -> list[Shape]:
        """List messages that await a signature."""
        return list(self._client.get("/v1/signatures", movement=movement).json()["data"])

    def to_be_signed(self, message: str) -> Unsigned:
        """Fetch the exact bytes to sign."""
        answer = self._client.get(f"/v1/signatures/{quoted(message)}")
        suite = answer.headers.get("fullroute-suite", "xml")
        return Unsigned(message=message, suite=suite, content=answer.content)

    def attach(self, unsigned: Unsigned, signed: bytes) -> Shape:
        """Hand in a signature."""
        media_type = XML if unsigned.suite == "xml" else "application/pkcs7-signature"
        path = f"/v1/signatures/{quoted(unsigned.message)}"
        return dict(self._client.put(path, signed, media_type).json())

    def attention(self) -> list[Shape]:
        """List what needs a person."""
        return list(self._client.get("/v1/attention").json()["data"])

    def hand_in(self, files: Files, mode: str, key: str, seen: Seen) -> Shape:
        """Send them in one archive, then ask until all are dealt with."""
        from gateway.markup.archive import Entry, pack

        raw = pack([Entry(name, content) for name, content in files])
        path = f"/v1/groups?mode={quoted(mode)}"
        told = dict(self._client.post(path, raw, ZIP, Idempotency_Key=key).json())
        findings = told["findings"]
        while told["staged"]:
            seen(told["size"] - told["staged"], told["size"])
            time.sleep(LOOK_SECONDS)
            told = self.group(told["group"])
        return {**told, "findings": findings}

    def group(self, group: str) -> Shape:
        """Describe one group."""
        return dict(self._client.get(f"/v1/groups/{quoted(group)}").json())

    def groups(self, *, cursor: str, limit: int) -> Page[Shape]:
        """List groups, newest first."""
        return self._page("/v1/groups", cursor=cursor, limit=limit)

    def act(
        self,
        subject: tuple[str, str],
        act: Mapping[str, Any],
        key: str,
        *,
        dry_run: bool = False,
    ) -> Shape:
        """Do it there; without a key of its own each call is another act."""
        path = f"/v1/{subject[0]}/{quoted(subject[1])}/acts"
        path += "?dry_run=true" if dry_run else ""
        told = json.dumps(act).encode()
        answer = self._client.post(path, told, JSON, Idempotency_Key=key or secrets.token_hex(16))
        return dict(answer.json())
