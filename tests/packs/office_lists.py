"""Office lists for tests: our own small one, the public extract beside the project, large ones."""

import re
from pathlib import Path

ROOM = Path(__file__).resolve().parent
SMALL = (ROOM / "offices" / "small.xml").read_bytes()
EXTRACT = ROOM.parents[2] / "shared" / "samples" / "offices" / "offices-extract.xml"

_NUMBER = re.compile(rb'(<[a-z0-9]*:?dataItem name="ReferenceNumber">[A-Z]{2})[^<]*')


def large(raw: bytes, offices: int) -> bytes:
    """Return a list of that many offices, its entries repeated under new codes."""
    first = re.search(rb"<([a-z0-9]+:)?RDEntry>", raw).start()
    end = raw.rindex(b"RDEntry>") + len(b"RDEntry>")
    entries = raw[first:end]
    times = -(-offices // len(_NUMBER.findall(entries)))
    number = 0

    def renumbered(found: re.Match[bytes]) -> bytes:
        nonlocal number
        number += 1
        return found[1] + b"%06d" % number

    return raw[:first] + _NUMBER.sub(renumbered, entries * times) + raw[end:]
