"""What pre-flight answers with, as JSON shapes."""

from pydantic import BaseModel, Field

from gateway.api.problems import FindingShape, shape_finding
from gateway.api.shapes import local, utc
from gateway.domain.finding import Catalogue
from gateway.pipeline.verdict import OfficeVerdict
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
