"""Layout files of fixed-field formats: ``layouts/header.toml`` and one file a message type.

The dataclasses are the format; ``packs.layout`` turns messages into bytes and back with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.itinerary import Status
from gateway.packs import tables

HEADER_FILE = "layouts/header.toml"
HEADER_BYTES = 400
LENGTH_DIGITS = 6


class Unit(StrEnum):
    """What a width counts."""

    BYTES = "bytes"
    CHARS = "chars"


class Kind(StrEnum):
    """What a field may hold."""

    AN = "an"  # any text without control characters
    N = "n"  # digits with at most one point
    A = "a"  # capital letters and digits
    DATE = "date"  # yyyymmdd
    TIME = "time"  # hh, hhmm or hhmmss


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field: ``length`` in ``unit``; ``repeat`` lines of it."""

    name: str
    length: int
    unit: Unit = Unit.BYTES
    kind: Kind = Kind.AN
    mandatory: bool = False
    repeat: int = 1
    label: str = ""
    status: Status = Status.UNVERIFIED
    source: str = ""

    def width(self, text: str) -> int:
        """Return the width of ``text`` in this field's unit."""
        if self.unit is Unit.CHARS or text.isascii():
            return len(text)
        return len(text.encode())

    def padded(self, text: str) -> bytes:
        """Return ``text`` at the field's width."""
        if self.unit is Unit.CHARS:
            return text.ljust(self.length).encode()
        return text.encode().ljust(self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    """Fields that occur together, at most ``repeat`` times; ``mandatory`` means at least once."""

    name: str
    repeat: int
    fields: tuple[FieldSpec, ...] = field(metadata={tables.KEY: "field"})
    mandatory: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderSpec:
    """The header: fields whose lengths, in bytes, add up to ``length``."""

    fields: tuple[FieldSpec, ...] = field(metadata={tables.KEY: "field"})
    length: int = HEADER_BYTES
    encoding: str = "utf-8"
    status: Status = Status.UNVERIFIED
    source: str = ""
    text: str = ""
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One message type's body. ``job`` is its code, ``output`` what an answer is called.

    ``also`` are other codes with the same body: outputs where it is an answer's, jobs otherwise.
    """

    job: str = ""
    output: str = ""
    also: tuple[str, ...] = ()
    encoding: str = "utf-8"
    fields: tuple[FieldSpec, ...] = field(default=(), metadata={tables.KEY: "field"})
    groups: tuple[GroupSpec, ...] = field(default=(), metadata={tables.KEY: "group"})
    status: Status = Status.UNVERIFIED
    source: str = ""
    text: str = ""
    confirmed: tuple[str, ...] = ()

    def serves(self, code: str, output: str) -> bool:
        """Tell whether a message with that job code and output code has this body."""
        if self.output:
            return output in (self.output, *self.also) and self.job in ("", code)
        return not output and code in (self.job, *self.also)


@dataclass(frozen=True, slots=True)
class Layouts:
    """All layouts of a pack by path, and the header they share."""

    header: HeaderSpec
    bodies: Mapping[str, Layout] = field(default_factory=dict)

    def body(self, code: str, output: str) -> Layout:
        """Return the layout of a message.

        Raises:
            Refusal: ``layout.unknown-message``.
        """
        found = [layout for layout in self.bodies.values() if layout.serves(code, output)]
        if not found:
            wanted = output or code
            raise Refusal(
                Finding(code="layout.unknown-message", severity=Severity.FATAL, value=wanted)
            )
        return max(found, key=lambda layout: bool(layout.job))


def read_layouts(files: Mapping[str, bytes]) -> Layouts | None:
    """Read every file of ``layouts/``; None if the pack has none.

    Raises:
        Refusal: ``pack.*``.
    """
    paths = sorted(p for p in files if p.startswith("layouts/") and p.endswith(".toml"))
    if not paths:
        return None
    if HEADER_FILE not in files:
        raise tables.refusal("pack.missing-file", HEADER_FILE)
    header = tables.read(HeaderSpec, tables.load(files[HEADER_FILE], HEADER_FILE), HEADER_FILE)
    names = [spec.name for spec in header.fields]
    if header.length != HEADER_BYTES or sum(spec.length for spec in header.fields) != HEADER_BYTES:
        raise tables.refusal("pack.layout-broken", HEADER_FILE, reason=f"{HEADER_BYTES} bytes")
    if not {"code", "output", "length"} <= set(names):
        raise tables.refusal("pack.layout-broken", HEADER_FILE, reason="code, output, length")
    bodies = {path: _read_body(files[path], path) for path in paths if path != HEADER_FILE}
    return Layouts(header, bodies)


def _read_body(raw: bytes, path: str) -> Layout:
    layout = tables.read(Layout, tables.load(raw, path), path)
    for fields in (layout.fields, *(group.fields for group in layout.groups)):
        names = [spec.name for spec in fields]
        if len(set(names)) != len(names) or any(s.length < 1 or s.repeat < 1 for s in fields):
            raise tables.refusal("pack.layout-broken", path, reason=", ".join(names))
    if layout.encoding != "utf-8" or not (layout.job or layout.output):
        raise tables.refusal("pack.layout-broken", path, reason="encoding, job, output")
    return layout
