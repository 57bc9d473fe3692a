"""Exit codes: one table for every command (documented in ``fullroute --help``)."""

from enum import IntEnum

from gateway.cli.client import Problem
from gateway.domain.errors import (
    GatewayError,
    InConflict,
    Misconfigured,
    NotAllowed,
    NotAuthentic,
    NotFound,
    Refused,
    TooLarge,
    Unavailable,
)
from gateway.domain.finding import Refusal


class Exit(IntEnum):
    """What an exit code says."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    INVALID = 3
    NOT_FOUND = 4
    NOT_ALLOWED = 5
    CONFLICT = 6
    REFUSED_BY_OFFICE = 7
    UNREACHABLE = 8
    NOT_VERIFIED = 9
    PARTLY = 10
    INTERRUPTED = 130


_KINDS: tuple[tuple[type[GatewayError], Exit], ...] = (
    (Refused, Exit.INVALID),
    (TooLarge, Exit.INVALID),
    (NotAuthentic, Exit.NOT_VERIFIED),
    (NotAllowed, Exit.NOT_ALLOWED),
    (NotFound, Exit.NOT_FOUND),
    (InConflict, Exit.CONFLICT),
    (Unavailable, Exit.UNREACHABLE),
    (Misconfigured, Exit.USAGE),
)

_STATUSES = {
    400: Exit.INVALID,
    401: Exit.NOT_VERIFIED,
    403: Exit.NOT_ALLOWED,
    404: Exit.NOT_FOUND,
    406: Exit.USAGE,
    409: Exit.CONFLICT,
    413: Exit.INVALID,
    415: Exit.USAGE,
    422: Exit.INVALID,
    429: Exit.UNREACHABLE,
    502: Exit.UNREACHABLE,
    503: Exit.UNREACHABLE,
    504: Exit.UNREACHABLE,
}


def exit_of(error: GatewayError | Refusal | Problem) -> Exit:
    """Return the exit code of an error."""
    if isinstance(error, Problem):
        return _STATUSES.get(error.status, Exit.UNEXPECTED)
    if isinstance(error, Refusal):
        return Exit.INVALID
    return next((code for kind, code in _KINDS if isinstance(error, kind)), Exit.UNEXPECTED)
