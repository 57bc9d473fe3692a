"""The validation page: drop or paste a declaration, see every office's word and the findings."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool

from gateway import access
from gateway.domain.errors import Refused, TooLarge, Unavailable
from gateway.domain.finding import Catalogue, Finding, Severity
from gateway.markup import places, workbook
from gateway.pipeline.verdict import OfficeVerdict, Word
from gateway.portal.columns import clock, reason
from gateway.portal.desk import Member, Visit, length_of, own_form, same_origin
from gateway.portal.strip import Strip, strip
from gateway.portal.words import Words
from gateway.pressure import BODY_SECONDS_MAX, Claim
from gateway.usecases.sheet import annotated, template
from gateway.usecases.submit import Verdict, preflight

router = APIRouter()

PLACE = "/validate"

FORM_BYTES = 10_000
"""What a form adds to the declaration in it."""

LINES_MAX = 3000
"""Lines of a declaration that are shown with the findings beside them."""

TONES = {Word.PASS: "done", Word.FAIL: "trouble", Word.UNKNOWN: "unsure"}
_GRAVITY = {severity: place for place, severity in enumerate(Severity)}

SIGNS = {Word.PASS: "✓", Word.FAIL: "✗", Word.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One finding as the page shows it; ``line`` is 0 where the declaration has none for it."""

    code: str
    severity: str
    message: str
    fix: str
    value: str
    place: str
    line: int
    cell: str
    offices: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCard:
    """One office on the way with its word."""

    code: str
    name: str
    role: str
    expected: str
    word: str
    tone: str
    sign: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """The outcome of one validation."""

    valid: bool
    strip: Strip
    offices: tuple[OfficeCard, ...]
    remarks: tuple[Remark, ...]
    messages: tuple[tuple[str, str, str, str], ...]
    lines: tuple[str, ...]
    cut: bool
    marked: frozenset[int]


@router.get("/validate")
def form(visit: Member) -> Response:
    """Show the empty form."""
    return visit.page("validate.html", report=None, text="")


@router.post(PLACE, dependencies=[Depends(same_origin)])
async def validate(visit: Member) -> Response:
    """Run what submission runs, store and send nothing, and show what every office says."""
    with visit.desk.room.claim() as claim:
        return await _validated(visit, claim)


async def _validated(visit: Visit, claim: Claim) -> Response:
    raw, told = await _form(visit, claim)
    session = own_form(visit, told.get("token"))
    access.allowed(session.principal, access.Scope.DECLARE)
    verdict = await run_in_threadpool(
        preflight, visit.ports, raw, session.principal.tenant, unsigned=True
    )
    sheet = workbook.looks_like_workbook(raw)
    if sheet and "annotated" in told:
        with contextlib.suppress(Refused):  # one that cannot be read has that as its finding
            return await run_in_threadpool(_marked, visit, raw, verdict)
    text = "" if sheet else raw.decode("utf-8", "replace")
    report = await run_in_threadpool(_report, visit, raw, text, verdict)
    return visit.page("validate.html", report=report, text=text)


@router.get("/validate/template")
def empty_workbook(visit: Member) -> Response:
    """Give the workbook to fill in, with headings in the reader's language."""
    return _workbook(template(visit.ports, visit.words.language), "declaration.xlsx")


def _marked(visit: Visit, raw: bytes, verdict: Verdict) -> Response:
    marked = annotated(visit.ports, raw, verdict.findings, visit.words.language)
    return _workbook(marked, "declaration-checked.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(
        content,
        media_type=workbook.MEDIA_TYPE,
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )


async def _form(visit: Visit, claim: Claim) -> tuple[bytes, dict[str, Any]]:
    """Return the declaration, dropped or pasted, and the form's other fields.

    Raises:
        TooLarge: ``http.body-too-large``, before anything is read.
        Unavailable: ``intake.busy``, before anything is read; ``http.body-too-slow``.
    """
    most = visit.desk.gateway.settings.http.body_bytes_max
    length = length_of(visit.request)
    if length > most + FORM_BYTES:
        raise TooLarge(Finding(code="http.body-too-large", args=(("most", str(most)),)))
    claim.reach(int(length))
    try:
        async with (
            asyncio.timeout(BODY_SECONDS_MAX),
            visit.request.form(max_files=1, max_fields=5, max_part_size=most) as told,
        ):
            dropped = told.get("file")
            raw = b"" if dropped is None or isinstance(dropped, str) else await dropped.read()
            fields = {name: value for name, value in told.items() if isinstance(value, str)}
    except TimeoutError:
        args = (("most", str(BODY_SECONDS_MAX)),)
        raise Unavailable(Finding(code="http.body-too-slow", args=args)) from None
    return raw or fields.get("declaration", "").strip().encode(), fields


def _report(visit: Visit, raw: bytes, text: str, verdict: Verdict) -> ReportPage:
    texts = visit.ports.packs.catalogue()
    lines = places.lines_of(raw, [one.pointer for one in verdict.findings if not one.line])
    graver = sorted(verdict.findings, key=lambda one: _GRAVITY[one.severity])
    remarks = tuple(_remark(one, texts, visit.words, lines) for one in graver)
    shown = text.splitlines() if remarks else []
    return ReportPage(
        valid=verdict.valid,
        strip=strip(_dots(verdict, visit.words), visit.words("strip.validation")),
        offices=tuple(_card(one, visit.words) for one in verdict.offices),
        remarks=remarks,
        messages=tuple(
            (
                one.type,
                one.office,
                visit.words.named("signatory", one.signatory),
                reason(one.waits_for, visit.words),
            )
            for one in verdict.messages
        ),
        lines=tuple(shown[:LINES_MAX]),
        cut=len(shown) > LINES_MAX,
        marked=frozenset(one.line for one in remarks if one.line),
    )


def _dots(verdict: Verdict, words: Words) -> list[tuple[str, str, str, str, str]]:
    return [
        (card.code, card.name, card.word, card.tone, card.sign)
        for card in (_card(one, words) for one in verdict.offices)
    ]


def _card(one: OfficeVerdict, words: Words) -> OfficeCard:
    stop = one.stop
    return OfficeCard(
        code=stop.code,
        name=stop.office.name(words.language) if stop.office else "",
        role=words.named("role", stop.role),
        expected=clock(stop.expected_at, stop.office) if stop.office else "",
        word=words(f"verdict.{one.word.value}"),
        tone=TONES[one.word],
        sign=SIGNS[one.word],
        count=len(one.findings),
    )


def _remark(finding: Finding, texts: Catalogue, words: Words, lines: dict[str, int]) -> Remark:
    text = texts.text(finding, words.language)
    line = finding.line or lines.get(finding.pointer, 0)
    return Remark(
        code=finding.code,
        severity=finding.severity.value,
        message=text.message,
        fix=text.fix,
        value=finding.value,
        place=finding.pointer,
        line=line if line <= LINES_MAX else 0,
        cell=finding.cell,
        offices=finding.offices,
        source=finding.source,
    )
