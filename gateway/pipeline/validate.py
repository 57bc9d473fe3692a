"""Step 3: schema, code lists and rules of the enterprise declaration; all findings at once."""

from gateway.domain.finding import Finding, Refusal, refused
from gateway.packs.declaration_format import DeclarationFormat
from gateway.pipeline.stages import Verified


def validate(verified: Verified, form: DeclarationFormat) -> tuple[Finding, ...]:
    """Return what accompanies an acceptable declaration (warnings, information).

    Raises:
        Refusal: with every finding of the phase, when one of them refuses.
    """
    findings = form.check(verified.root)
    if refused(findings):
        raise Refusal(*findings)
    return findings
