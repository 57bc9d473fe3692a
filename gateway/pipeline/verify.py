"""Step 2: only what the declarant signed goes on.

``Verified`` is made nowhere else. The signed element is the document root; everything after this
step reads that element and no other (reliability: signature wrapping).
"""

from datetime import datetime
from hashlib import sha256

from gateway.domain.declaration import Declaration
from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.trust import PartyCertificate, Trust
from gateway.markup import signature, tree
from gateway.pipeline.stages import Parsed, Verified


def verify_exporter(
    parsed: Parsed, trust: Trust, at: datetime, *, accepts_unsigned: bool, left_out: bool = False
) -> Verified:
    """Check the declarant's signature against the certificates registered and standing at ``at``.

    With ``left_out`` nobody asks who signed, as in a question that leads to nothing.

    Raises:
        Refusal: ``signature.*``.
    """
    if left_out or not tree.elements(parsed.root, "ds:Signature"):
        if not (left_out or accepts_unsigned):
            raise Refusal(Finding(code="signature.missing", severity=Severity.FATAL))
        content = sha256(signature.unsigned(parsed.root)).hexdigest()
        return Verified(parsed.root, content, None)
    standing = {c.certificate: c for c in trust.certificates if c.stands(at)}
    signed = _against(parsed.root, standing, trust, at)
    return Verified(
        signed.element, sha256(signed.content).hexdigest(), standing[signed.certificate]
    )


def _against(
    root: tree.Element, standing: dict[bytes, PartyCertificate], trust: Trust, at: datetime
) -> signature.Signed:
    try:
        return signature.verify_parsed(root, tuple(standing))
    except Refusal as refusal:
        lapsed = tuple(c.certificate for c in trust.certificates if not c.stands(at))
        if not lapsed:
            raise
        try:
            signature.verify_parsed(root, lapsed)
        except Refusal:
            raise refusal from None
        raise Refusal(
            Finding(code="signature.expired-certificate", severity=Severity.FATAL)
        ) from None


def check_signer(verified: Verified, declaration: Declaration) -> tuple[Finding, ...]:
    """Check that who signed is who declares."""
    declarant = declaration.declarant
    if verified.signer is None or declarant is None:
        return ()
    if verified.signer.party in {":".join(one) for one in declarant.ids}:
        return ()
    return (
        Finding(
            code="signature.not-the-declarant",
            severity=Severity.FATAL,
            value=verified.signer.party,
            args=(("declarant", declarant.key),),
        ),
    )
