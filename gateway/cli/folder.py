"""The data folder as a desk: the use cases, called directly, by whoever may read the folder.

Who can open the folder holds every key in it; the commands therefore act as its *operator*, the
principal that ``fullroute init`` made, in the operator's tenant.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway import closures, groups, register
from gateway.bootstrap import Gateway, open_gateway
from gateway.cli import output
from gateway.cli.desk import AS_DECLARED, Along, Files, Shape, Told, Unsigned, Why
from gateway.cli.progress import Seen
from gateway.cli.shapes import (
    concern_shape,
    event_shape,
    line_shape,
    message_shape,
    movement_shape,
    position_shape,
    reading_shape,
    record_shape,
    run_report_shape,
    run_shape,
    submission_shape,
    trip_shape,
)
from gateway.domain.act import Act, ActKind
from gateway.domain.errors import Misconfigured, Refused, Unavailable
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding
from gateway.domain.group import GroupMode
from gateway.domain.page import Page
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.pressure import Sluice
from gateway.settings import load_settings
from gateway.usecases import amend as amending
from gateway.usecases import attention as concerns
from gateway.usecases import group as grouping
from gateway.usecases import listing
from gateway.usecases import operate as operating
from gateway.usecases import position as reading
from gateway.usecases import report as reporting
from gateway.usecases import sign as signing
from gateway.usecases import submit as submitting
from gateway.usecases import timeline as timelines
from gateway.usecases import trips as running
from gateway.usecases.closure import NewClosure, close_office
from gateway.usecases.copy import copy_as_new
from gateway.usecases.export import export_movement


@contextmanager
def open_folder(data: Path | None) -> Iterator[Gateway]:
    """Open the data folder.

    Raises:
        Misconfigured: it is none, or its database is of another version.
    """
    with open_gateway(load_settings(data=data)) as gateway:
        output.SPEECH.texts.append(gateway.ports.packs.catalogue)
        yield gateway


def operator(ports: Ports) -> Principal:
    """Return the principal in whose name the folder is worked on.

    Raises:
        Misconfigured: there is none; ``fullroute init`` was never run to its end.
    """
    for principal in ports.store.principals():
        if "operate" in principal.scopes and principal.revoked_at is None:
            return principal
    raise Misconfigured(Finding(code="cli.no-operator"))


class FolderDesk:
    """The use cases on one data folder."""

    def __init__(self, gateway: Gateway, lang: str) -> None:
        self._ports = gateway.ports
        self._lang = lang
        self._caller = operator(gateway.ports)
        self._sluice = Sluice(gateway.ports, gateway.settings)

    def _intake_open(self) -> None:
        """Refuse where there is no room, as the HTTP face does; a backlog is whoever asks's own.

        Raises:
            Unavailable: ``intake.disk-reserve``.
        """
        finding = self._sluice.disk()
        if finding is not None:
            raise Unavailable(finding)

    def submit(self, raw: bytes, idempotency_key: str, along: Along = AS_DECLARED) -> Shape:
        """Submit a declaration."""
        self._intake_open()
        done = submitting.submit(
            self._ports,
            raw,
            self._caller,
            idempotency_key=idempotency_key,
            along=register.route_offices(self._ports, along.route, along.offices),
        )
        return submission_shape(done, self._ports.packs.catalogue(), self._lang)

    def amend(self, reference: str, raw: bytes, idempotency_key: str, why: Why) -> Shape:
        """Replace a movement's declaration."""
        self._intake_open()
        reason = amending.Reason(code=why.code, text=why.text)
        done = amending.amend(
            self._ports,
            self._caller,
            reference,
            amending.Amendment(raw=raw, reason=reason),
            idempotency_key=idempotency_key,
        )
        return submission_shape(done, self._ports.packs.catalogue(), self._lang)

    def export(self, reference: str) -> Files:
        """Return the evidence of a movement."""
        return export_movement(self._ports, self._caller.tenant, reference)

    def copy(self, reference: str, lrn: str, depart: str) -> bytes:
        """Return an unsigned declaration like a movement's."""
        at = datetime.fromisoformat(depart) if depart else None
        return copy_as_new(self._ports, self._caller, reference, lrn, at)

    def movements(self, *, state: str, plate: str, cursor: str, limit: int) -> Page[Shape]:
        """List movements, newest first."""
        ports, tenant = self._ports, self._caller.tenant
        page = listing.list_movements(
            ports, tenant, after=cursor, limit=limit, plate=plate, state=state
        )
        return page.of(record_shape)

    def movement(self, reference: str) -> Shape:
        """Describe one movement."""
        view = timelines.describe_movement(self._ports, self._caller.tenant, reference)
        return movement_shape(view, self._lang, self._ports.packs.catalogue())

    def timeline(self, reference: str, after: int) -> list[Shape]:
        """Return the lines after a log index, oldest first."""
        lines = timelines.timeline_after(self._ports, self._caller.tenant, reference, after)
        offices = register.all_offices(self._ports)
        return [line_shape(one, offices) for one in lines]

    def report(self, reference: str, told: Told) -> list[Shape]:
        """Report what the enterprise did; return the events it led to."""
        events = reporting.report(self._ports, self._caller, reference, _meant(told))
        return [event_shape(one) for one in events]

    def read_position(self, reference: str, raw: bytes) -> Shape:
        """Hand a reading of position or temperature in."""
        done = reading.take_reading(self._ports, self._caller, reference, raw)
        return reading_shape(done, self._ports.packs.catalogue(), self._lang)

    def positions(self, reference: str, limit: int) -> list[Shape]:
        """List readings, the latest first."""
        found = register.readings_of(self._ports, self._caller.tenant, reference, limit)
        return [position_shape(one) for one in found]

    def closure(self, closure: str, act: str, told: Mapping[str, Any]) -> Shape:
        """Add, list or show closures, or act on one."""
        if act == "list":
            found = self._ports.store.closures(self._caller.tenant)
            return {"data": [closures.closure_shape(one) for one in found]}
        if act == "add":
            ends = told["until"]
            new = NewClosure(
                office=told["office"],
                lane=told["lane"],
                from_at=datetime.fromisoformat(told["from"]),
                until_at=datetime.fromisoformat(ends) if ends else None,
                planned=told["planned"],
                reason=told["reason"],
            )
            return closures.closure_shape(close_office(self._ports, self._caller, new))
        return closures.obey(self._ports, self._caller, closure, act, told)

    def read_run_position(self, batch: str, raw: bytes) -> Shape:
        """Hand a reading of a vehicle in, for everything aboard."""
        done = reading.take_run_reading(self._ports, self._caller, batch, raw)
        texts = self._ports.packs.catalogue()
        return {
            "batch": done.batch,
            "taken": {one: reading_shape(what, texts, self._lang) for one, what in done.taken},
            "refused": dict(done.refused),
        }

    def trips(self, *, plate: str, cursor: str, limit: int) -> Page[Shape]:
        """List open trips, newest first."""
        page = running.list_trips(
            self._ports, self._caller.tenant, after=cursor, limit=limit, plate=plate
        )
        return page.of(lambda one: {**trip_shape(one[0]), "state": one[1].state.value})

    def trip(self, batch: str) -> Shape:
        """Describe one run."""
        view = running.describe_run(self._ports, self._caller.tenant, batch)
        return run_shape(view, self._ports.packs.catalogue(), self._lang)

    def report_trip(self, batch: str, told: Told) -> Shape:
        """Report once for every movement on a run."""
        return run_report_shape(running.report_trip(self._ports, self._caller, batch, _meant(told)))

    def hand_in(self, files: Files, mode: str, key: str, seen: Seen) -> Shape:
        """Check and keep them, then take them in."""
        self._intake_open()
        ports = self._ports
        standing, findings = groups.hand_in(
            ports, self._caller, files, GroupMode(mode), idempotency_key=key, seen=seen
        )
        standing = groups.take_in(ports, standing.group, seen)
        texts = ports.packs.catalogue()
        told = [output.shown(one, texts, self._lang) for one in findings]
        return {**groups.spelled(ports, standing), "findings": told}

    def group(self, group: str) -> Shape:
        """Describe one group."""
        found = grouping.standing(self._ports, self._caller.tenant, group)
        return groups.spelled(self._ports, found)

    def groups(self, *, cursor: str, limit: int) -> Page[Shape]:
        """List groups, newest first."""
        page = grouping.listed(self._ports, self._caller.tenant, after=cursor, limit=limit)
        return page.of(lambda one: {**groups.spelled(self._ports, one), "members": []})

    def pending(self, movement: str) -> list[Shape]:
        """List messages that await a signature."""
        found = signing.pending_signatures(self._ports, self._caller, movement)
        return [{**message_shape(one), "movement": one.movement} for one in found]

    def to_be_signed(self, message: str) -> Unsigned:
        """Take out the exact bytes to sign."""
        found, content = signing.to_be_signed(self._ports, self._caller, message)
        return Unsigned(message=message, suite=found.suite.value, content=content)

    def attach(self, unsigned: Unsigned, signed: bytes) -> Shape:
        """Hand in a signature."""
        done = signing.attach_signature(self._ports, self._caller, unsigned.message, signed)
        return message_shape(done)

    def attention(self) -> list[Shape]:
        """List what needs a person."""
        texts = self._ports.packs.catalogue()
        found = concerns.attention(self._ports, self._caller.tenant, self._sluice.closed())
        return [concern_shape(one, texts, self._lang) for one in found]

    def act(
        self,
        subject: tuple[str, str],
        act: Mapping[str, Any],
        key: str,
        *,
        dry_run: bool = False,
    ) -> Shape:
        """Do something about a message, a link or an answer."""
        more = {name: one for name, one in act.items() if name in ("rate", "concurrency", "batch")}
        wanted = Act(kind=ActKind(act["act"]), subject=subject[1], reason=act["reason"], **more)
        if dry_run:
            return asdict(operating.foresee(self._ports, self._caller, wanted))
        done = operating.perform(self._ports, self._caller, wanted, idempotency_key=key)
        return asdict(done)


def _meant(told: Told) -> Report:
    """Return what is told, as the core spells it."""
    try:
        kind = EventKind(told.kind)
    except ValueError as error:
        raise Refused(Finding(code="report.not-yours", value=told.kind)) from error
    return Report(kind=kind, at=told.at, office=told.office, facts=tuple(told.facts.items()))
