"""Codes of messages and of the receipts that offices give for them.

Part of the table in ``gateway.domain.codes``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.domain.finding import Severity

MESSAGE_CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "message.busy": Severity.ERROR,
        "message.no-content": Severity.ERROR,
        "message.not-awaiting-signature": Severity.ERROR,
        "message.unknown": Severity.ERROR,
        "message.withdrawn": Severity.ERROR,
        "receipt.other-message": Severity.FATAL,
        "receipt.wrong-time": Severity.ERROR,
    }
)
