"""Workbooks for people: a template, a declaration written into one, and findings at its cells."""

from collections.abc import Iterable, Sequence

from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import LANGUAGES, Catalogue, Finding, Refusal
from gateway.markup import safe
from gateway.markup.workbook_writer import Heading, Page, Remark, annotate, write
from gateway.packs.sheet_filling import FilledSheet, empty, fill
from gateway.packs.sheet_layout import Column, Kind, SheetFormat, in_language
from gateway.ports import Ports

_KINDS = {Kind.NUMBER: "number", Kind.DAY: "day", Kind.MOMENT: "moment"}


def template(ports: Ports, language: str, layout: str = "") -> bytes:
    """Return an empty workbook to fill in.

    Raises:
        NotFound: ``sheet.no-layout``.
    """
    with ports.packs.slot() as packs:
        known = _chosen(packs.sheets, layout)
        return write(_pages(empty(known), known, language))


def filled(
    ports: Ports, content: bytes, language: str, layout: str = ""
) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the workbook of a declaration of ours, and what it has no column for.

    Raises:
        NotFound: ``sheet.no-layout``.
        Refused: ``xml.*``.
    """
    with ports.packs.slot() as packs:
        known = _chosen(packs.sheets, layout)
        try:
            sheets, left = fill(safe.parse(content), known)
        except Refusal as refusal:
            raise Refused(*refusal.findings) from refusal
        return write(_pages(sheets, known, language)), left


def annotated(ports: Ports, raw: bytes, findings: Sequence[Finding], language: str) -> bytes:
    """Return a workbook with what is wrong at its cells and a summary in front.

    Raises:
        Refused: ``sheet.*``: it is no workbook that can be read.
    """
    texts = ports.packs.catalogue()
    with ports.packs.slot() as packs:
        known = packs.sheets[0]
    names = known.spec.summary.names
    remarks = [_remark(one, texts, language) for one in findings]
    summary = _summary(findings, texts, known, language)
    try:
        return annotate(raw, remarks, summary, (in_language(names, one) for one in LANGUAGES))
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def _chosen(sheets: Sequence[SheetFormat], layout: str) -> SheetFormat:
    for one in sheets:
        if layout in ("", one.id):
            return one
    known = ", ".join(one.id for one in sheets) or "-"
    raise NotFound(Finding(code="sheet.no-layout", value=layout, args=(("known", known),)))


def _pages(sheets: Iterable[FilledSheet], known: SheetFormat, language: str) -> tuple[Page, ...]:
    return tuple(
        Page(
            title=in_language(one.layout.spec.names, language),
            headings=tuple(_heading(column, known, language) for column in one.layout.columns),
            rows=one.rows,
            form=one.layout.spec.form,
        )
        for one in sheets
    )


def _heading(column: Column, known: SheetFormat, language: str) -> Heading:
    return Heading(
        name=in_language(column.spec.names, language),
        kind=_KINDS.get(column.spec.kind, "text"),
        choices=known.words(column),
        needed=column.needed,
    )


# ------------------------------------------------------------------ findings


def _remark(finding: Finding, texts: Catalogue, language: str) -> Remark:
    text = texts.text(finding, language)
    return Remark(
        cell=finding.cell, text=f"{text.message}\n{text.fix}".strip(), grave=finding.refuses
    )


def _summary(
    findings: Iterable[Finding], texts: Catalogue, known: SheetFormat, language: str
) -> Page:
    summary = known.spec.summary
    severities = {one.id: in_language(one.names, language) for one in summary.severities}
    rows = []
    for one in findings:
        text = texts.text(one, language)
        told = {
            "severity": severities.get(one.severity.value, one.severity.value),
            "cell": one.cell,
            "message": text.message,
            "fix": text.fix,
            "value": one.value,
            "offices": ", ".join(one.offices),
            "code": one.code,
        }
        rows.append(tuple(told.get(column.id, "") for column in summary.columns))
    return Page(
        title=in_language(summary.names, language),
        headings=tuple(
            Heading(
                name=in_language(one.names, language), kind=one.id if one.id == "cell" else "text"
            )
            for one in summary.columns
        ),
        rows=rows,
    )
