"""What of a declaration shows in a message, found by changing it.

Searching a message for a planted value misses what is told in another form (a length, a sum, a
translation). Here values of the declaration are replaced by canaries of the same shape, and they
count as told when the message's bytes change at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gateway import register
from gateway.domain.errors import Refused
from gateway.domain.event import Event
from gateway.domain.movement import fold
from gateway.domain.trust import Trust
from gateway.markup import tree
from gateway.packs.manifest import WithheldSpec
from gateway.pipeline.convert import fill_placeholders
from gateway.pipeline.fields import fields
from gateway.pipeline.intake import Accepted, intake
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from tests.world import NORTHBOUND, SHIPPED
from tests.world import offline_ports as ports

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
OWN = Path(__file__).resolve().parents[1] / "interop" / "own"

Leaf = tuple[tuple[int, ...], str]
"""Child indices from the root to an element, and the attribute's name or an empty text."""

DISTINCTIVE = 6
"""Characters from which on a value is looked for in a message as it is written."""

FACTS = (("reason", "001"), ("text", "told by the enterprise"), ("code", "1"))
"""What is said when something happens that no movement must meet."""

_STEP = re.compile(r"(\w+)(?: \((\w+)\))?")


def declarations() -> dict[str, bytes]:
    """Declarations that together reach every message type."""
    rich = fill_placeholders((OWN / "rich.xml").read_bytes(), AT)
    plain = fill_placeholders((OWN / "plain.xml").read_bytes(), AT)
    return {
        "south": SHIPPED.read_bytes(),
        "north": NORTHBOUND.read_bytes(),
        "transit": rich,
        "there and back": plain.replace(b"XI000081", b"GB000060"),
        "pre-lodged": rich.replace(b"Type>A<", b"Type>D<"),
    }


@dataclass(frozen=True)
class Told:
    """One message that a declaration leads to, and how to project it again."""

    subject: Subject
    addressee: Addressee

    @property
    def type(self) -> str:
        return self.addressee.spec.type

    def contents(self, root: tree.Element | None = None) -> tuple[bytes, ...]:
        """Return the message, of another declaration if one is given."""
        subject = self.subject
        if root is not None:
            subject = replace(subject, root=root, totals=declared_totals(root))
        return self.addressee.pack.project(self.type, prepare(subject, self.addressee))


def messages(raw: bytes) -> list[Told]:
    """Return every message a declaration leads to, as in a dry run."""
    with ports().packs.slot() as packs:
        basis = register.basis(ports(), "", Trust(), packs, stored=False)
        result = intake(raw, replace(basis, at=AT, unsigned=True))
        if not isinstance(result, Accepted):
            raise Refused(*result.findings)
        planned = [_told(one, result, packs) for one in result.planned]
        return [*planned, *_on_occasions(result, packs)]


def _on_occasions(accepted, packs) -> Iterator[Told]:
    """Yield what else offices of the way are told when something happens, in each pack's words."""
    subject, itinerary = accepted.subject, accepted.subject.itinerary
    kinds = {one.kind for one in subject.movement.procedures}
    for stop in itinerary.stops:
        pack = packs.by_administration(stop.office.administration)
        for spec in pack.messages:
            if spec.occasional and spec.role == stop.role and spec.procedure in kinds:
                event = Event(
                    sequence=subject.movement.version + 1,
                    kind=spec.on[0],
                    at=AT,
                    office=stop.office.code,
                    facts=FACTS,
                )
                happened = replace(subject, movement=fold(subject.movement, [event]))
                yield Told(
                    happened,
                    Addressee(
                        pack=pack, spec=spec, stop=stop, message="msg_1", at=AT, dry_run=True
                    ),
                )


def _told(message, accepted, packs) -> Told:
    pack = packs.by_digest(message.pack)
    spec = pack.message(message.type)
    stop = next(
        stop
        for stop in accepted.subject.itinerary.stops
        if stop.office.code == message.office and spec.goes_to(stop.role)
    )
    addressee = Addressee(pack=pack, spec=spec, stop=stop, message=message.id, at=AT, dry_run=True)
    return Told(accepted.subject, addressee)


def withheld(told: Told) -> list[WithheldSpec]:
    """Return what applies to the office a message goes to."""
    pack, country = told.addressee.pack, told.addressee.stop.office.code[:2]
    return [
        one
        for one in told.addressee.spec.withheld
        if country not in ([code for code, _ in pack.lists(one.unless)] if one.unless else [])
    ]


def below(root: tree.Element, field: str) -> list[Leaf]:
    """Return every value inside a field as packs name it: ``Party (carrier)/Name``."""
    found = [(root, ())]
    for step in field.split("/"):
        name, role = _STEP.fullmatch(step).groups()
        found = [
            (child, (*place, index))
            for node, place in found
            for index, child in enumerate(node)
            if tree.name(child) == name and role in (None, _role(child))
        ]
    return [leaf for node, place in found for leaf, _ in _leaves(node, place)]


def _role(node: tree.Element) -> str:
    return node.get("role") or tree.text(node, "d:RoleCode")


def values(root: tree.Element) -> list[tuple[Leaf, str]]:
    """Return every value of a declaration: texts of elements without children, and attributes."""
    return list(_leaves(root, ()))


def _leaves(node: tree.Element, place: tuple[int, ...]) -> Iterator[tuple[Leaf, str]]:
    for name, value in node.attrib.items():
        yield (place, str(name)), str(value)
    if not len(node):
        yield (place, ""), node.text or ""
    for index, child in enumerate(node):
        yield from _leaves(child, (*place, index))


def distinctive(root: tree.Element, places: list[Leaf]) -> set[str]:
    """Return the longer values in these places that stand nowhere else in the declaration."""
    here = {value for leaf, value in values(root) if leaf in places and len(value) >= DISTINCTIVE}
    elsewhere = " ".join(value for leaf, value in values(root) if leaf not in places)
    return {value for value in here if value not in elsewhere}


def told_values(told: Told, contents: tuple[bytes, ...]) -> set[str]:
    """Return every value that the fields of a message hold."""
    pack, spec = told.addressee.pack, told.addressee.spec
    return {one.value for content in contents for one in fields(content, pack, spec)}


def canary(value: str) -> str:
    """Return another value of the same shape: digits stay digits, letters letters."""
    return re.sub(r"[^\W_]", _turned, value) or "Canary"


def _turned(found: re.Match[str]) -> str:
    one = found.group()
    if one.isascii() and one.isdigit():
        return "1234567890"[int(one)]
    if one.isascii():
        return chr(ord(one) - 25) if one in "zZ" else chr(ord(one) + 1)
    return "Ж"


def planted(root: tree.Element, places: list[Leaf]) -> tree.Element:
    """Return a copy of the declaration with a canary in each of the places."""
    twin = tree.copied(root)
    for indices, attribute in places:
        node = twin
        for index in indices:
            node = node[index]
        if attribute:
            node.set(attribute, canary(node.get(attribute, "")))
        else:
            node.text = canary(node.text or "")
    return twin
