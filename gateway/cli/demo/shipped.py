"""The declarations that come with the gateway, brought up to today.

Every date and time in one moves by the same whole number of days, so that it is issued today and
the journey lies ahead (from Chongqing tomorrow at 08:00); clock times and offsets stay. Its local
reference number is drawn afresh, so that every run is a new declaration.
"""

import re
from datetime import date, datetime, timedelta, timezone

_DATE = re.compile(rb">(\d{4}-\d{2}-\d{2})((?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2}))?)<")
_ISSUED = re.compile(rb"<IssueDateTime>(\d{4}-\d{2}-\d{2})T")
_REFERENCE = re.compile(rb"(<FunctionalReferenceID>[A-Z]+)-[^<]*(</FunctionalReferenceID>)")

CHONGQING = timezone(timedelta(hours=8))
"""Whose day counts: the declarations are written in Chongqing and Hai Duong, an hour apart."""


def brought_up(raw: bytes, now: datetime, drawn: str) -> bytes:
    """Return the shipped declaration as if written today; ``drawn`` makes its reference unique."""
    today = now.astimezone(CHONGQING).date()
    issued = _ISSUED.search(raw)
    shift = today - date.fromisoformat(issued[1].decode()) if issued else timedelta()

    def moved(found: "re.Match[bytes]") -> bytes:
        day = date.fromisoformat(found[1].decode()) + shift
        return b">" + day.isoformat().encode() + found[2] + b"<"

    reference = f"-{today:%Y}-{drawn}".encode()
    return _REFERENCE.sub(rb"\g<1>" + reference + rb"\g<2>", _DATE.sub(moved, raw), count=1)
