"""Checking and converting without a data folder: packs, offices and rules decide, nothing else."""

from datetime import UTC, datetime
from pathlib import Path

from gateway import register
from gateway.bootstrap import open_offline
from gateway.cli import output, placeholders
from gateway.cli.desk import AS_DECLARED, Along
from gateway.cli.files import write_file
from gateway.cli.folder import open_folder, operator
from gateway.cli.shapes import Shape, preview_shape, verdict_shape
from gateway.domain.errors import Refused
from gateway.domain.finding import Refusal
from gateway.markup import safe
from gateway.markup.workbook import looks_like_workbook
from gateway.pipeline.convert import Converted, to_ours
from gateway.ports import Ports
from gateway.usecases.preview import preview
from gateway.usecases.submit import Verdict, preflight

__all__ = ["check", "converted", "filled", "open_offline"]

DRAWN = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
DRAWN_LENGTH = 6


def check(
    raw: bytes,
    data: Path | None,
    lang: str,
    along: Along = AS_DECLARED,
    marked: Path | None = None,
) -> Shape:
    """Return what submission would say; with a data folder, what *it* would say.

    A workbook is written to ``marked`` with the findings at its cells.
    """
    if data is None:
        ports = open_offline()
        offices = register.route_offices(ports, along.route, along.offices)
        verdict = preflight(ports, raw, along=offices)
        _mark(ports, raw, verdict, lang, marked)
        return verdict_shape(verdict, ports.packs.catalogue(), lang)
    with open_folder(data) as gateway:
        ports = gateway.ports
        offices = register.route_offices(ports, along.route, along.offices)
        verdict = preflight(ports, raw, operator(ports).tenant, unsigned=True, along=offices)
        _mark(ports, raw, verdict, lang, marked)
        return verdict_shape(verdict, ports.packs.catalogue(), lang)


def _mark(ports: Ports, raw: bytes, verdict: Verdict, lang: str, to: Path | None) -> None:
    """Write the annotated workbook, or say why there is none."""
    if to is None:
        return
    from gateway.usecases.sheet import annotated

    try:
        write_file(to, annotated(ports, raw, verdict.findings, lang))
        output.note(f"Findings at their cells: {to}")
    except Refused as refusal:
        texts = ports.packs.catalogue()
        output.print_findings(output.shown(one, texts, lang) for one in refusal.findings)
        output.note(f"Not written: {to}")


def is_workbook(raw: bytes) -> bool:
    """Tell whether bytes are a workbook, readable or not."""
    return looks_like_workbook(raw)


def look_ahead(raw: bytes, data: Path | None, lang: str, *, office: str, message: str) -> Shape:
    """Return what an office would be told; with a data folder, what *it* would tell.

    Raises:
        Refused: it would not be accepted.
        NotFound: the office, or the type of message, is not on its way.
    """
    if data is None:
        ports = open_offline()
        found = preview(ports, raw, office, message=message)
        return preview_shape(found, ports.packs.catalogue(), lang)
    with open_folder(data) as gateway:
        ports = gateway.ports
        found = preview(ports, raw, office, message=message, tenant=operator(ports).tenant)
        return preview_shape(found, ports.packs.catalogue(), lang)


def twin(ports: Ports, content: bytes) -> bytes:
    """Return the JSON twin of a declaration of ours.

    Raises:
        Refused: it is not of the form that the schema describes.
    """
    try:
        with ports.packs.slot() as packs:
            return packs.declaration.twin.to_json(safe.parse(content))
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def converted(ports: Ports, raw: bytes, along: Along = AS_DECLARED) -> Converted | None:
    """Convert a foreign format; None when it is ours.

    Raises:
        Refused: no format we know, or not as its schema says.
    """
    offices = register.route_offices(ports, along.route, along.offices)
    try:
        with ports.packs.slot() as packs:
            return to_ours(raw, packs, safe.Limits(), offices)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def filled(ports: Ports, raw: bytes, *, at: datetime | None, reference: str) -> bytes:
    """Fill the placeholders of a template (:mod:`gateway.cli.placeholders`)."""
    if looks_like_workbook(raw):
        return raw  # no template, and no text
    moment = at or ports.clock.now()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    drawn = ports.ids.draw(DRAWN, DRAWN_LENGTH)
    return placeholders.fill(raw, moment, reference or placeholders.fresh_reference(moment, drawn))
