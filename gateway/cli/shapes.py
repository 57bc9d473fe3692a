"""What the commands print as JSON: the same members as the HTTP face's answers.

Reading the data folder directly and asking a running gateway must look alike to a program.
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.cli.output import Shown, shown
from gateway.domain.deadline import Deadline
from gateway.domain.event import Event
from gateway.domain.finding import Catalogue
from gateway.domain.itinerary import CustomsOffice, Stop
from gateway.domain.message import Message
from gateway.domain.position import Position, estimates
from gateway.domain.records import MovementRecord
from gateway.domain.stop_state import StopState, stop_states
from gateway.domain.trip import Trip, TripReport
from gateway.pipeline.verdict import OfficeVerdict
from gateway.register import Submission
from gateway.usecases.attention import Concern
from gateway.usecases.position import TakenReading
from gateway.usecases.preview import Part, Preview, Previewed
from gateway.usecases.submit import Verdict
from gateway.usecases.timeline import MovementView, TimelineLine
from gateway.usecases.trips import RunView

Shape = dict[str, Any]


def utc(at: datetime | None) -> str | None:
    """Return UTC to the millisecond with ``Z``."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def verdict_shape(verdict: Verdict, texts: Catalogue, lang: str) -> Shape:
    """Return what submission would say."""
    return {
        "valid": verdict.valid,
        "findings": [shown(one, texts, lang) for one in verdict.findings],
        "messages": [
            {
                "type": one.type,
                "office": one.office,
                "procedure": one.procedure,
                "signatory": one.signatory,
                "waits_for": one.waits_for,
            }
            for one in verdict.messages
        ],
        "offices": [_office_verdict(one, texts, lang) for one in verdict.offices],
    }


def _office_verdict(one: OfficeVerdict, texts: Catalogue, lang: str) -> Shape:
    stop = one.stop
    return {
        "sequence": stop.sequence,
        "office": stop.code,
        "name": stop.office.name(lang) if stop.office else "",
        "role": stop.role,
        "administration": stop.office.administration if stop.office else "",
        "expected_at": utc(stop.expected_at),
        "expected_office_time": local(stop.expected_at, stop.office) if stop.office else None,
        "verdict": one.word.value,
        "findings": [shown(found, texts, lang) for found in one.findings],
    }


def preview_shape(preview: Preview, texts: Catalogue, lang: str) -> Shape:
    """Return what one office would be told."""
    return {
        "office": preview.office,
        "messages": [_previewed(one) for one in preview.messages],
        "findings": [shown(one, texts, lang) for one in preview.findings],
    }


def _previewed(one: Previewed) -> Shape:
    return {
        "type": one.message.type,
        "office": one.message.office,
        "procedure": one.message.procedure,
        "pack": one.pack,
        "signatory": one.message.signatory.value,
        "suite": one.message.suite.value,
        "media_type": one.message.media_type,
        "waits_for": one.waits_for,
        "parts": [_part(part) for part in one.parts],
        "withheld": [
            {"field": held.field, "clause": held.clause, "text": held.text} for held in one.withheld
        ],
    }


def _part(part: Part) -> Shape:
    return {
        "content": base64.b64encode(part.content).decode(),
        "digest": part.digest,
        "fields": [
            {
                "pointer": field.pointer,
                "value": field.value,
                "source": field.source,
                "assigned_at_sending": field.assigned,
            }
            for field in part.fields
        ],
    }


def submission_shape(submission: Submission, texts: Catalogue, lang: str) -> Shape:
    """Return what a submission came to."""
    findings: list[Shown] = [shown(one, texts, lang) for one in submission.findings]
    return {
        "movement": submission.movement,
        "state": submission.state,
        "repeated": submission.repeated,
        "findings": findings,
        "awaiting_signature": list(submission.unsigned),
    }


def record_shape(record: MovementRecord) -> Shape:
    """Return a movement for a list."""
    return {
        "reference": record.reference,
        "state": record.state,
        "lrn": record.lrn,
        "declarant": record.declarant,
        "created_at": utc(record.created_at),
    }


def movement_shape(view: MovementView, lang: str, texts: Catalogue) -> Shape:
    """Return a movement with everything."""
    return {
        **record_shape(view.record),
        "state": view.movement.state.value,
        "stops": [
            _stop(stop, state, view, lang)
            for stop, state in stop_states(view.movement, view.itinerary)
        ],
        "procedures": [
            {
                "kind": one.kind,
                "administration": one.administration,
                "state": one.state.value,
                "numbers": {number.kind: number.value for number in one.numbers},
            }
            for one in view.movement.procedures
        ],
        "messages": [message_shape(one, view.refusals.get(one.id, "")) for one in view.messages],
        "events": [event_shape(one) for one in view.movement.happened],
        "trips": [trip_shape(one) for one in view.trips],
        "findings": [shown(one, texts, lang) for one in view.findings],
        "deadlines": [deadline_shape(one) for one in view.deadlines],
        "erased": {**asdict(view.erased), "at": utc(view.erased.at)} if view.erased else None,
    }


def deadline_shape(one: Deadline) -> Shape:
    """Return a deadline."""
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "office": one.office,
        "due_at": utc(one.due_at),
        "remind_at": utc(one.remind_at),
        "state": one.state.value,
        "ended_by": one.ended_by,
    }


def _stop(stop: Stop, state: StopState, view: MovementView, lang: str) -> Shape:
    return {
        "sequence": stop.sequence,
        "office": stop.office.code,
        "name": stop.office.name(lang),
        "role": stop.role.value,
        "state": state.value,
        "expected_at": utc(stop.expected_at),
        "expected_office_time": local(stop.expected_at, stop.office),
        "estimated_at": utc(estimates(view.movement).get(stop.office.code)),
        "zone": stop.office.zone,
    }


def local(at: datetime | None, office: CustomsOffice) -> str | None:
    """Return the time as the office's clock shows it, with offset."""
    if at is None:
        return None
    return at.astimezone(ZoneInfo(office.zone)).isoformat(timespec="seconds")


def message_shape(message: Message, refusal: str = "") -> Shape:
    """Return a message; ``refusal`` is what its office said as it refused it."""
    return {
        "id": message.id,
        "type": message.type,
        "office": message.office,
        "link": message.link,
        "procedure": message.procedure,
        "state": message.state.value,
        "waits_for": message.waits_for,
        "refusal": refusal,
        "signatory": message.signatory.value,
        "suite": message.suite.value,
        "signed_by": message.signed_by,
        "place": message.place,
        "attempts": message.attempts,
        "receipt_kind": message.receipt_kind.value if message.receipt_kind else None,
        "acknowledged_at": utc(message.acknowledged_at),
    }


def event_shape(event: Event) -> Shape:
    """Return an event."""
    return {
        "sequence": event.sequence,
        "kind": event.kind.value,
        "at": utc(event.at),
        "office": event.office,
        "procedure": event.procedure,
        "message": event.message,
        "facts": dict(event.facts),
    }


def reading_shape(done: TakenReading, texts: Catalogue, lang: str) -> Shape:
    """Return what a reading came to."""
    return {
        "repeated": done.repeated,
        "late": done.late,
        "findings": [shown(one, texts, lang) for one in done.findings],
        "events": [event_shape(one) for one in done.events],
    }


def position_shape(one: Position) -> Shape:
    """Return a reading as it is kept."""
    numbers = {
        "latitude": one.latitude,
        "longitude": one.longitude,
        "temperature_c": one.temperature_c,
    }
    return {
        "source": one.source,
        "at": utc(one.at),
        "received_at": utc(one.received_at),
        "place": one.place,
        "trip": one.trip,
        **{name: str(number) if number is not None else None for name, number in numbers.items()},
    }


def trip_shape(trip: Trip) -> Shape:
    """Return a trip."""
    return {
        "id": trip.id,
        "batch": trip.batch,
        "plates": [list(plate) for plate in trip.plates],
        "seals": list(trip.seals),
        "movements": [share.movement for share in trip.shares],
    }


def run_report_shape(row: TripReport) -> Shape:
    """Return what was told of a run."""
    return {
        "id": row.id,
        "by": row.caller,
        "kind": row.kind.value,
        "at": utc(row.at),
        "office": row.office,
        "done": row.next_at is None,
        "refused": dict(row.refused),
    }


def run_shape(view: RunView, catalogue: Catalogue, lang: str) -> Shape:
    """Return a run with everything on it."""
    return {
        "batch": view.batch,
        "state": view.standing.state.value,
        "office": view.standing.office,
        "since": utc(view.standing.since) if view.standing.since else None,
        "findings": [shown(one, catalogue, lang) for one in view.findings],
        "trips": list(view.trips),
        "plates": [list(plate) for plate in view.plates],
        "seals": list(view.seals),
        "packages": view.packages,
        "gross_mass_kg": str(view.gross_mass_kg),
        "aboard": [
            {
                "movement": one.movement,
                "lrn": one.lrn,
                "state": one.state,
                "trip": one.trip,
                "packages": one.packages,
                "gross_mass_kg": str(one.gross_mass_kg),
                "waits_for": list(one.waits_for),
            }
            for one in view.aboard
        ],
        "reports": [run_report_shape(one) for one in view.reports],
    }


def line_shape(line: TimelineLine, offices: Mapping[str, CustomsOffice]) -> Shape:
    """Return a timeline line, with the time as its office's clock shows it."""
    office = offices.get(line.office)
    return {
        "index": line.index,
        "at": utc(line.at),
        "office_time": local(line.at, office) if office else None,
        "zone": office.zone if office else None,
        "kind": line.kind,
        "office": line.office,
        "message": line.message,
        "type": line.type,
        "number": line.number,
        "signed_by": line.signed_by,
        "receipt": line.receipt,
        "outcome": line.outcome,
        "text": line.text,
        "facts": dict(line.facts),
    }


def concern_shape(one: Concern, texts: Catalogue, lang: str) -> Shape:
    """Return a matter that needs a person."""
    return {
        "since": utc(one.since),
        "finding": shown(one.finding, texts, lang),
        "subject": one.subject,
        "link": one.link,
        "movement": one.movement,
        "message": one.message,
        "act": one.act.value if one.act else None,
    }
