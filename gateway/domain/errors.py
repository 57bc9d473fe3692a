"""What a use case raises to its caller; each face maps the class to a status or an exit code.

Bad content is a :class:`~gateway.domain.finding.Finding`, returned; these are for the rest.
"""

from gateway.domain.finding import Finding


class GatewayError(Exception):
    """Base of all errors a caller can be told about; carries at least one finding."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


class Refused(GatewayError):
    """The content cannot be accepted: HTTP 422 (400 where it is not even parseable), exit 3."""


class NotAuthentic(GatewayError):
    """Nobody we know, or a proof that does not hold: HTTP 401, exit 9."""


class NotAllowed(GatewayError):
    """Known, but may not do this: HTTP 403, exit 5."""


class NotFound(GatewayError):
    """Not there, or not visible to this caller: HTTP 404, exit 4."""


class InConflict(GatewayError):
    """The state forbids it, or somebody was faster: HTTP 409, exit 6."""


class TooLarge(GatewayError):
    """A limit was passed before the content was read: HTTP 413, exit 3."""


class Unavailable(GatewayError):
    """Worth trying again later: HTTP 503, exit 8."""


class Busy(Unavailable):
    """Others were faster every time; nothing is wrong with what was handed in."""


class Elsewhere(Unavailable):
    """Only a program that has what is missing in this one can do it; nothing else is in the way."""


class Misconfigured(GatewayError):
    """Settings, data folder or database do not fit this program: exit 2."""
