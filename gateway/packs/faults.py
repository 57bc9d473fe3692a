"""Faults a case plants on purpose, one at a time, to see the rule that must find each.

``[[fault]]`` of an ``expect.toml``: ``at`` is an XPath, every node it finds gets the text ``value``
or is removed or doubled; ``in`` says where: in the finished message, or in the prepared document it
is made from. Namespaces beside ``p``, ``d`` and ``j`` are the case's ``[namespaces]``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lxml import etree

from gateway.domain.finding import Finding, Refusal
from gateway.markup import tree
from gateway.packs import tables
from gateway.packs.compiled import Made, Pack


class Place(StrEnum):
    """Which document a fault is planted in."""

    MESSAGE = "message"
    PREPARED = "prepared"


class Deed(StrEnum):
    """What is done to the nodes of a fault."""

    WRITTEN = "written"
    REMOVED = "removed"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; with ``must_raise`` empty a variant, of which nothing may be refused."""

    at: str
    value: str = ""
    done: Deed = Deed.WRITTEN
    must_raise: tuple[str, ...] = ()
    must_not_raise: tuple[str, ...] = ()
    place: Place = field(default=Place.MESSAGE, metadata={tables.KEY: "in"})


def planted(
    document: tree.Element, fault: Fault, namespaces: tables.PAIRS, file: str
) -> tree.Element:
    """Return a copy of ``document`` with the fault in it.

    Raises:
        Refusal: ``pack.xpath-broken``: the path is none, or finds no element or attribute.
    """
    twin = tree.copied(document)
    prefixes = {**tree.PREFIXES, **dict(namespaces)}
    try:
        nodes = twin.getroottree().xpath(fault.at, namespaces=prefixes)
    except etree.XPathError as error:
        raise _broken(fault, file, str(error)) from None
    if not isinstance(nodes, list) or not nodes:
        raise _broken(fault, file, "-")
    for node in nodes:
        try:
            _DEEDS[fault.done](node, fault.value)
        except AttributeError:  # neither an element below the root nor an attribute
            raise _broken(fault, file, "-") from None
    return twin


def _broken(fault: Fault, file: str, reason: str) -> Refusal:
    return tables.refusal("pack.xpath-broken", file, path=fault.at, reason=reason)


def _written(node: Any, value: str) -> None:  # noqa: ANN401 - an element or a smart string
    if not isinstance(node, etree._Element):  # noqa: SLF001 - lxml's element type
        node.getparent().set(node.attrname, value)
        return
    for child in list(node):
        node.remove(child)
    node.text = value


def _removed(node: Any, _value: str) -> None:  # noqa: ANN401 - as above
    parent, name = node.getparent(), getattr(node, "attrname", None)
    if name:
        del parent.attrib[name]
    else:
        parent.remove(node)


def _doubled(node: Any, _value: str) -> None:  # noqa: ANN401 - as above
    node.addnext(tree.copied(node))


_DEEDS = {Deed.WRITTEN: _written, Deed.REMOVED: _removed, Deed.DOUBLED: _doubled}


@dataclass(frozen=True, slots=True)
class Spoiler:
    """Plants faults in what one case is made of, and tells what is found then."""

    pack: Pack
    prepared: tree.Element
    namespaces: tables.PAIRS
    file: str

    def in_message(self, message: str, fault: Fault) -> tuple[Finding, ...]:
        """Return what is found in a message of that type with the fault in it or before it.

        Raises:
            Refusal: ``pack.xpath-broken``.
        """
        if fault.place is Place.PREPARED:
            document = planted(self.prepared, fault, self.namespaces, self.file)
            return self._found(message, lambda: self.pack.make(message, document))
        root = self.pack.read_message(message, self.pack.project(message, self.prepared)[0])
        spoilt = planted(root, fault, self.namespaces, self.file)
        return self._found(message, lambda: (Made(self.pack.spell(message, spoilt), spoilt),))

    def _found(self, message: str, make: Callable[[], tuple[Made, ...]]) -> tuple[Finding, ...]:
        try:
            return tuple(f for one in make() for f in self.pack.judge(message, one))
        except Refusal as refusal:
            return refusal.findings

    def in_declaration(self, procedure: str, fault: Fault) -> tuple[Finding, ...]:
        """Return what a procedure finds in the declaration with the fault in it."""
        document = planted(self.prepared, fault, self.namespaces, self.file)
        return self.pack.check_procedure(procedure, document)
