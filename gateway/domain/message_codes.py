"""Codes of messages, and of the receipts and answers that offices give for them.

Part of the table in ``gateway.domain.codes``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.domain.finding import Severity

MESSAGE_CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "answer.id-reused": Severity.ERROR,
        "answer.no-movement": Severity.ERROR,
        "answer.not-theirs": Severity.FATAL,
        "answer.number-changed": Severity.ERROR,
        "answer.number-elsewhere": Severity.ERROR,
        "answer.other-link": Severity.FATAL,
        "answer.time-malformed": Severity.FATAL,
        "answer.unforeseen": Severity.ERROR,
        "answer.unknown": Severity.FATAL,
        "answer.unknown-procedure": Severity.ERROR,
        "answer.unsigned": Severity.FATAL,
        "answer.wrong-digest": Severity.FATAL,
        "message.busy": Severity.ERROR,
        "message.no-content": Severity.ERROR,
        "message.not-awaiting-signature": Severity.ERROR,
        "message.unknown": Severity.ERROR,
        "message.withdrawn": Severity.ERROR,
        "receipt.other-message": Severity.FATAL,
        "receipt.wrong-time": Severity.ERROR,
    }
)
