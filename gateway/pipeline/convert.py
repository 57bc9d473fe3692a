"""Step 0: a foreign declaration format to ours, and the templates of test packs to declarations.

Nothing is lost silently: what was converted is converted back and compared with what came, element
by element, before anybody works with it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import pointer, safe, tree
from gateway.packs.pack import IntakeFormat

_PLACEHOLDER = re.compile(rb"\{\{([A-Za-z]+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Our declaration as bytes, the format it came in, and the digest of the mapping used."""

    content: bytes
    format_id: str
    digest: str


def convert(
    raw: bytes, formats: Sequence[IntakeFormat], limits: safe.Limits = safe.STANDARD
) -> Converted | None:
    """Return our declaration made from ``raw``, or None when ``raw`` is one already.

    Raises:
        Refusal: ``xml.*``; ``intake.unknown-format`` when no format has this root;
            ``intake.not-carried`` when something in it has no place in ours.
    """
    root = safe.parse_foreign(raw, limits)
    name = f"{{{tree.namespace(root)}}}{tree.name(root)}"
    if tree.namespace(root) == tree.DECLARATION:
        return None
    found = next((one for one in formats if one.root == name), None)
    if found is None:
        known = ", ".join(one.root for one in formats)
        raise _refusal("intake.unknown-format", root, name, (("known", known),))
    content = found.convert(root)
    back = safe.parse_foreign(found.unconvert(safe.parse(content, limits)), limits)
    lost = _first_difference(root, back)
    if lost is not None:
        raise _refusal("intake.not-carried", lost, (lost.text or "").strip())
    return Converted(content=content, format_id=found.id, digest=found.digest)


def _refusal(
    code: str, node: tree.Element, value: str, args: Iterable[tuple[str, str]] = ()
) -> Refusal:
    return Refusal(
        Finding(
            code=code,
            severity=Severity.FATAL,
            pointer=pointer.spell(node),
            line=pointer.line(node),
            value=value,
            args=tuple(args),
        )
    )


def _first_difference(came: tree.Element, back: tree.Element) -> tree.Element | None:
    """Return the first element of ``came`` that ``back`` does not hold the same, else None."""
    if _face(came) != _face(back):
        return came
    mine, theirs = list(came), list(back)
    for one, other in zip(mine, theirs, strict=False):
        if (lost := _first_difference(one, other)) is not None:
            return lost
    if len(mine) != len(theirs):
        return mine[len(theirs)] if len(mine) > len(theirs) else came
    return None


def _face(node: tree.Element) -> tuple[str, str, list[tuple[str, str]], str]:
    """Return what makes an element the same: name, attributes, trimmed text."""
    attributes = sorted((str(name), str(value)) for name, value in node.attrib.items())
    return tree.namespace(node), tree.name(node), attributes, (node.text or "").strip()


# ------------------------------------------------------------------ templates


def fill_placeholders(raw: bytes, at: datetime) -> bytes:
    """Fill the ``{{names}}`` of a test template (rule: ``placeholders`` in ``intake.toml``).

    The values follow from ``raw`` and ``at`` alone; a document without names comes back as it is.
    Times are UTC without an offset, as the common transit formats write them.
    """
    moment = at.astimezone(UTC)
    letters = sha256(moment.isoformat().encode() + b"\n" + raw).hexdigest().upper()
    values = {
        b"LRN": f"FR{moment:%y%m%d%H%M%S}{letters[:8]}",
        b"messageIdentification": f"FR{letters[8:26]}",
        b"preparationDateAndTime": _stamp(moment),
        b"requestDateAndTime": _stamp(moment),
        b"arrivalTime": _stamp(moment + timedelta(days=1)),
        b"arrivalNotificationDateAndTime": _stamp(moment + timedelta(days=2)),
        b"limitDate": f"{moment + timedelta(days=8):%Y-%m-%d}",
        b"unloadingDate": f"{moment + timedelta(days=2):%Y-%m-%d}",
    }

    def fill(found: re.Match[bytes]) -> bytes:
        value = values.get(found.group(1))
        return found.group(0) if value is None else value.encode()

    return _PLACEHOLDER.sub(fill, raw)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
