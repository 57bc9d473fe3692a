"""Every code the gateway itself can report, with what it does by default.

Texts stand in ``schemas/lang``; a pack's rules bring their own codes and texts. Codes are never
reused and never renamed. ``tests/house`` holds this table, the texts and the code together.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.domain.finding import Severity

CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "answer.id-reused": Severity.ERROR,
        "answer.no-movement": Severity.ERROR,
        "answer.number-changed": Severity.ERROR,
        "answer.other-link": Severity.FATAL,
        "answer.unknown-procedure": Severity.ERROR,
        "answer.wrong-digest": Severity.FATAL,
        "certificate.unreadable": Severity.ERROR,
        "certificate.weak-key": Severity.ERROR,
        "declaration.busy": Severity.ERROR,
        "declaration.duplicate-reference": Severity.ERROR,
        "declaration.no-declarant": Severity.ERROR,
        "declaration.unknown-root": Severity.FATAL,
        "idempotency.other-body": Severity.ERROR,
        "link.none-for-office": Severity.ERROR,
        "link.not-yours": Severity.ERROR,
        "link.office-served": Severity.ERROR,
        "link.other-administration": Severity.ERROR,
        "mandate.unknown-signatory": Severity.ERROR,
        "message.busy": Severity.ERROR,
        "message.not-awaiting-signature": Severity.ERROR,
        "message.unknown": Severity.ERROR,
        "movement.body-erased": Severity.ERROR,
        "movement.busy": Severity.ERROR,
        "movement.unknown": Severity.ERROR,
        "office.unknown": Severity.ERROR,
        "office.wrong-role": Severity.ERROR,
        "pack.none-for-office": Severity.ERROR,
        "party.malformed": Severity.ERROR,
        "receipt.other-message": Severity.FATAL,
        "reference.malformed": Severity.ERROR,
        "report.not-prelodged": Severity.ERROR,
        "report.not-released": Severity.ERROR,
        "report.not-yours": Severity.ERROR,
        "report.office-not-on-the-way": Severity.ERROR,
        "route.no-departure": Severity.ERROR,
        "route.no-destination": Severity.ERROR,
        "setup.exists": Severity.ERROR,
        "signature.expired-certificate": Severity.FATAL,
        "signature.missing": Severity.FATAL,
        "signature.not-the-declarant": Severity.FATAL,
        "signature.not-your-message": Severity.ERROR,
        "signature.other-content": Severity.FATAL,
    }
)
