"""What pre-flight and preview answer with, as JSON shapes."""

import base64

from pydantic import BaseModel, Field

from gateway.api.problems import FindingShape, shape_finding
from gateway.api.shapes import local, utc
from gateway.domain.finding import Catalogue
from gateway.pipeline.verdict import OfficeVerdict
from gateway.usecases.preview import Part, Preview, Previewed
from gateway.usecases.submit import Verdict


class PreviewShape(BaseModel):
    """One message a declaration would lead to."""

    type: str = Field(examples=["MT2401"])
    office: str = Field(examples=["CN00X001"])
    procedure: str = Field(examples=["cn-exit"])
    signatory: str = Field(examples=["broker"])
    waits_for: str = Field(examples=["MT2401:accepted"])


class OfficeVerdictShape(BaseModel):
    """What one office would say: pass, fail or unknown, and the findings it would say it with."""

    sequence: int
    office: str = Field(examples=["VN0003PJ"])
    name: str = Field(examples=["Hai Duong"])
    role: str = Field(examples=["destination"])
    administration: str
    expected_at: str | None
    expected_office_time: str | None
    verdict: str = Field(examples=["pass"])
    findings: tuple[FindingShape, ...]


class VerdictShape(BaseModel):
    """What submission would say; nothing was stored or sent."""

    valid: bool
    findings: tuple[FindingShape, ...]
    messages: tuple[PreviewShape, ...]
    offices: tuple[OfficeVerdictShape, ...]


def shape_verdict(verdict: Verdict, catalogue: Catalogue, language: str) -> VerdictShape:
    """Return a pre-flight verdict."""
    return VerdictShape(
        valid=verdict.valid,
        findings=tuple(shape_finding(one, catalogue, language) for one in verdict.findings),
        messages=tuple(
            PreviewShape(
                type=one.type,
                office=one.office,
                procedure=one.procedure,
                signatory=one.signatory,
                waits_for=one.waits_for,
            )
            for one in verdict.messages
        ),
        offices=tuple(_office_verdict(one, catalogue, language) for one in verdict.offices),
    )


def _office_verdict(one: OfficeVerdict, catalogue: Catalogue, language: str) -> OfficeVerdictShape:
    stop = one.stop
    return OfficeVerdictShape(
        sequence=stop.sequence,
        office=stop.code,
        name=stop.office.name(language) if stop.office else "",
        role=stop.role,
        administration=stop.office.administration if stop.office else "",
        expected_at=utc(stop.expected_at) if stop.expected_at else None,
        expected_office_time=local(stop.expected_at, stop.office) if stop.office else None,
        verdict=one.word.value,
        findings=tuple(shape_finding(found, catalogue, language) for found in one.findings),
    )


class FieldShape(BaseModel):
    """One value of a message: where it stands, and from which of our elements it comes."""

    pointer: str = Field(examples=["/Manifest/Declaration/Carrier/ID"])
    value: str
    source: str = Field(examples=["Party/ID (carrier, USCC)"])
    assigned_at_sending: bool


class PartShape(BaseModel):
    """One document: its exact to-be-signed bytes in base64, their SHA-256, and their fields."""

    content: str
    digest: str
    fields: tuple[FieldShape, ...]


class WithheldShape(BaseModel):
    """An element of our declaration that this message does not tell, and why."""

    field: str = Field(examples=["Party/Contact"])
    clause: str
    text: str


class PreviewedShape(BaseModel):
    """One message as it would stand; ``waits_for`` is empty if it is owed on submission."""

    type: str = Field(examples=["MT2401"])
    office: str
    procedure: str
    pack: str
    signatory: str
    suite: str
    media_type: str
    waits_for: str
    parts: tuple[PartShape, ...]
    withheld: tuple[WithheldShape, ...]


class OfficePreviewShape(BaseModel):
    """What one office would be told; nothing was stored or sent."""

    office: str
    messages: tuple[PreviewedShape, ...]
    findings: tuple[FindingShape, ...]


def shape_preview(preview: Preview, catalogue: Catalogue, language: str) -> OfficePreviewShape:
    """Return the preview of one office."""
    return OfficePreviewShape(
        office=preview.office,
        messages=tuple(_previewed(one) for one in preview.messages),
        findings=tuple(shape_finding(one, catalogue, language) for one in preview.findings),
    )


def _previewed(one: Previewed) -> PreviewedShape:
    return PreviewedShape(
        type=one.message.type,
        office=one.message.office,
        procedure=one.message.procedure,
        pack=one.pack,
        signatory=one.message.signatory.value,
        suite=one.message.suite.value,
        media_type=one.message.media_type,
        waits_for=one.waits_for,
        parts=tuple(_part(part) for part in one.parts),
        withheld=tuple(
            WithheldShape(field=held.field, clause=held.clause, text=held.text)
            for held in one.withheld
        ),
    )


def _part(part: Part) -> PartShape:
    return PartShape(
        content=base64.b64encode(part.content).decode(),
        digest=part.digest,
        fields=tuple(
            FieldShape(
                pointer=field.pointer,
                value=field.value,
                source=field.source,
                assigned_at_sending=field.assigned,
            )
            for field in part.fields
        ),
    )
