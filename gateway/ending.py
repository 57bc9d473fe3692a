"""How a program that cannot begin or go on ends: what is wrong, on standard error, and a code."""

import sys

from gateway import bootstrap
from gateway.domain.errors import GatewayError, NotFound, Unavailable

USAGE_EXIT = 2
NOT_FOUND_EXIT = 4
UNREACHABLE_EXIT = 8


def tell(error: GatewayError) -> int:
    """Print every finding with its remedy, a line each; return the exit code."""
    texts = bootstrap.open_texts()
    for finding in error.findings:
        text = texts.text(finding, "en")
        print(f"{finding.code}: {text.message} {text.fix}", file=sys.stderr)  # noqa: T201 - a program's last words
    if isinstance(error, NotFound):
        return NOT_FOUND_EXIT
    return UNREACHABLE_EXIT if isinstance(error, Unavailable) else USAGE_EXIT
