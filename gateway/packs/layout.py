"""Fixed-field messages (VNACCS-shaped jobs): a header of 400 bytes, then lines of fixed width.

A job is XML on our side (``urn:fullroute:job:1``): ``<Job code="OLA" subject="..."><Field
name="CHC">15BB</Field><Group name="line">...</Group></Job>``; attributes of the root are header
fields. The layout file says the order and width of everything. In bytes every field is padded right
with spaces to its width (in bytes or characters, as it says) and ended with CRLF; a repeated field
always takes all its lines; a group is a line with the number of occurrences (three digits), then
each occurrence. Values are never cut: what does not fit is a finding.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup.tree import JOB, Element, add, build, drop, name, namespace
from gateway.packs.layout_file import (
    HEADER_BYTES,
    LENGTH_DIGITS,
    FieldSpec,
    GroupSpec,
    HeaderSpec,
    Kind,
    Layout,
    Layouts,
)

COUNT_DIGITS = 3
FILLED_AT_TRANSPORT = ("user", "password")
"""Header fields of a login: blank in everything that is stored, signed or shown."""

_EOL = b"\r\n"
_FIELD, _GROUP = f"{{{JOB}}}Field", f"{{{JOB}}}Group"
_KEPT_BLANK = ("password", "length")  # filled at transport; computed
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


def _refusal(code: str, *, value: str = "", line: int | None = None, **args: int) -> Refusal:
    words = tuple((key, str(word)) for key, word in args.items())
    return Refusal(Finding(code=code, severity=Severity.FATAL, value=value, line=line, args=words))


# ------------------------------------------------------------------ kinds


def _is_time(text: str, length: int) -> bool:
    if len(text) != length or length not in (2, 4, 6) or not _is_digits(text):
        return False
    return text[:2] < "24" and text[2:4] < "60" and text[4:] < "60"


def _is_day(text: str) -> bool:
    if len(text) != len("yyyymmdd") or not _is_digits(text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_LETTERS = re.compile(r"[A-Z0-9]+")
_HOLDS: Mapping[Kind, Callable[[str, int], bool]] = {
    Kind.AN: lambda text, _: _CONTROL.search(text) is None,
    Kind.N: lambda text, _: _NUMBER.fullmatch(text) is not None,
    Kind.A: lambda text, _: _LETTERS.fullmatch(text) is not None,
    Kind.DATE: lambda text, _: _is_day(text),
    Kind.TIME: _is_time,
}


def _fits(spec: FieldSpec, text: str) -> bool:
    held = not text or _HOLDS[spec.kind](text, spec.length)
    return held and spec.width(text) <= spec.length


def _value_findings(spec: FieldSpec, text: str, where: str) -> Sequence[Finding]:
    """Return what is wrong with a value that does not fit."""
    width = spec.width(text)
    holds = _HOLDS[spec.kind](text, spec.length)
    found = []
    if not holds:
        found.append(_finding("layout.wrong-kind", spec, where, text, kind=spec.kind.value))
    if width > spec.length:
        sizes = {"limit": str(spec.length), "unit": spec.unit.value, "found": str(width)}
        found.append(_finding("layout.too-long", spec, where, text, **sizes))
    return found


def _finding(code: str, spec: FieldSpec, where: str, value: str = "", **args: str) -> Finding:
    words = (("field", spec.name), ("label", spec.label), *args.items())
    return Finding(code=code, pointer=where, value=value, args=words)


# ------------------------------------------------------------------ checking a job


@dataclass(slots=True)
class _Reading:
    """The values of one job, slot by slot, and what was wrong on the way."""

    findings: list[Finding] = field(default_factory=list)

    def unknown(self, node: Element, where: str) -> None:
        """Note an element the layout does not know."""
        code = "layout.unknown-field" if name(node) == "Field" else "layout.unknown-group"
        self.findings.append(Finding(code=code, pointer=where, value=node.get("name", "")))

    def fields(self, node: Element, specs: Sequence[FieldSpec], where: str) -> list[list[str]]:
        """Return, for each of ``specs``, the texts of all its lines."""
        known = {spec.name: [""] * spec.repeat for spec in specs}
        by_name = {spec.name: spec for spec in specs}
        for child in node.iterchildren(_FIELD):
            named = child.get("name", "")
            spec = by_name.get(named)
            if spec is None:
                self.unknown(child, _place(where, named))
            else:
                self._put(spec, known[spec.name], child, where)
        for spec in specs:
            if spec.mandatory and not any(known[spec.name]):
                place = _place(where, spec.name)
                self.findings.append(_finding("layout.missing-field", spec, place))
        return [known[spec.name] for spec in specs]

    def _put(self, spec: FieldSpec, lines: list[str], child: Element, where: str) -> None:
        text = (child.text or "").strip(" ")
        index = child.get("index") or str(len(lines) - lines.count("") + 1)
        slot = int(index) - 1 if index.isascii() and index.isdigit() else -1
        if not 0 <= slot < len(lines):
            place, limit = _place(where, spec.name), str(spec.repeat)
            self.findings.append(_finding("layout.too-many", spec, place, index, limit=limit))
        elif lines[slot]:
            place = _place(where, spec.name)
            self.findings.append(_finding("layout.repeated", spec, place, index))
        else:
            lines[slot] = text
            if not _fits(spec, text):
                self.findings.extend(_value_findings(spec, text, _place(where, spec.name)))


def _place(where: str, field_name: str) -> str:
    return f"{where}/Field[@name='{field_name}']"


def _read_fields(job: Element, layout: Layout, header: HeaderSpec) -> tuple[_Reading, bytes, bytes]:
    """Return the findings, the header without its length, and the body."""
    reading = _Reading()
    if namespace(job) != JOB or name(job) != "Job":
        reading.findings.append(Finding(code="layout.not-a-job", value=name(job)))
        return reading, b"", b""
    if not layout.serves(job.get("code", ""), job.get("output", "")):
        reading.findings.append(Finding(code="layout.wrong-job", value=job.get("code", "")))
    head = b"".join(_header_parts(job, header, reading))
    body = b"".join(line + _EOL for line in _body_lines(job, layout, reading))
    return reading, head, body


def _header_parts(job: Element, header: HeaderSpec, reading: _Reading) -> Iterator[bytes]:
    known = {spec.name for spec in header.fields if _carried(spec.name)}
    for attribute in job.attrib:
        if attribute not in known:
            where = f"/Job/@{attribute}"
            reading.findings.append(Finding(code="layout.unknown-field", pointer=where))
    for spec in header.fields:
        text = job.get(spec.name, "").strip(" ") if spec.name in known else ""
        if not _fits(spec, text):
            reading.findings.extend(_value_findings(spec, text, f"/Job/@{spec.name}"))
        yield spec.padded(text)


def _carried(header_field: str) -> bool:
    return header_field not in _KEPT_BLANK and not header_field.startswith("reserved")


def _body_lines(job: Element, layout: Layout, reading: _Reading) -> Iterator[bytes]:
    yield from _padded(layout.fields, reading.fields(job, layout.fields, "/Job"))
    groups: dict[str, list[tuple[Element, str]]] = {spec.name: [] for spec in layout.groups}
    for place, node in enumerate(job.iterchildren(_GROUP), start=1):
        where = f"/Job/Group[{place}]"
        if (same := groups.get(node.get("name", ""))) is None:
            reading.unknown(node, where)
        else:
            same.append((node, where))
    for spec in layout.groups:
        found = groups[spec.name]
        code = _count_fault(spec, len(found))
        if code:
            args = (("group", spec.name), ("label", spec.label), ("limit", str(spec.repeat)))
            reading.findings.append(Finding(code=code, pointer="/Job/Group", args=args))
        yield str(len(found)).zfill(COUNT_DIGITS).encode()
        for node, where in found:
            yield from _padded(spec.fields, reading.fields(node, spec.fields, where))


def _count_fault(spec: GroupSpec, count: int) -> str:
    if spec.mandatory and not count:
        return "layout.missing-group"
    return "layout.too-many-groups" if count > spec.repeat else ""


def _padded(specs: Sequence[FieldSpec], values: Sequence[Sequence[str]]) -> Iterator[bytes]:
    for spec, lines in zip(specs, values, strict=True):
        yield from (spec.padded(line) if line else b" " * spec.length for line in lines)


def blanks(header: HeaderSpec, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield (name, start, length) of the login's fields where the header begins at ``start``."""
    for spec in header.fields:
        if spec.name in FILLED_AT_TRANSPORT:
            yield spec.name, start, spec.length
        start += spec.length


def check(job: Element, layout: Layout, header: HeaderSpec) -> tuple[Finding, ...]:
    """Return what is wrong with a job; empty when it can be encoded."""
    reading, _, _ = _read_fields(job, layout, header)
    return tuple(reading.findings)


def encode(job: Element, layout: Layout, header: HeaderSpec) -> bytes:
    """Return the bytes of a job, header and body.

    Raises:
        Refusal: ``layout.*``, all at once.
    """
    reading, head, body = _read_fields(job, layout, header)
    if reading.findings:
        raise Refusal(*reading.findings)
    total = len(head) + len(body)
    if total >= 10**LENGTH_DIGITS:
        raise _refusal("layout.message-too-long", limit=10**LENGTH_DIGITS - 1)
    start = sum(spec.length for spec in header.fields[: _index_of(header, "length")])
    length = str(total).zfill(LENGTH_DIGITS).encode()
    return head[:start] + length + head[start + LENGTH_DIGITS :] + body


def drop_blank(job: Element) -> None:
    """Take out of a job the fields that say nothing: :func:`decode` does not read them either."""
    for field_ in [one for one in job.iter(_FIELD) if not (one.text or "").strip(" ")]:
        drop(field_)


def _index_of(header: HeaderSpec, wanted: str) -> int:
    return next(place for place, spec in enumerate(header.fields) if spec.name == wanted)


# ------------------------------------------------------------------ decoding


def decode(raw: bytes, layouts: Layouts) -> Element:
    """Return the job that ``raw`` spells; blank fields are left out.

    Raises:
        Refusal: ``layout.*``: the bytes do not have the shape their header promises.
    """
    head = _decode_header(raw, layouts.header)
    layout = layouts.body(head.get("code", ""), head.get("output", ""))
    body = raw[HEADER_BYTES:]
    if body and not body.endswith(_EOL):
        raise _refusal("layout.lines-differ")
    lines = iter(enumerate(body.split(_EOL)[:-1], start=1))
    job = build(JOB, "Job", head.items())
    _decode_fields(job, layout.fields, lines)
    for spec in layout.groups:
        for _ in range(_count(lines, spec)):
            _decode_fields(add(job, "Group", [("name", spec.name)]), spec.fields, lines)
    if (left := next(lines, None)) is not None:
        raise _refusal("layout.lines-differ", line=left[0])
    return job


def _decode_header(raw: bytes, header: HeaderSpec) -> dict[str, str]:
    if len(raw) < HEADER_BYTES:
        raise _refusal("layout.header-too-short", limit=HEADER_BYTES)
    values: dict[str, str] = {}
    start = 0
    for spec in header.fields:
        values[spec.name] = _plain(raw[start : start + spec.length], 0).strip(" ")
        start += spec.length
    if values["length"] != str(len(raw)).zfill(LENGTH_DIGITS):
        raise _refusal("layout.length-differs", value=values["length"], found=len(raw))
    return {key: text for key, text in values.items() if _carried(key) and text}


def _plain(raw: bytes, line: int) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal("layout.not-utf8", line=line) from None
    if _CONTROL.search(text):
        raise _refusal("layout.control-character", line=line)
    return text


def _decode_fields(
    parent: Element, specs: Sequence[FieldSpec], lines: Iterator[tuple[int, bytes]]
) -> None:
    for spec in specs:
        blank = spec.padded("")
        for index in range(1, spec.repeat + 1):
            number, raw = _next(lines)
            if raw == blank:
                continue
            text = _plain(raw, number)
            if spec.width(text) != spec.length:
                raise _refusal("layout.width-differs", value=spec.name, line=number)
            if text := text.strip(" "):
                marks = [("name", spec.name), ("index", str(index) if spec.repeat > 1 else "")]
                add(parent, "Field", marks, text)


def _next(lines: Iterator[tuple[int, bytes]]) -> tuple[int, bytes]:
    found = next(lines, None)
    if found is None:
        raise _refusal("layout.lines-differ")
    return found


def _count(lines: Iterator[tuple[int, bytes]], spec: GroupSpec) -> int:
    number, raw = _next(lines)
    if not re.fullmatch(rb"[0-9]{3}", raw) or int(raw) > spec.repeat:
        raise _refusal("layout.count-differs", value=spec.name, line=number)
    return int(raw)
