"""Step 0: a foreign declaration format to ours, and the templates of test packs to declarations.

Nothing is lost silently: what was converted is converted back and compared with what came, element
by element, before anybody works with it. What a format is known to lose is told to the sender.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gateway.domain.finding import Finding, Refusal, Severity, refused
from gateway.domain.route_offices import RouteOffices
from gateway.markup import pointer, safe, tree, workbook
from gateway.packs.declaration_format import DeclarationFormat
from gateway.packs.intake_format import Place, PlaceSpec
from gateway.packs.pack import IntakeFormat, PackSet
from gateway.packs.sheet_layout import SheetFormat
from gateway.packs.sheet_positions import Positions
from gateway.packs.sheet_reading import read

TWIN = "declaration-json"
"""How the JSON twin is named among the formats."""

_PLACEHOLDER = re.compile(rb"\{\{([A-Za-z]+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Our declaration as bytes, the format it came in, and the digest of the mapping used.

    ``findings`` tell what was left out because ours has no room for it; ``positions`` lead back to
    the cells of a workbook.
    """

    content: bytes
    format_id: str
    digest: str
    findings: tuple[Finding, ...] = ()
    positions: Positions | None = None

    def located(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return findings about our declaration with the cells they come from, if it had any."""
        if self.positions is None:
            return tuple(findings)
        return tuple(self.positions.located(one) for one in findings)


def media_type(raw: bytes) -> str:
    """Return as what a declaration is kept, by what it begins with."""
    if workbook.looks_like_workbook(raw):
        return workbook.MEDIA_TYPE
    return "application/json" if _is_twin(raw) else "application/xml"


def to_ours(
    raw: bytes,
    packs: PackSet,
    limits: safe.Limits = safe.STANDARD,
    route: RouteOffices | None = None,
) -> Converted | None:
    """Return our declaration made from whatever came in, or None when it is one already.

    Raises:
        Refusal: what :func:`from_sheet`, :func:`from_twin` and :func:`convert` raise.
    """
    return (
        from_sheet(raw, packs.sheets, limits, route)
        or from_twin(raw, packs.declaration, limits, route)
        or convert(raw, packs.intakes, limits, route)
    )


def convert(
    raw: bytes,
    formats: Sequence[IntakeFormat],
    limits: safe.Limits = safe.STANDARD,
    route: RouteOffices | None = None,
) -> Converted | None:
    """Return our declaration made from ``raw``, or None when ``raw`` is one already.

    A format that names no offices gets those of ``route``.

    Raises:
        Refusal: ``xml.*``; ``intake.unknown-format`` when no format has this root; ``xsd.*`` of
            the format's own schema; ``intake.not-carried`` when something in it has no place in
            ours; ``route.needed`` or ``route.not-as-declared``.
    """
    if route is None and safe.looks_like_ours(raw):
        return None
    root = safe.parse_foreign(raw, limits)
    if tree.namespace(root) == tree.DECLARATION:
        if route is not None:
            _check_offices(root, route)
        return None
    found, inner = _recognised(root, formats)
    wrong = found.check(inner)
    if refused(wrong):
        raise Refusal(*wrong)
    content = found.convert(inner)
    ours = safe.parse(content, limits)
    lost = _lost(inner, safe.parse_foreign(found.unconvert(ours), limits), found)
    if lost is not None:
        raise _refusal("intake.not-carried", lost, (lost.text or "").strip())
    return Converted(
        content=_routed(ours, route) or content,
        format_id=found.id,
        digest=found.digest,
        findings=tuple(_left_out(inner, found)),
    )


def from_twin(
    raw: bytes,
    ours: DeclarationFormat,
    limits: safe.Limits = safe.STANDARD,
    route: RouteOffices | None = None,
) -> Converted | None:
    """Return our declaration made from its JSON twin, or None when ``raw`` is no JSON.

    Raises:
        Refusal: ``json.*``; ``route.needed`` or ``route.not-as-declared``.
    """
    if not _is_twin(raw) or len(raw) > limits.bytes_max:
        return None
    content = ours.twin.to_xml(raw)
    routed = _routed(safe.parse(content, limits), route)
    return Converted(content=routed or content, format_id=TWIN, digest=ours.digest)


def _is_twin(raw: bytes) -> bool:
    return raw.lstrip()[:1] == b"{"


def from_sheet(
    raw: bytes,
    layouts: Sequence[SheetFormat],
    limits: safe.Limits = safe.STANDARD,
    route: RouteOffices | None = None,
) -> Converted | None:
    """Return our declaration made from a workbook, or None when ``raw`` is none.

    Its layout is that which knows most of its sheets.

    Raises:
        Refusal: ``sheet.*`` with the cells; ``xml.*`` of what a text may not hold; ``route.needed``
            or ``route.not-as-declared``.
    """
    if not layouts or not workbook.looks_like_workbook(raw):
        return None
    book = workbook.open_workbook(raw)
    layout = max(layouts, key=lambda one: one.knows(book.titles))
    told = read(book, layout)
    made = Converted(
        content=tree.serialise(told.root),
        format_id=layout.id,
        digest=layout.digest,
        findings=told.findings,
        positions=told.positions,
    )
    try:
        routed = _routed(safe.parse(made.content, limits), route)
    except Refusal as refusal:
        raise Refusal(*made.located(refusal.findings)) from None
    return replace(made, content=routed) if routed else made


def _recognised(
    root: tree.Element, formats: Sequence[IntakeFormat]
) -> tuple[IntakeFormat, tree.Element]:
    """Return the format and its own root, which may stand inside other elements."""
    for one in formats:
        if one.root == root.tag:
            return one, root
        inside = list(root.iter(one.root)) if one.spec.wrapped else []
        if len(inside) > 1:
            raise _refusal("intake.several-declarations", inside[1], tree.name(inside[1]))
        if inside:
            return one, tree.copied(inside[0])
    known = ", ".join(one.root for one in formats)
    name = f"{{{tree.namespace(root)}}}{tree.name(root)}"
    raise _refusal("intake.unknown-format", root, name, (("known", known),))


def _left_out(root: tree.Element, known: IntakeFormat) -> Iterator[Finding]:
    for spec, places in known.left_out(root):
        yield _told(spec, places)


def _told(spec: PlaceSpec, places: Sequence[Place]) -> Finding:
    first = places[0].element
    value = first.get(places[0].attribute) if places[0].attribute else first.text
    return Finding(
        code="intake.left-out",
        severity=Severity.INFORMATION,
        pointer=pointer.spell(first),
        line=pointer.line(first),
        value=(value or "").strip(),
        args=(("count", str(len(places))), ("why", spec.why)),
    )


# ------------------------------------------------------------------ offices of a route


def _routed(ours: tree.Element, route: RouteOffices | None) -> bytes | None:
    """Return ours with the offices of the route, or None when it names its own.

    Raises:
        Refusal: ``route.needed``, ``route.not-as-declared``.
    """
    if tree.elements(ours, "d:Itinerary/d:Office"):
        if route is not None:
            _check_offices(ours, route)
        return None
    if route is None:
        raise Refusal(Finding(code="route.needed", pointer="/Declaration/Itinerary"))
    itinerary = next(iter(tree.elements(ours, "d:Itinerary")), None)
    if itinerary is None:
        itinerary = tree.build(tree.DECLARATION, "Itinerary")
        _before(ours, "d:Consignment", itinerary)
    for place, (office, role) in enumerate(route.stops):
        itinerary.insert(place, _office(place + 1, office, role))
    if route.name:
        name = tree.build(tree.DECLARATION, "RouteID", content=route.name)
        _before(ours, "d:Submission|d:TransitOperation|d:Authorisation|d:Guarantee|d:Party", name)
    return tree.serialise(ours)


def _before(root: tree.Element, path: str, new: tree.Element) -> None:
    following = tree.elements(root, path)
    if following:
        following[0].addprevious(new)
    else:
        root.append(new)


def _office(sequence: int, code: str, role: str) -> tree.Element:
    facts = (("SequenceNumeric", str(sequence)), ("ID", code), ("RoleCode", role))
    parts = [tree.build(tree.DECLARATION, name, content=text) for name, text in facts]
    return tree.build(tree.DECLARATION, "Office", children=parts)


def _check_offices(ours: tree.Element, route: RouteOffices) -> None:
    declared = tuple(
        (tree.text(one, "d:ID"), tree.text(one, "d:RoleCode"))
        for one in tree.elements(ours, "d:Itinerary/d:Office")
    )
    if declared != route.stops:
        raise Refusal(
            Finding(
                code="route.not-as-declared",
                pointer="/Declaration/Itinerary",
                value=", ".join(office for office, _ in declared),
                args=(("route", route.spelled),),
            )
        )


# ------------------------------------------------------------------ nothing is lost


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


def _lost(came: tree.Element, back: tree.Element, known: IntakeFormat) -> tree.Element | None:
    """Return the first element that was lost and should not have been, else None."""
    kept = tree.copied(came)
    places = [place for _, found in known.left_out(kept) for place in found]
    for place in (*places, *known.implied(kept)):
        above = place.element.getparent()
        if place.attribute:
            del place.element.attrib[place.attribute]
        elif above is not None:
            above.remove(place.element)
    return _first_difference(kept, back)


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
    """Return what makes an element the same: name, attributes, text with single blanks."""
    attributes = sorted((str(name), str(value)) for name, value in node.attrib.items())
    return tree.namespace(node), tree.name(node), attributes, " ".join((node.text or "").split())


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
