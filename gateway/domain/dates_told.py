"""Which codes tell an operator of dates: before they come, and when they went by."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.domain.deadline import DeadlineKind

ENDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "certificate": ("attention.certificate-ends", "attention.certificate-ended"),
        "link": ("attention.link-key-ends", "attention.link-key-ended"),
        "mandate": ("attention.mandate-ends", "attention.mandate-ended"),
    }
)
"""What is told of what trust is put in before it ends, and when it has."""

DATE = ("attention.deadline-near", "attention.deadline-missed")
DATES: Mapping[DeadlineKind, tuple[str, str]] = MappingProxyType(
    {
        DeadlineKind.PAPER: ("attention.permit-ends", "attention.permit-ended"),
        DeadlineKind.ENQUIRY: ("attention.deadline-near", "attention.enquiry"),
    }
)
"""What is told of a date that comes near, and of one that went by."""
